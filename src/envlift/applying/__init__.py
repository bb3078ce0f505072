"""What writes: files of the repository, all or none, and blocks and pool defaults on a Prefect server."""
