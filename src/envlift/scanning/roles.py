"""What a file is for, as its path tells."""

from __future__ import annotations

import re

_TEST = re.compile(r"(^|/)(tests?|testing|e2e)/|(^|/)(conftest|test_[^/]*|[^/]*_test|tests)\.py$")
_EXAMPLE = re.compile(r"(^|/)(examples?|docs?|templates?|cookiecutter[^/]*|vendor|third_party|_vendor)/|\{\{")


def is_test(path: str) -> bool:
    """Whether a file belongs to the tests of a repository."""
    return ("test" in path or "e2e" in path) and _TEST.search(path) is not None


def is_example(path: str) -> bool:
    """Whether a file is an example, documentation, a template or vendored code."""
    return _EXAMPLE.search(path) is not None


_SERVICE = re.compile(
    rb"\b(?:FastAPI|APIRouter|Flask|Blueprint|Dash|Celery|Sanic|Starlette|Litestar|Quart)\(|"
    rb"^\s*(?:import|from) (?:streamlit|django|gradio|chainlit|airflow|dagster|pulumi|aws_cdk)\b|"
    # A bot listens; what only posts a message imports the same libraries.
    rb"^\s*from (?:discord|telegram)\.ext\b|\bdiscord\.(?:Client|Bot|AutoShardedClient)\(|"
    rb"^\s*from discord import .*\b(?:Client|Bot)\b",
    re.MULTILINE,
)


_COMMAND = re.compile(rb"\btyper\.(?:Typer|run)\(|^\s*@click\.(?:command|group)\(|\bfire\.Fire\(", re.MULTILINE)


def is_command(content: bytes) -> bool:
    """Whether a Python file is a program for people at a command line, with commands of its own."""
    return _COMMAND.search(content) is not None


def is_service(content: bytes) -> bool:
    """Whether a Python file is part of a web service, a bot or another program that runs for long by itself."""
    return _SERVICE.search(content) is not None
