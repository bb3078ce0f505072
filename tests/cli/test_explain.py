"""``envlift explain``: the stack of one setting, as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.planning.test_stacks import FILES

from envlift.errors import ExitCode

Make = Callable[[Mapping[str, str]], Path]


def test_the_winners_are_marked(run: Run, make_repository: Make) -> None:
    done = run("explain", "API_HOST", make_repository(FILES), env={"COLUMNS": "80"})
    assert done.returncode == ExitCode.DONE
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["work", "pool", "-", ">", "etl-pool"] in rows
    assert [".env", ">", ".env:1", ".env:1"] in rows
    assert done.stdout.count("API_HOST for backfill, nightly") == 1  # what looks alike is shown once
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", ["API_HOST", "API_TOKEN"])
@pytest.mark.parametrize("format", ["text", "json"])
def test_no_value_is_shown(run: Run, make_repository: Make, name: str, format: str) -> None:  # noqa: A002
    done = run("explain", name, make_repository(FILES), "--format", format)
    assert name in done.stdout
    assert not [value for value in ("Zq8vT3nR6yK1mX4w", "api.internal", "localhost") if value in done.stdout]


def test_json_tells_every_step(run: Run, make_repository: Make) -> None:
    root = make_repository(FILES)
    done = run("explain", "API_TOKEN", root, "--deployment", "nightly", "--worker", "docker", "--format", "json")
    document = json.loads(done.stdout)
    assert (document["schema"], document["version"]) == ("envlift/stacks", 1)
    (stack,) = document["stacks"]
    assert (stack["deployment"], stack["worker"], stack["block"]) == ("nightly", "docker", "shop-api-token")
    assert (stack["before"], stack["after"]) == ("dotenv", None)
    assert [step["set_by"] for step in stack["steps"]][-4:] == ["image", "pull_step", "dotenv", "default"]


def test_a_version_of_prefect(run: Run, make_repository: Make) -> None:
    done = run("explain", "API_HOST", make_repository(FILES), "--prefect-version", "3.4.25")
    assert "Prefect 3.4.25" in done.stdout
    assert "beats all job variables" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["API_HOSTS"], "Did you mean API_HOST?"),
        (["API_HOST", "--deployment", "nightli"], "Did you mean nightly?"),
        (["API_HOST", "--prefect-version", "latest"], "latest is not a version"),
        (["API_HOST", "--worker", "lambda"], "lambda"),
        ([], "NAME"),
    ],
)
def test_what_is_not_there(run: Run, make_repository: Make, arguments: list[str], told: str) -> None:
    root = make_repository(FILES)
    given = [arguments[0], str(root), *arguments[1:]] if arguments else []
    done = run("explain", *given)
    assert done.returncode == ExitCode.USAGE
    assert told in done.stderr
    assert done.stdout == ""
