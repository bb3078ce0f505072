"""The plan file: lossless, stable, readable, and safe to edit by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import PoolOwner, PoolTool, SiteKind
from envlift.plan import (
    Confidence,
    Decision,
    Extra,
    Finding,
    Layer,
    NewDeployment,
    OverridingLoad,
    Plan,
    PlannedSite,
    Question,
    Severity,
    SiteEdit,
    Target,
    TargetKind,
    ValueSource,
)
from envlift.planning.plan_file import dump_plan, hand_edits, load_plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import Form, Loading, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import Span

READ = PlannedSite(
    "flows/etl.py",
    Span(12, 4, 12, 30),
    SiteKind.ENV_READ,
    "DB_PASSWORD",
    LoadSecret(Span(12, 4, 12, 30), "etl-db-password", Form.LOAD),
)
ENTRY = PlannedSite(".env", Span(3, 0, 3, 20), SiteKind.DOTENV_ENTRY, "DB_PASSWORD")
SECRET = Decision(
    setting="DB_PASSWORD",
    layer=Layer.SECRET,
    rule="secret-at-call-time",
    reason="a password, read in flow code: only flows run it",
    confidence=Confidence.REVIEW,
    runner_up=Layer.SECRET_ENV,
    sensitive=True,
    block="etl-db-password",
    source=ValueSource(".env", "DB_PASSWORD"),
    targets=(Target(TargetKind.POOL, "default"),),
    sites=(ENTRY, READ),
)
LITERAL = PlannedSite(
    "flows/etl.py",
    Span(7, 9, 7, 30),
    SiteKind.LITERAL,
    "BUCKET",
    ReadEnvironment(Span(7, 9, 7, 30), "BUCKET"),
)
BUCKET = Decision(
    setting="BUCKET",
    layer=Layer.DEPLOYMENT,
    rule="bucket-literal",
    reason="differs per environment",
    confidence=Confidence.SURE,
    runner_up=None,
    sensitive=False,
    block="",
    source=ValueSource("flows/etl.py", "BUCKET", Span(7, 9, 7, 30), "abc123"),
    targets=(
        Target(TargetKind.PREFECT_YAML, "nightly", "prefect.yaml", 0),
        Target(TargetKind.CALL, "", "deploy.py", span=Span(4, 0, 9, 1)),
        Target(TargetKind.SERVE, "", "serve.py", span=Span(2, 0, 2, 20)),
    ),
    sites=(LITERAL,),
)
MakeRepository = Callable[[Mapping[str, str]], Path]
PLAN = Plan(
    commit="abc123",
    fingerprints={"flows/etl.py": "sha256:00 without 7:9-7:30", ".env": "sha256:11 of names"},
    decisions=(BUCKET, SECRET),
    questions=(Question("REGION", "Which pool?", "--answer REGION=pool_default:default"),),
    findings=(Finding(Severity.HIGH, "prefect.yaml", 4, "a secret stands here: rotate it"),),
)


def load(text: str) -> Plan:
    return load_plan(text, "envlift-plan.yaml")


def edited(*changes: tuple[str, str]) -> str:
    text = dump_plan(PLAN)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_plan_comes_back_as_it_was() -> None:
    assert load(dump_plan(PLAN)) == PLAN
    for loading in (Loading(exact=True), Loading(has_aload=False), Loading(exact=True, has_aload=False)):
        assert load(dump_plan(replace(PLAN, loading=loading))) == replace(PLAN, loading=loading)


def test_a_literal_that_stays_as_the_default_comes_back() -> None:
    kept = [replace(d, sites=tuple(replace(s, edit=_keeping(s.edit)) for s in d.sites)) for d in PLAN.decisions]
    plan = replace(PLAN, decisions=tuple(kept))
    text = dump_plan(plan)
    assert plan != PLAN
    assert "kind: literal, edit: environ_or_literal}" in text
    assert load(text) == plan


def _keeping(edit: SiteEdit | None) -> SiteEdit | None:
    return replace(edit, keeps_literal=True) if isinstance(edit, ReadEnvironment) else edit


def test_the_file_reads_well() -> None:
    text = dump_plan(PLAN)
    assert "  - {path: flows/etl.py, at: 12:4-12:30, kind: env_read, name: DB_PASSWORD, edit: load}\n" in text
    assert "    source: {path: .env, name: DB_PASSWORD}\n" in text
    assert "      - {pool: default}\n" in text
    assert "      - {deployment: nightly, path: prefect.yaml, index: 0}\n" in text
    assert "kind: literal, edit: environ}" in text
    assert text.index(".env: ") < text.index("flows/etl.py: ")


def test_any_yaml_reader_sees_text_where_text_is_meant() -> None:
    odd = replace(SECRET, setting="NO", rule="null", reason="yes", sites=(), layer=Layer.LEAVE, block="")
    decision = yaml.safe_load(dump_plan(replace(PLAN, decisions=(odd,))))["decisions"][0]
    assert (decision["setting"], decision["rule"], decision["reason"]) == ("NO", "null", "yes")


def test_an_empty_plan() -> None:
    empty = Plan("", {}, (), (), ())
    assert load(dump_plan(empty)) == empty


@pytest.mark.parametrize("sample", ["nightly_etl", "async_ingester", "code_deployments"])
def test_the_plan_of_a_project_comes_back_as_it_was(sample_repos: Path, sample: str) -> None:
    inventory = scan_repository(sample_repos / sample)
    plan = make_plan(inventory, Policy(), Answers(), commit="abc123")
    assert plan.decisions
    assert load(dump_plan(plan)) == plan


# ---- any plan ---------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NAME = st.one_of(st.sampled_from(["NO", "null", "12", "A_B", "1:2", "true", ".5", "a b", "ü", "'", "#", "- x"]), TEXT)
SPANS = st.builds(Span, *[st.integers(0, 10**6)] * 4)
BLOCKS = st.text("abz019-", min_size=1, max_size=8)
SOURCES = st.builds(ValueSource, path=NAME, name=NAME, span=st.none() | SPANS, commit=st.sampled_from(["", "c0", "c1"]))
POOLS = st.builds(Target, st.sampled_from([TargetKind.POOL, TargetKind.PLATFORM, TargetKind.WORKER]), NAME)
DEPLOYMENTS = st.one_of(
    st.builds(Target, st.just(TargetKind.PREFECT_YAML), NAME, NAME, st.integers(0, 99), module=st.just("step.py")),
    st.builds(Target, st.just(TargetKind.CALL), NAME, NAME, st.just(-1), st.none() | SPANS),
)
SERVED = st.builds(Target, st.just(TargetKind.SERVE), NAME, NAME, st.just(-1), st.none() | SPANS)
TARGETS = {Layer.POOL_DEFAULT: POOLS, Layer.DEPLOYMENT: DEPLOYMENTS}


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    """Decisions as a planner makes them: the edits and targets fit the layer."""
    layer, setting, block = draw(st.sampled_from(Layer)), draw(NAME), draw(BLOCKS)
    clear = layer in (Layer.POOL_DEFAULT, Layer.DEPLOYMENT)
    return Decision(
        setting=setting,
        layer=layer,
        rule=draw(NAME),
        reason=draw(TEXT),
        confidence=draw(st.sampled_from(Confidence)),
        runner_up=draw(st.none() | st.sampled_from(Layer)),
        sensitive=not clear and draw(st.booleans()),
        block=block,
        source=draw(st.none() | SOURCES),
        targets=tuple(draw(st.lists(TARGETS.get(layer, POOLS | DEPLOYMENTS | SERVED), min_size=1, max_size=3))),
        sites=tuple(draw(st.lists(sites(layer, setting, block), max_size=3))),
    )


@st.composite
def sites(draw: st.DrawFn, layer: Layer, setting: str, block: str) -> PlannedSite:
    kind, span = draw(st.sampled_from(SiteKind)), draw(SPANS)
    name = draw(st.sampled_from([setting, ""]) if kind is SiteKind.ENV_READ else st.just(setting) | NAME)
    return PlannedSite(draw(NAME), span, kind, name, draw(edits(layer, kind, span, setting, block)))


def edits(
    layer: Layer, kind: SiteKind, span: Span, setting: str, block: str
) -> st.SearchStrategy[LoadSecret | ReadEnvironment | None]:
    if layer is Layer.SECRET and kind in (SiteKind.ENV_READ, SiteKind.LITERAL):
        return st.builds(LoadSecret, st.just(span) | SPANS, st.just(block) | BLOCKS, st.sampled_from(Form))
    if layer not in (Layer.SECRET, Layer.LEAVE, Layer.PREFECT_SETTING) and kind is SiteKind.LITERAL:
        return st.builds(ReadEnvironment, st.just(span) | SPANS, st.just(setting) | NAME)
    return st.none()


PLANS = st.builds(
    Plan,
    commit=st.sampled_from(["", "c0", "0123"]),
    fingerprints=st.dictionaries(NAME, NAME, max_size=3),
    decisions=st.lists(decisions(), max_size=3).map(tuple),
    extras=st.sets(st.sampled_from(Extra)).map(tuple),
    new_deployments=st.lists(st.builds(NewDeployment, NAME, NAME, NAME), max_size=2).map(tuple),
    pool_owners=st.lists(
        st.builds(PoolOwner, NAME, st.integers(1, 99), NAME, st.sampled_from(PoolTool)), max_size=2
    ).map(tuple),
    overrides=st.lists(st.builds(OverridingLoad, NAME, SPANS)).map(tuple),
    misplaced=st.lists(st.builds(Target, st.just(TargetKind.PREFECT_YAML), NAME, NAME, st.integers(0, 9))).map(tuple),
    questions=st.lists(st.builds(Question, NAME, TEXT, NAME), max_size=2).map(tuple),
    findings=st.lists(st.builds(Finding, st.sampled_from(Severity), NAME, st.integers(0, 999), TEXT), max_size=2).map(
        tuple
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS)
def test_any_plan_comes_back_as_it_was(plan: Plan) -> None:
    text = dump_plan(plan)
    assert load(text) == plan
    assert dump_plan(load(text)) == text
    assert hand_edits(text, "", plan.decisions) == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS)
def test_both_yaml_readers_agree(plan: Plan) -> None:
    """libyaml and PyYAML's own parser differ in what they take as plain text."""
    text = dump_plan(plan)
    assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, yaml.CSafeLoader)


# ---- edited by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["secret_env", "leave"])
def test_a_secret_that_stays_in_the_environment_loses_its_edits(layer: str) -> None:
    decision = load(edited(("layer: secret\n", f"layer: {layer}\n"))).decisions[1]
    assert decision.layer is Layer(layer)
    assert [site.edit for site in decision.sites] == [None, None]


def test_a_secret_without_its_edit_goes_on_as_a_variable() -> None:
    (kept,) = (d for d in load(edited((", edit: load", ""))).decisions if d.setting == "DB_PASSWORD")
    assert kept.layer is Layer.SECRET
    assert not any(site.edit for site in kept.sites)


def test_a_secret_in_prefect_yaml_needs_the_file_of_its_pull_step() -> None:
    step = "{deployment: nightly, path: prefect.yaml, index: 0, module: environment_step.py}"
    pool = "- {pool: default}"
    found = load(edited((pool, f"- {step}"))).decisions[1].targets
    assert found == (Target(TargetKind.PREFECT_YAML, "nightly", "prefect.yaml", 0, module="environment_step.py"),)
    with pytest.raises(EnvliftError, match="needs a pull step") as caught:
        load(edited((pool, f"- {step}".replace(", module: environment_step.py", ""))))
    assert "module: environment_step.py" in caught.value.hint


def test_another_block_name_reaches_the_code() -> None:
    decision = load(edited(("block: etl-db-password", "block: db"))).decisions[1]
    assert decision.sites[1].edit == LoadSecret(READ.span, "db", Form.LOAD)


def test_another_name_for_a_literal_reaches_the_code() -> None:
    decision = load(edited(("setting: BUCKET", "setting: RAW_BUCKET"))).decisions[0]
    assert decision.setting == decision.sites[0].name == "RAW_BUCKET"
    assert decision.sites[0].edit == ReadEnvironment(LITERAL.span, "RAW_BUCKET")


def test_a_setting_may_be_spelt_otherwise_than_a_class_of_settings_does(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "etl.py": """
                from prefect import flow
                from pydantic_settings import BaseSettings

                class Settings(BaseSettings):
                    page_size: int

                @flow
                def etl():
                    Settings()
            """,
            ".env": "PAGE_SIZE=50\n",
        }
    )
    plan = make_plan(scan_repository(root, keep=False), Policy(), Answers())
    (decision,) = (d for d in plan.decisions if d.setting == "PAGE_SIZE")
    assert {site.name for site in decision.sites} == {"PAGE_SIZE", "page_size"}
    assert load(dump_plan(plan)) == plan


def test_another_form_and_a_higher_confidence() -> None:
    decision = load(edited(("edit: load}", "edit: aload}"), ("confidence: review", "confidence: sure"))).decisions[1]
    assert decision.confidence is Confidence.SURE
    assert decision.sites[1].edit == LoadSecret(READ.span, "etl-db-password", Form.ALOAD)


def test_what_is_no_secret_after_all_may_go_to_the_pool() -> None:
    text = edited(("layer: secret\n", "layer: pool_default\n"), ("sensitive: true", "sensitive: false"))
    assert load(text).decisions[1].sites[1].edit is None


def test_words_that_yaml_takes_for_something_else_are_text() -> None:
    text = edited(("setting: REGION", "setting: NO"), ("path: prefect.yaml\n    line", "path: 12:30\n    line"))
    assert load(text).questions[0].setting == "NO"
    assert load(text).findings[0].path == "12:30"


@pytest.mark.parametrize(
    ("before", "after", "at", "says", "hint"),
    [
        ("layer: secret\n", "layer: secrets\n", "layer: secrets", "did you mean 'secret'", "envlift plan"),
        ("layer: secret\n", "laier: secret\n", "laier: secret", "unknown key 'laier'; did you mean 'layer'", ""),
        ("    rule: bucket-literal\n", "", "setting: BUCKET", "'rule' is missing", ""),
        ("version: 1", "version: 7", "version: 7", "version 7", "anew"),
        ("12:4-12:30", "12:4", "at: 12:4,", "a span such as", ""),
        ("index: 0", "index: first", "index: first", "a whole number", ""),
        ("{pool: default}", "{pool: default, path: x}", "pool: default", "either a pool or a deployment", ""),
        ("{pool: default}", "{deployment: x}", "{deployment: x}", "a target is", ""),
        ("sensitive: true", "sensitive: maybe", "sensitive: maybe", "unknown word 'maybe'", ""),
        ("    sensitive: true\n", "    sensitive: true\n    sensitive: no\n", "sensitive: no", "twice", ""),
        ("decisions:", "decisions: [", "decisions: [", "not YAML", ""),
        ("layer: secret\n", "layer: pool_default\n", "layer: pool_default", "in clear", "sensitive: false"),
        ("layer: secret\n", "layer:  deployment\n", "layer:  deployment", "in clear", "secret_env"),
        (
            "layer: deployment\n",
            "layer: secret\n",
            "layer: secret",
            "needs the name of a Secret block",
            "block: bucket",
        ),
        (", edit: environ", "", "layer: deployment", "instead of the literal", "--answer BUCKET=deployment"),
        (
            "layer: deployment\n",
            "layer:  secret\n    block: bucket\n",
            "layer:  secret",
            "load the block",
            "--answer BUCKET=secret",
        ),
        ("block: etl-db-password", "block: DB_PASSWORD", "block: DB_PASSWORD", "lower-case", "block: db-password"),
        ("setting: DB_PASSWORD", "setting: DB_PASS", "setting: DB_PASS", "reads DB_PASSWORD", "literals"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_way_out(
    before: str, after: str, at: str, says: str, hint: str
) -> None:
    text = edited((before, after))
    with pytest.raises(EnvliftError) as caught:
        load(text)
    found = re.match(r"envlift-plan\.yaml:(\d+): ", caught.value.message)
    assert found, caught.value.message
    if at != "decisions: [":  # the parser sees an open bracket only later
        assert int(found[1]) == line_of(text, at)
    assert says in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.REFUSED


def test_what_is_only_reported_needs_no_edits() -> None:
    text = edited((", edit: load", ""), ("confidence: review", "confidence: by_hand"))
    assert load(text).decisions[1].sites[1].edit is None


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "word\n", "version: 1\n", "a: \x00", "{" * 3000])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(EnvliftError, match=r"^envlift-plan\.yaml:\d+: "):
        load(text)
