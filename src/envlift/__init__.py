"""envlift: move a Prefect repository's configuration into the layers that Prefect has for it."""
