"""From the text of a plan file to the plan, with hand-made changes checked and carried through."""

from __future__ import annotations

from envlift.inventory import PoolOwner
from envlift.plan import (
    Decision,
    Finding,
    NewDeployment,
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
from envlift.planning.plan_file.words import (
    AWAIT_LOAD,
    CONFIDENCES,
    EDITS,
    EXACT,
    EXTRAS,
    FORMS,
    KINDS,
    LAYERS,
    POOL_TOOLS,
    SEVERITIES,
    SINK,
    VERSION,
    WHEN_MISSING,
)
from envlift.planning.spans import span_of
from envlift_codemods.edits import Form, Loading, LoadSecret, ReadEnvironment, SinkConstant, WhenMissing
from envlift_codemods.parsed import Span

_FLAGS = {"true": True, "false": False, "yes": True, "no": False}
_POOLS = {kind.value: kind for kind in (TargetKind.POOL, TargetKind.PLATFORM, TargetKind.WORKER)}
_BESIDE = ("also", "deployments", "misplaced", "pool_owners")
_NO_LAYER = {"null": None, "~": None, "": None}


def load_plan(text: str, path: str) -> Plan:
    """The plan that a plan file holds, hand-made changes included; ``path`` is what errors call the file.

    Raises:
        EnvliftError: the text is no plan of this version, or a change by hand cannot be carried out; names the line.
    """
    fields = read_document(text, path).fields(
        needed=("version", "decisions"),
        allowed=(
            "commit",
            "accessor",
            "coroutines",
            "also",
            "deployments",
            "misplaced",
            "pool_owners",
            "questions",
            "findings",
            "fingerprints",
        ),
    )
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
        pool_owners=tuple(map(_owner, _items(fields, "pool_owners"))),
    )


def _items(fields: dict[str, Place], key: str) -> tuple[Place, ...]:
    return fields[key].items() if key in fields else ()


def _optional(fields: dict[str, Place], key: str) -> str:
    return fields[key].text() if key in fields else ""


def _decision(place: Place, commit: str) -> Decision:
    fields = place.fields(
        needed=("setting", "layer", "confidence", "sensitive", "reason", "rule"),
        allowed=("block", "proposed", "runner_up", "source", "targets", "sites"),
    )
    setting, block = fields["setting"].text(), _optional(fields, "block")
    decision = Decision(
        setting=setting,
        layer=fields["layer"].choice(LAYERS),
        rule=fields["rule"].text(),
        reason=fields["reason"].text(),
        confidence=fields["confidence"].choice(CONFIDENCES),
        runner_up=fields["runner_up"].choice({**LAYERS, **_NO_LAYER}) if "runner_up" in fields else None,
        sensitive=fields["sensitive"].choice(_FLAGS),
        block=block,
        source=_source(fields["source"], commit) if "source" in fields else None,
        targets=tuple(map(_target, _items(fields, "targets"))),
        sites=tuple(_site(item, setting, block) for item in _items(fields, "sites")),
    )
    return settled(decision, fields)


def _source(place: Place, commit: str) -> ValueSource | None:
    if place.is_null():
        return None
    fields = place.fields(needed=("path", "name"), allowed=("at", "commit"))
    span = _span(fields["at"]) if "at" in fields else None
    usual = commit if span is not None else ""
    return ValueSource(
        path=fields["path"].text(),
        name=fields["name"].text(),
        span=span,
        commit=fields["commit"].text() if "commit" in fields else usual,
    )


def _target(place: Place) -> Target:
    serve = TargetKind.SERVE.value
    fields = place.fields(allowed=(*_POOLS, serve, "deployment", "path", "index", "module", "call"))
    if pools := [key for key in _POOLS if key in fields]:
        if len(fields) > 1:
            raise place.error("a target is either a pool or a deployment")
        return Target(_POOLS[pools[0]], fields[pools[0]].text())
    if serve in fields and "path" in fields and not fields.keys() & {"deployment", "index", "module"}:
        span = _span(fields["call"]) if "call" in fields else None
        return Target(TargetKind.SERVE, fields[serve].text(), fields["path"].text(), span=span)
    if "deployment" not in fields or "path" not in fields or ("index" in fields and "call" in fields):
        raise place.error(
            "a target is {pool: NAME}, {deployment: NAME, path: prefect.yaml, index: NUMBER}, "
            "{deployment: NAME, path: FILE.py, call: SPAN} or {serve: NAME, path: FILE.py, call: SPAN}"
        )
    name, path = fields["deployment"].text(), fields["path"].text()
    if "index" in fields:
        return Target(TargetKind.PREFECT_YAML, name, path, fields["index"].number(), module=_optional(fields, "module"))
    return Target(TargetKind.CALL, name, path, span=_span(fields["call"]) if "call" in fields else None)


def _site(place: Place, setting: str, block: str) -> PlannedSite:
    fields = place.fields(needed=("path", "at", "kind"), allowed=("name", "edit"))
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
    fields = place.fields(needed=("do", "at"), allowed=("block", "name"))
    form = fields["do"].choice(EDITS)
    span = _span(fields["at"])
    if not isinstance(form, Form):
        return ReadEnvironment(span, fields["name"].text() if "name" in fields else setting, form)
    return LoadSecret(span, fields["block"].text() if "block" in fields else block, form)


def _sink(place: Place, span: Span, block: str) -> SinkConstant:
    fields = place.fields(needed=("do", "constant", "form"), allowed=("wrapped", "missing", "at", "block"))
    return SinkConstant(
        span=_span(fields["at"]) if "at" in fields else span,
        block=fields["block"].text() if "block" in fields else block,
        constant=fields["constant"].text(),
        form=fields["form"].choice(FORMS),
        wrapped=fields["wrapped"].text() if "wrapped" in fields else "{}",
        missing=fields["missing"].choice(WHEN_MISSING) if "missing" in fields else WhenMissing.RAISES,
    )


def _span(place: Place) -> Span:
    span = span_of(place.text())
    if span is None:
        raise place.error("a span such as 12:4-12:30 belongs here: line:column-line:column")
    return span


def _new_deployment(place: Place) -> NewDeployment:
    fields = place.fields(needed=("name", "entrypoint"), allowed=("pool",))
    return NewDeployment(fields["name"].text(), fields["entrypoint"].text(), _optional(fields, "pool"))


def _owner(place: Place) -> PoolOwner:
    fields = place.fields(needed=("pool", "tool", "path", "line"))
    tool = fields["tool"].choice(POOL_TOOLS)
    return PoolOwner(fields["path"].text(), fields["line"].number(), fields["pool"].text(), tool)


def _question(place: Place) -> Question:
    fields = place.fields(needed=("setting", "text", "flag"))
    return Question(fields["setting"].text(), fields["text"].text(), fields["flag"].text())


def _finding(place: Place) -> Finding:
    fields = place.fields(needed=("severity", "path", "line", "message"), allowed=("rule", "remedy"))
    return Finding(
        fields["severity"].choice(SEVERITIES),
        fields["path"].text(),
        fields["line"].number(),
        fields["message"].text(),
        _optional(fields, "rule"),
        _optional(fields, "remedy"),
    )
