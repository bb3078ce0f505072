"""Code that is Prefect's own: flows, decorators that make flows, and blocks that code loads already."""
