"""Literals in code that flows run: which are configuration, of what kind, and a name that their author would give."""
