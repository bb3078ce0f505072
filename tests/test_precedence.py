"""Which place beats which: as a table for each version, and on a real server and process worker."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from envlift.precedence import LEAK, ODDITIES, Rung, Version, Worker, order_of, parse_version, winner

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("worker", "version", "given", "wins"),
    [
        # today
        (Worker.PROCESS, None, [Rung.POOL_DEFAULT, Rung.DEPLOYMENT, Rung.WORKER, Rung.DOTENV], Rung.DEPLOYMENT),
        (Worker.PROCESS, None, [Rung.POOL_DEFAULT, Rung.WORKER, Rung.DEFAULT], Rung.POOL_DEFAULT),
        (Worker.DOCKER, None, [Rung.POOL_DEFAULT, Rung.FLOW_RUN, Rung.IMAGE], Rung.FLOW_RUN),
        (Worker.KUBERNETES, None, [Rung.IMAGE, Rung.DOTENV], Rung.IMAGE),
        (Worker.PROCESS, None, [Rung.DOTENV, Rung.DEFAULT], Rung.DOTENV),
        (Worker.PROCESS, None, [Rung.DOTENV_OVERRIDE, Rung.FLOW_RUN], Rung.DOTENV_OVERRIDE),
        (Worker.DOCKER, None, [Rung.PULL_STEP, Rung.POOL_DEFAULT], Rung.POOL_DEFAULT),
        (Worker.PROCESS, None, [Rung.PULL_STEP, Rung.WORKER], Rung.WORKER),
        (Worker.KUBERNETES, None, [Rung.PULL_STEP, Rung.DOTENV, Rung.DEFAULT], Rung.PULL_STEP),
        # the default of the pool beat all at first
        (Worker.PROCESS, (3, 0, 11), [Rung.POOL_DEFAULT, Rung.DEPLOYMENT], Rung.POOL_DEFAULT),
        (Worker.DOCKER, (3, 1, 2), [Rung.POOL_DEFAULT, Rung.FLOW_RUN], Rung.POOL_DEFAULT),
        (Worker.PROCESS, (3, 1, 4), [Rung.POOL_DEFAULT, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        (Worker.PROCESS, (2, 20, 27), [Rung.POOL_DEFAULT, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        # the environment of process workers beat all for a while
        (Worker.PROCESS, (3, 4, 25), [Rung.WORKER, Rung.FLOW_RUN, Rung.POOL_DEFAULT], Rung.WORKER),
        (Worker.PROCESS, (3, 6, 26), [Rung.WORKER, Rung.DEPLOYMENT], Rung.WORKER),
        (Worker.PROCESS, (3, 6, 29), [Rung.WORKER, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        (Worker.DOCKER, (3, 4, 25), [Rung.IMAGE, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        # never
        (Worker.PROCESS, None, [Rung.IMAGE], None),
        (Worker.DOCKER, None, [Rung.WORKER], None),
        (Worker.DOCKER, None, [], None),
    ],
)
def test_what_wins(worker: Worker, version: Version | None, given: list[Rung], wins: Rung | None) -> None:
    assert winner(order_of(worker, version).rungs, given) is wins


@pytest.mark.parametrize("worker", Worker)
@pytest.mark.parametrize("version", [None, (2, 20, 27), (3, 0, 11), (3, 4, 25), (3, 8, 8)])
def test_an_order_holds_each_rung_once(worker: Worker, version: Version | None) -> None:
    rungs = order_of(worker, version).rungs
    assert len(rungs) == len(set(rungs)) == len(Rung) - 1  # a worker's environment or an image
    assert rungs[0] is Rung.DOTENV_OVERRIDE
    assert rungs[-3:] == (Rung.PULL_STEP, Rung.DOTENV, Rung.DEFAULT)


def test_what_is_odd_is_said() -> None:
    assert order_of(Worker.PROCESS, (3, 0, 11)).notes == (ODDITIES[0].note,)
    assert order_of(Worker.PROCESS, (3, 4, 25)).notes == (ODDITIES[1].note, LEAK)
    assert order_of(Worker.DOCKER, (3, 5)).notes == (LEAK,)
    assert order_of(Worker.PROCESS, (3, 8, 8)).notes == order_of(Worker.PROCESS, None).notes == ()


@pytest.mark.parametrize(
    ("written", "version"),
    [("3.4.25", (3, 4, 25)), ("3", (3,)), ("3.x", None), ("", None), ("v3", None), ("3..1", None), ("³", None)],
)
def test_a_version_as_it_is_written(written: str, version: Version | None) -> None:
    assert parse_version(written) == version


# ---- on real workers ------------------------------------------------------------------------------------------------


def rows(measured: str) -> dict[str, tuple[str, str, str]]:
    """Order, number of combinations and leak by version, from what ``benchmarks/measure_precedence.py`` prints."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in measured.splitlines() if line[:1] == "|"]
    return {version: (order, number, leak) for version, order, number, leak in cells[2:]}


def modelled(version: str) -> tuple[str, str, str]:
    order = order_of(Worker.PROCESS, parse_version(version))
    return " > ".join(rung.value for rung in order.rungs), "255", "yes" if LEAK in order.notes else "no"


def test_what_was_measured_on_other_versions_is_what_the_model_says() -> None:
    measured = rows((ROOT / "docs" / "precedence.md").read_text(encoding="utf-8"))
    assert {"3.4.25", "3.6.26", "3.8.8"} <= set(measured)
    assert measured == {version: modelled(version) for version in measured}


@pytest.mark.server
def test_a_process_worker_does_so() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "measure_precedence.py"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    here = version("prefect")
    assert rows(run.stdout) == {here: modelled(here)}
