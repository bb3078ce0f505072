"""From the text of a plan file to the plan, with hand-made changes checked and carried through."""

from __future__ import annotations

from envlift.inventory import PoolOwner
from envlift.plan import (
    Decision,
    Finding,
    NewDeployment,
    OverridingLoad,
    Plan,
    PlannedSite,
    Question,
    SiteEdit,
    Target,
    TargetKind,
    ValueSource,
)
from envlift.planning.plan_file.nodes import Place, read_document
from envlift.planning.plan_file.settling import settled
from envlift.planning.plan_file.shapes import (
    DECISION,
    FINDING,
    IN_CODE,
    IN_PREFECT_YAML,
    NEW_DEPLOYMENT,
    OTHER_EDIT,
    OVERRIDE,
    OWNER,
    PLAN,
    POOL_TARGETS,
    QUESTION,
    SERVED,
    SINK_EDIT,
    SITE,
    SOURCE,
)
from envlift.planning.plan_file.words import (
    AWAIT_LOAD,
    CONFIDENCES,
    EDITS,
    EXACT,
    EXTRAS,
    FLAGS,
    FORMS,
    KINDS,
    LAYERS,
    NO_LAYER,
    POOL_KINDS,
    POOL_TOOLS,
    SEVERITIES,
    SINK,
    VERSION,
    WHEN_MISSING,
)
from envlift.planning.spans import span_of
from envlift_codemods.edits import Form, Loading, LoadSecret, ReadEnvironment, SinkConstant, WhenMissing
from envlift_codemods.parsed import Span


def load_plan(text: str, path: str) -> Plan:
    """The plan that a plan file holds, hand-made changes included; ``path`` is what errors call the file.

    Raises:
        EnvliftError: the text is no plan of this version, or a change by hand cannot be carried out; names the line.
    """
    fields = read_document(text, path).fields(PLAN)
    if fields["version"].text() != str(VERSION):
        raise fields["version"].error(
            f"this plan has version {fields['version'].text()}, this envlift reads version {VERSION}",
            "make the plan anew with `envlift plan`",
        )
    commit = fields["commit"].text() if "commit" in fields else ""
    return Plan(
        commit=commit,
        fingerprints={key.text(): value.text() for key, value in fields["fingerprints"].entries().items()}
        if "fingerprints" in fields
        else {},
        decisions=tuple(_decision(item, commit) for item in fields["decisions"].items()),
        questions=tuple(map(_question, _items(fields, "questions"))),
        findings=tuple(map(_finding, _items(fields, "findings"))),
        loading=Loading(
            exact=fields["accessor"].choice({EXACT: True}) if "accessor" in fields else False,
            has_aload=fields["coroutines"].choice({AWAIT_LOAD: False}) if "coroutines" in fields else True,
        ),
        extras=tuple(item.choice(EXTRAS) for item in _items(fields, "also")),
        new_deployments=tuple(map(_new_deployment, _items(fields, "deployments"))),
        misplaced=tuple(map(_target, _items(fields, "misplaced"))),
        overrides=tuple(map(_override, _items(fields, "overrides"))),
        pool_owners=tuple(map(_owner, _items(fields, "pool_owners"))),
    )


def _items(fields: dict[str, Place], key: str) -> tuple[Place, ...]:
    return fields[key].items() if key in fields else ()


def _optional(fields: dict[str, Place], key: str) -> str:
    return fields[key].text() if key in fields else ""


def _decision(place: Place, commit: str) -> Decision:
    fields = place.fields(DECISION)
    setting, block = fields["setting"].text(), _optional(fields, "block")
    decision = Decision(
        setting=setting,
        layer=fields["layer"].choice(LAYERS),
        rule=fields["rule"].text(),
        reason=fields["reason"].text(),
        confidence=fields["confidence"].choice(CONFIDENCES),
        runner_up=fields["runner_up"].choice({**LAYERS, **NO_LAYER}) if "runner_up" in fields else None,
        sensitive=fields["sensitive"].choice(FLAGS),
        block=block,
        source=_source(fields["source"], commit) if "source" in fields else None,
        targets=tuple(map(_target, _items(fields, "targets"))),
        sites=tuple(_site(item, setting, block) for item in _items(fields, "sites")),
    )
    return settled(decision, fields)


def _source(place: Place, commit: str) -> ValueSource | None:
    if place.is_null():
        return None
    fields = place.fields(SOURCE)
    span = _span(fields["at"]) if "at" in fields else None
    usual = commit if span is not None else ""
    return ValueSource(
        path=fields["path"].text(),
        name=fields["name"].text(),
        span=span,
        commit=fields["commit"].text() if "commit" in fields else usual,
    )


def _target(place: Place) -> Target:
    keys = {key.text() for key in place.entries()}
    if pools := [word for word in POOL_KINDS if word in keys]:
        if len(keys) > 1:
            raise place.error("a target is either a pool or a deployment")
        return Target(POOL_KINDS[pools[0]], place.fields(POOL_TARGETS[pools[0]])[pools[0]].text())
    if TargetKind.SERVE.value in keys:
        fields = place.fields(SERVED)
        return Target(
            TargetKind.SERVE,
            fields[TargetKind.SERVE.value].text(),
            fields["path"].text(),
            span=_span(fields["call"]) if "call" in fields else None,
        )
    if not keys >= {"deployment", "path"} or keys >= {"index", "call"}:
        raise place.error(
            "a target is {pool: NAME}, {deployment: NAME, path: prefect.yaml, index: NUMBER}, "
            "{deployment: NAME, path: FILE.py, call: SPAN} or {serve: NAME, path: FILE.py, call: SPAN}"
        )
    fields = place.fields(IN_PREFECT_YAML if "index" in keys else IN_CODE)
    name, path = fields["deployment"].text(), fields["path"].text()
    if "index" in fields:
        return Target(TargetKind.PREFECT_YAML, name, path, fields["index"].number(), module=_optional(fields, "module"))
    return Target(TargetKind.CALL, name, path, span=_span(fields["call"]) if "call" in fields else None)


def _site(place: Place, setting: str, block: str) -> PlannedSite:
    fields = place.fields(SITE)
    span = _span(fields["at"])
    return PlannedSite(
        path=fields["path"].text(),
        span=span,
        kind=fields["kind"].choice(KINDS),
        name=fields["name"].text() if "name" in fields else setting,
        edit=_edit(fields["edit"], span, setting, block) if "edit" in fields else None,
    )


def _edit(place: Place, span: Span, setting: str, block: str) -> SiteEdit | None:
    if place.is_null():
        return None
    if place.is_scalar():
        form = place.choice(EDITS)
        return LoadSecret(span, block, form) if isinstance(form, Form) else ReadEnvironment(span, setting, form)
    if place.word("do") == SINK:
        return _sink(place, span, block)
    fields = place.fields(OTHER_EDIT)
    form = fields["do"].choice(EDITS)
    span = _span(fields["at"])
    if not isinstance(form, Form):
        return ReadEnvironment(span, fields["name"].text() if "name" in fields else setting, form)
    return LoadSecret(span, fields["block"].text() if "block" in fields else block, form)


def _sink(place: Place, span: Span, block: str) -> SinkConstant:
    fields = place.fields(SINK_EDIT)
    return SinkConstant(
        span=_span(fields["at"]) if "at" in fields else span,
        block=fields["block"].text() if "block" in fields else block,
        constant=fields["constant"].text(),
        form=fields["form"].choice(FORMS),
        wrapped=fields["wrapped"].text() if "wrapped" in fields else "{}",
        missing=fields["missing"].choice(WHEN_MISSING) if "missing" in fields else WhenMissing.RAISES,
        made_in=_optional(fields, "made_in"),
    )


def _span(place: Place) -> Span:
    span = span_of(place.text())
    if span is None:
        raise place.error("a span such as 12:4-12:30 belongs here: line:column-line:column")
    return span


def _new_deployment(place: Place) -> NewDeployment:
    fields = place.fields(NEW_DEPLOYMENT)
    return NewDeployment(fields["name"].text(), fields["entrypoint"].text(), _optional(fields, "pool"))


def _override(place: Place) -> OverridingLoad:
    fields = place.fields(OVERRIDE)
    return OverridingLoad(fields["path"].text(), _span(fields["at"]))


def _owner(place: Place) -> PoolOwner:
    fields = place.fields(OWNER)
    tool = fields["tool"].choice(POOL_TOOLS)
    return PoolOwner(fields["path"].text(), fields["line"].number(), fields["pool"].text(), tool)


def _question(place: Place) -> Question:
    fields = place.fields(QUESTION)
    return Question(fields["setting"].text(), fields["text"].text(), fields["flag"].text())


def _finding(place: Place) -> Finding:
    fields = place.fields(FINDING)
    return Finding(
        fields["severity"].choice(SEVERITIES),
        fields["path"].text(),
        fields["line"].number(),
        fields["message"].text(),
        _optional(fields, "rule"),
        _optional(fields, "remedy"),
    )
