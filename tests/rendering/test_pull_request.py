"""The text of a pull request: what moves where and what a person must do; no value, and no markup of others."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from envlift.inventory import SiteKind
from envlift.plan import Confidence, Decision, Layer, Plan, PlannedSite, Question, Target, TargetKind, ValueSource
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.rendering.pull_request import commit_subject, pull_request
from envlift.scanning.repository import scan_repository
from envlift_codemods.parsed import Span

Make = Callable[[Mapping[str, str]], Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

TOKEN = Decision(
    setting="API_TOKEN",
    layer=Layer.SECRET,
    rule="answer",
    reason="a token; read at call time",
    confidence=Confidence.SURE,
    runner_up=None,
    sensitive=True,
    block="api-token",
    source=ValueSource("flows.py", "API_TOKEN", Span(7, 1, 7, 9), "abc"),
    targets=(),
    sites=(PlannedSite("flows.py", Span(7, 1, 7, 9), SiteKind.LITERAL, "API_TOKEN"),),
)
REGION = replace(
    TOKEN,
    setting="REGION",
    layer=Layer.POOL_DEFAULT,
    sensitive=False,
    block="",
    source=ValueSource(".env", "REGION"),
    targets=(Target(TargetKind.POOL, "etl"),),
    sites=(),
)


def plan_of(*decisions: Decision, questions: tuple[Question, ...] = ()) -> Plan:
    return Plan("abc", {}, decisions, questions, ())


def test_what_moves_and_what_is_left_to_do() -> None:
    text = pull_request(plan_of(TOKEN, REGION), Confidence.SURE, ["flows.py"])
    assert text.startswith("Move configuration to Prefect: 1 secret, 1 pool default\n")
    assert "| `API_TOKEN` | `flows.py:7` | Secret block `api-token` | a token; read at call time |\n" in text
    assert "| `REGION` | `.env` | default of work pool `etl` |" in text
    assert "## Files\n\n- `flows.py`\n" in text
    assert "- [ ] Before the next deployment: `envlift push` (block `api-token`; `REGION` on pool `etl`)\n" in text
    assert "- [ ] Rotate `API_TOKEN`" in text


def test_who_starts_a_serving_process_is_told_how_it_gets_its_secrets() -> None:
    serve = (Target(TargetKind.SERVE, "nightly", "jobs/serve.py", span=Span(3, 0, 3, 9)),)
    token, dsn = (
        replace(TOKEN, setting=name, layer=Layer.SECRET_ENV, block=block, targets=serve, sites=())
        for name, block in (("API_TOKEN", "api-token"), ("DSN", "shop-dsn"))
    )
    text = pull_request(plan_of(token, dsn), Confidence.SURE)
    (line,) = (line for line in text.splitlines() if "the process that serves nightly" in line)
    assert line.startswith("- [ ] `API_TOKEN`, `DSN`: start the process") and "with them in its environment" in line
    assert 'os.environ.setdefault("DSN", Secret.load("shop-dsn").value.get_secret_value())' in line
    assert line.endswith("jobs/serve.py`")
    assert "the process that serves" not in pull_request(plan_of(replace(dsn, targets=())), Confidence.SURE)


def test_what_is_not_decided_stands_apart() -> None:
    review, by_hand = (replace(TOKEN, confidence=c) for c in (Confidence.REVIEW, Confidence.BY_HAND))
    asked = plan_of(review, questions=(Question("BUCKET", "Which?", "--answer BUCKET=leave"),))
    text = pull_request(asked, Confidence.SURE)
    assert "What moves" not in text
    assert "`BUCKET`: Which? (`--answer BUCKET=leave`)" in text
    assert "`API_TOKEN`: secret" in text
    assert "- [ ] By hand: `API_TOKEN` at `flows.py:7`" in pull_request(plan_of(by_hand), Confidence.SURE)
    assert "--only review" in pull_request(asked, Confidence.REVIEW)


def test_a_setting_that_could_not_be_moved_is_told_as_that() -> None:
    text = pull_request(plan_of(TOKEN, REGION), Confidence.SURE, left=[("API_TOKEN", "flows.py:7 cannot be rewritten")])
    assert "| `API_TOKEN` |" not in text
    assert "- `API_TOKEN`: flows.py:7 cannot be rewritten\n" in text


def test_a_default_that_serves_is_no_move() -> None:
    assert commit_subject(plan_of(replace(REGION, targets=())), Confidence.SURE) == "Move configuration to Prefect"


def test_names_and_reasons_bring_no_markup() -> None:
    odd = replace(TOKEN, setting="A`|B", reason="see @all\n# <b>x</b> [y](z) __w__ a_b")
    row = next(line for line in pull_request(plan_of(odd), Confidence.SURE).splitlines() if "flows.py:7" in line)
    assert r"`` A`\|B ``" in row
    assert r"see \@all \# \<b\>x\</b\> \[y\](z) \__w_\_ a_b" in row


def test_it_holds_no_value(sample_repos: Path) -> None:
    inventory = scan_repository(sample_repos / "nightly_etl")
    text = pull_request(make_plan(inventory, Policy(), Answers(), commit="abc"), Confidence.REVIEW)
    values = [site.value.reveal() for site in inventory.sites if site.value is not None]
    assert [value for value in values if len(value) > 7 and value in text] == []
