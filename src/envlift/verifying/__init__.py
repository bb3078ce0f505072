"""Whether code, prefect.yaml and plan agree, and a Prefect server with them; nothing is written, no secret is shown."""
