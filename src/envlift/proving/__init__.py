"""The proof that nothing changed: the only room that runs user code, and only on request."""
