"""How well names and values are told apart, over a table of cases in two halves: tuned on, and held out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from envlift.concealed import Concealed
from envlift.scanning.literals.token_formats import token_format
from envlift.sensitivity.judgement import judge

from .case_table import Case, cases_of

_FOLDER = Path(__file__).parent / "cases"
_HALVES = ("tuned", "held_out")
_LEAST = 0.98


def holds_a_secret(case: Case) -> bool:
    """Whether a case is judged to hold a value that must stay secret; a placeholder or a reference is no value."""
    judgement = judge(case.name, values=() if case.value is None else [Concealed(case.value)])
    return judgement.sensitive and not judgement.placeholder and not judgement.reference


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision and recall over a table, with the cases on which the judgement differs."""

    precision: float
    recall: float
    missed: tuple[Case, ...]
    false_alarms: tuple[Case, ...]


def figures_of(half: str) -> Figures:
    cases = cases_of(_FOLDER / f"{half}.txt")
    said = {case for case in cases if holds_a_secret(case)}
    secret = {case for case in cases if case.secret}
    missed = tuple(case for case in cases if case in secret - said)
    false_alarms = tuple(case for case in cases if case in said - secret)
    hits = len(said & secret)
    return Figures(hits / len(said), hits / len(secret), missed, false_alarms)


@pytest.mark.parametrize("half", _HALVES)
def test_precision_and_recall(half: str, record_property: pytest.RecordProperty) -> None:
    figures = figures_of(half)
    record_property("precision", round(figures.precision, 4))
    record_property("recall", round(figures.recall, 4))
    assert figures.precision >= _LEAST, f"false alarms: {', '.join(map(str, figures.false_alarms))}"
    assert figures.recall >= _LEAST, f"missed: {', '.join(map(str, figures.missed))}"


def test_the_table_is_large_even_and_without_repetition() -> None:
    cases = [case for half in _HALVES for case in cases_of(_FOLDER / f"{half}.txt")]
    secret = sum(case.secret for case in cases)
    assert len(cases) >= 1_500
    assert 0.4 <= secret / len(cases) <= 0.6
    assert len({(case.name, case.value) for case in cases}) == len(cases)


@pytest.mark.parametrize("half", _HALVES)
def test_the_table_says_the_same_each_time_and_holds_no_token_as_text(half: str) -> None:
    path = _FOLDER / f"{half}.txt"
    assert cases_of(path) == cases_of(path)
    written = [word for line in path.read_text(encoding="utf-8").splitlines() for word in re.split(r"\s", line)]
    assert [word for word in written if token_format(word) is not None] == []
