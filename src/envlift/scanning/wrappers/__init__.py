"""The repository's own functions that read the environment for their callers, and the names that they make up."""
