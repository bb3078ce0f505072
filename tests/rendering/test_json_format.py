"""JSON for programs: what stands in it, in which order, and what never does."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from envlift.concealed import Concealed
from envlift.inventory import (
    Deployment,
    DeploymentKind,
    DotenvFile,
    DotenvLoad,
    EnvFileUse,
    Flow,
    Inventory,
    Mention,
    MentionKind,
    MentionRole,
    Site,
    SiteKind,
    Trouble,
)
from envlift.plan import (
    Confidence,
    Decision,
    Finding,
    Layer,
    Plan,
    PlannedSite,
    Question,
    Severity,
    Target,
    TargetKind,
    ValueSource,
)
from envlift.rendering import FORMATS
from envlift_codemods.edits import Form, LoadSecret
from envlift_codemods.parsed import Place, Span
from envlift_codemods.read_idioms import Missing

JSON = FORMATS["json"]
VALUE = "hunter2-hunter2"
HERE = Span(3, 4, 3, 20)
ENV = {"Z": Concealed(VALUE), "A": Concealed("x")}
SITES = (
    Site(
        "a.py",
        HERE,
        SiteKind.ENV_READ,
        "TOKEN",
        "getenv",
        Place.FUNCTION,
        "sync",
        Missing.DEFAULT,
        value=Concealed(VALUE),
    ),
    Site("a.py", Span(9, 0, 9, 8), SiteKind.ENV_WRITE, "", "environ[]=", Place.MODULE),
    Site(".env", Span(1, 0, 1, 8), SiteKind.DOTENV_ENTRY, "TOKEN", ".env", value=Concealed(VALUE)),
)
INVENTORY = Inventory(
    sites=SITES,
    flows=(Flow("a.py", "sync", 2, is_async=False), Flow("b.py", "other", 1, is_async=True)),
    deployments=(
        Deployment("prefect.yaml", 4, "nightly", DeploymentKind.PREFECT_YAML, "a.py:sync", "pool", ENV, 0),
        Deployment("deploy.py", 9, "", DeploymentKind.CALL, "", "", {}),
    ),
    dotenv_files=(DotenvFile(".env", is_example=False, environment=""),),
    dotenv_loads=(DotenvLoad("a.py", 1, override=True),),
    troubles=(Trouble("z.py", 1, "broken"), Trouble("c.py", 0, "no text")),
    reach={"b.py": frozenset({"b.py:other"}), "a.py": frozenset({"b.py:other", "a.py:sync"})},
    asynchronous=frozenset(),
    shared={"a.py": ("web.py",)},
    services=frozenset(),
    beside={},
    project="shop",
    files=7,
    mentions=(
        Mention("run.sh", 2, "A", MentionKind.SHELL, MentionRole.READS),
        Mention("c.yml", 3, "A", MentionKind.COMPOSE, MentionRole.SETS, "web", Concealed(VALUE), "web.py"),
    ),
    env_file_uses=(EnvFileUse("c.yml", 4, ".env", MentionKind.COMPOSE, "web"),),
)  # fmt: skip
DECISIONS = (
    Decision(
        setting="TOKEN",
        layer=Layer.SECRET,
        rule="name",
        reason="its name says so",
        confidence=Confidence.BY_HAND,
        runner_up=Layer.SECRET_ENV,
        sensitive=True,
        block="shop-token",
        source=ValueSource(".env", "TOKEN"),
        targets=(),
        sites=(
            PlannedSite("b.py", HERE, SiteKind.ENV_READ, "TOKEN"),
            PlannedSite("a.py", HERE, SiteKind.ENV_READ, "TOKEN", LoadSecret(HERE, "shop-token", Form.LOAD)),
        ),
    ),
    Decision(
        setting="REGION",
        layer=Layer.DEPLOYMENT,
        rule="one-deployment",
        reason="only nightly uses it",
        confidence=Confidence.SURE,
        runner_up=None,
        sensitive=False,
        block="",
        source=ValueSource("a.py", "REGION", HERE, "c0ffee"),
        targets=(
            Target(TargetKind.PREFECT_YAML, "nightly", "prefect.yaml", 0),
            Target(TargetKind.CALL, "x", "d.py", span=HERE),
        ),
        sites=(PlannedSite("a.py", Span(5, 0, 5, 9), SiteKind.LITERAL, "REGION"),),
    ),
)
PLAN = Plan(
    commit="c0ffee",
    fingerprints={"a.py": "sha256:1"},
    decisions=DECISIONS,
    questions=(Question("TOKEN", "no value is known", "--answer TOKEN=secret"),),
    findings=(Finding(Severity.NOTE, "b.py", 2, "later"), Finding(Severity.HIGH, "a.py", 1, "rotate it")),
)


def scanned(inventory: Inventory = INVENTORY) -> dict[str, object]:
    return json.loads(JSON.scan(inventory))


def planned(plan: Plan = PLAN, troubles: tuple[Trouble, ...] = ()) -> dict[str, list[dict[str, object]]]:
    return json.loads(JSON.plan(plan, troubles))


def test_a_scan_names_its_schema_and_all_that_was_found() -> None:
    document = scanned()
    assert (document["schema"], document["version"]) == ("envlift/scan", 1)
    assert set(document) == {
        "schema", "version", "files", "project", "sites", "flows", "deployments", "dotenv_files", "dotenv_loads",
        "mentions", "env_file_uses", "reach", "shared", "started",
        "commands", "beside", "troubles", "asynchronous", "services", "children",
        "block_loads", "sent", "pool_owners", "prefect_versions",
    }  # fmt: skip


def test_a_scanned_site_says_where_and_what_it_is() -> None:
    entry, read, write = scanned()["sites"]
    assert (entry["path"], entry["kind"], entry["place"]) == (".env", "dotenv_entry", None)
    assert read == {
        "path": "a.py",
        "line": 3,
        "column": 4,
        "kind": "env_read",
        "name": "TOKEN",
        "form": "getenv",
        "place": "function",
        "function": "sync",
        "missing": "default",
        "handling": "nothing",
    }
    assert (write["name"], write["kind"]) == ("", "env_write")


def test_a_scanned_deployment_gives_the_names_of_its_variables_only() -> None:
    by_path = {d["path"]: d for d in scanned()["deployments"]}
    assert by_path["prefect.yaml"]["env"] == ["A", "Z"]
    assert (by_path["deploy.py"]["name"], by_path["deploy.py"]["pool"]) == (None, None)


def test_a_planned_site_has_all_that_the_decision_says() -> None:
    first, second, third = planned()["sites"]
    assert first == {
        "path": "a.py",
        "line": 3,
        "column": 4,
        "kind": "env_read",
        "name": "TOKEN",
        "setting": "TOKEN",
        "sensitive": True,
        "layer": "secret",
        "confidence": "by_hand",
        "reason": "its name says so",
        "rule": "name",
        "runner_up": "secret_env",
        "block": "shop-token",
        "rewritten": True,
    }
    assert (second["kind"], second["runner_up"], second["block"]) == ("literal", None, None)
    assert (third["path"], third["rewritten"]) == ("b.py", False)


def test_a_decision_says_where_values_come_from_and_who_gets_them() -> None:
    region, token = planned()["decisions"]
    assert token["source"] == {"path": ".env", "name": "TOKEN", "line": None, "commit": None}
    assert region["source"] == {"path": "a.py", "name": "REGION", "line": 3, "commit": "c0ffee"}
    assert region["targets"] == [
        {"kind": "prefect.yaml", "name": "nightly", "path": "prefect.yaml", "index": 0, "line": None},
        {"kind": "call", "name": "x", "path": "d.py", "index": None, "line": 3},
    ]
    assert token["sites"] == 2


def test_questions_findings_and_troubles_are_in_order() -> None:
    document = planned(troubles=INVENTORY.troubles)
    assert document["questions"] == [{"setting": "TOKEN", "text": "no value is known", "flag": "--answer TOKEN=secret"}]
    assert [f["path"] for f in document["findings"]] == ["a.py", "b.py"]
    assert [t["path"] for t in document["troubles"]] == ["c.py", "z.py"]


def test_mentions_say_who_else_knows_a_name() -> None:
    document = scanned()
    assert [tuple(m[key] for key in ("path", "line", "role", "owner", "runs")) for m in document["mentions"]] == [
        ("c.yml", 3, "sets", "web", "web.py"),
        ("run.sh", 2, "reads", None, None),
    ]
    assert document["env_file_uses"] == [
        {"path": "c.yml", "line": 4, "file": ".env", "kind": "compose", "owner": "web"}
    ]


def test_the_same_facts_in_another_order_give_the_same_bytes() -> None:
    mixed = random.Random(7)  # noqa: S311 - the same order in every run

    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(mixed.sample(items, len(items)))

    fields = ("sites", "flows", "deployments", "troubles", "mentions", "env_file_uses")
    other = replace(INVENTORY, **{name: shuffled(getattr(INVENTORY, name)) for name in fields})
    assert JSON.scan(other) == JSON.scan(INVENTORY)
    parts = {name: shuffled(getattr(PLAN, name)) for name in ("decisions", "questions", "findings")}
    assert JSON.plan(replace(PLAN, **parts), ()) == JSON.plan(PLAN, ())


def test_keys_are_sorted_and_the_document_is_ascii_with_a_newline_at_its_end() -> None:
    inventory = replace(INVENTORY, troubles=(Trouble("böse\udcff.py", 1, "broken"),))
    for text in (JSON.scan(inventory), JSON.plan(PLAN, inventory.troubles)):
        assert text.isascii()
        assert text.endswith("}\n")
        assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_no_value_stands_in_any_document() -> None:
    for text in (JSON.scan(INVENTORY), JSON.plan(PLAN, INVENTORY.troubles)):
        assert "hunter2" not in text
        assert "concealed" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_both_documents(name: str) -> None:
    assert FORMATS[name].scan(INVENTORY)
    assert FORMATS[name].plan(PLAN, ())


def test_every_format_is_registered() -> None:
    import envlift.rendering

    (folder,) = envlift.rendering.__path__
    files = {file.stem.removesuffix("_format") for file in Path(folder).glob("*_format.py")}
    assert files == set(FORMATS)
