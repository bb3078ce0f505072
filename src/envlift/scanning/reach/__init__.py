"""Who reaches what: imports and calls over the repository, at import or at call time."""
