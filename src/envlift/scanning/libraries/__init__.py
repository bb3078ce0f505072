"""Reads that libraries do: settings classes, config readers, libraries that look into the environment themselves."""
