"""From a plan to the text of its file: the same plan always gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import yaml

from envlift.inventory import PoolOwner, SiteKind
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
from envlift.planning.plan_file.hand_edits import proposal
from envlift.planning.plan_file.shapes import MEANINGS
from envlift.planning.plan_file.words import AWAIT_LOAD, ENVIRON, ENVIRON_OR_LITERAL, EXACT, SINK, VERSION
from envlift.planning.spans import span_text
from envlift_codemods.edits import LoadSecret, ReadEnvironment, SinkConstant, WhenMissing

_HEADER = f"""\
# The plan of envlift: where each setting goes, and why. It holds names, never values.
#
# You may edit it; `envlift apply` and `envlift push` do what it says, and `envlift apply --diff` shows it first.
#   layer       {MEANINGS["layer"]}
#   confidence  {MEANINGS["confidence"]}
#   sensitive   {MEANINGS["sensitive"]}
#   block       {MEANINGS["block"]}
#   proposed    {MEANINGS["proposed"]}
#   targets     {MEANINGS["targets"]}
#   edit        {MEANINGS["edit"]}
#                 load       Secret.load("block").get()
#                 load_sync  Secret.load("block", _sync=True).get(), where an event loop may run above
#                 aload      (await Secret.aload("block")).get(), in async code
#               `accessor: exact` below stands for .value.get_secret_value() in the place of .get(), and
#               `coroutines: await_load` for Prefect before 3.1.7, where async code awaits Secret.load
#                 sink       the functions of this file that use the constant load it; the constant or its import goes
#                 environ    os.environ["SETTING"] in the place of a literal; `environ_or_literal` leaves the literal as
#                            the default
# When the repository has changed since, `envlift plan --refresh` makes the plan anew and keeps what people decided.
# A change of layer that needs other edits in the code is answered with the line and the command that makes them.

version: {VERSION}
"""
_MADE_FROM = """\
# What the plan was made from. When one of these files has changed since, the plan is refused as stale.
# Secrets are left out of each fingerprint: of a .env file only the names count.
"""
_EXTRAS = "# What was asked for beside the settings.\n"
_NEW_DEPLOYMENTS = "# What the new prefect.yaml declares. Targets below name these by their place, from 0.\n"
_MISPLACED = "# Deployments whose job variables move under their work pool, where Prefect reads them.\n"
_OVERRIDES = "# Calls of load_dotenv that lose their override=True: pools and deployments then win over a .env file.\n"
_OWNERS = "# Files that keep the templates of work pools: `envlift push` leaves these pools to you.\n"
_QUESTIONS = "# Only a person can answer these; the flag does it in a batch run.\n"
_FINDINGS = "# What you should know or do; envlift does not do it for you.\n"

_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*")
_PLAIN_PROSE = re.compile(r"[A-Za-z][A-Za-z0-9 _.,;()/'-]*")
# What one YAML reader or another takes for something else than text.
_NOT_TEXT = re.compile(r"(y|n|yes|no|on|off|true|false|null|nan|inf|\.[0-9].*|\.inf|\.nan|\.+)", re.IGNORECASE)


def dump_plan(plan: Plan) -> str:
    """The text of the plan file, to be written as UTF-8; ``load_plan`` gives the same plan back."""
    return "".join(_lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    yield _HEADER
    if plan.commit:
        yield f"commit: {_text(plan.commit)}\n"
    if plan.loading.exact:
        yield f"accessor: {EXACT}\n"
    if not plan.loading.has_aload:
        yield f"coroutines: {AWAIT_LOAD}\n"
    if plan.extras:
        yield "\n" + _EXTRAS + f"also: [{', '.join(_text(extra.value) for extra in plan.extras)}]\n"
    if plan.new_deployments:
        yield "\n" + _NEW_DEPLOYMENTS + "deployments:\n"
        yield from (f"  - {_flow(_new_deployment(d))}\n" for d in plan.new_deployments)
    if plan.misplaced:
        yield "\n" + _MISPLACED + "misplaced:\n"
        yield from (f"  - {_flow(_target(target))}\n" for target in plan.misplaced)
    if plan.overrides:
        yield "\n" + _OVERRIDES + "overrides:\n"
        yield from (f"  - {_flow({'path': _text(o.path), 'at': span_text(o.span)})}\n" for o in plan.overrides)
    if plan.pool_owners:
        yield "\n" + _OWNERS + "pool_owners:\n"
        yield from (f"  - {_flow(_owner(owner))}\n" for owner in plan.pool_owners)
    yield "\ndecisions:" + ("\n" if plan.decisions else " []\n")
    for decision in plan.decisions:
        yield from _decision(decision, plan.commit)
    yield "\n" + _QUESTIONS + "questions:" + ("\n" if plan.questions else " []\n")
    yield from map(_question, plan.questions)
    yield "\n" + _FINDINGS + "findings:" + ("\n" if plan.findings else " []\n")
    yield from map(_finding, plan.findings)
    yield "\n" + _MADE_FROM + "fingerprints:" + ("\n" if plan.fingerprints else " {}\n")
    for path, fingerprint in sorted(plan.fingerprints.items()):
        yield f"  {_text(path)}: {_text(fingerprint)}\n"


def _decision(decision: Decision, commit: str) -> Iterator[str]:
    yield f"\n  - setting: {_text(decision.setting)}\n"
    yield f"    layer: {decision.layer.value}\n"
    yield f"    confidence: {decision.confidence.label}\n"
    yield f"    sensitive: {'true' if decision.sensitive else 'false'}\n"
    if decision.block:
        yield f"    block: {_text(decision.block)}\n"
    yield f"    reason: {_prose(decision.reason)}\n"
    yield f"    rule: {_text(decision.rule)}\n"
    yield f"    proposed: {_prose(proposal(decision))}\n"
    if decision.runner_up is not None:
        yield f"    runner_up: {decision.runner_up.value}\n"
    if decision.source is not None:
        yield f"    source: {_flow(_source(decision.source, commit))}\n"
    if decision.targets:
        yield "    targets:\n"
        yield from (f"      - {_flow(_target(target))}\n" for target in decision.targets)
    if decision.sites:
        yield "    sites:\n"
        yield from (f"      - {_flow(_site(site, decision))}\n" for site in decision.sites)


def _new_deployment(new: NewDeployment) -> Mapping[str, str]:
    fields = {"name": _text(new.name), "entrypoint": _quoted(new.entrypoint)}
    return {**fields, "pool": _text(new.pool)} if new.pool else fields


def _owner(owner: PoolOwner) -> Mapping[str, str]:
    place = {"path": _text(owner.path), "line": str(owner.line)}
    return {"pool": _text(owner.pool), "tool": owner.tool.value, **place}


def _source(source: ValueSource, commit: str) -> Mapping[str, str]:
    fields = {"path": _text(source.path), "name": _text(source.name)}
    if source.span is not None:
        fields["at"] = span_text(source.span)
    usual = commit if source.span is not None else ""
    return fields if source.commit == usual else {**fields, "commit": _text(source.commit)}


def _target(target: Target) -> Mapping[str, str]:
    match target.kind:
        case TargetKind.POOL | TargetKind.PLATFORM | TargetKind.WORKER:
            return {target.kind.value: _text(target.name)}
        case TargetKind.PREFECT_YAML:
            fields = {"deployment": _text(target.name), "path": _text(target.path), "index": str(target.index)}
            return {**fields, "module": _text(target.module)} if target.module else fields
        case TargetKind.CALL | TargetKind.SERVE:
            key = "deployment" if target.kind is TargetKind.CALL else target.kind.value
            fields = {key: _text(target.name), "path": _text(target.path)}
            return fields if target.span is None else {**fields, "call": span_text(target.span)}


def _site(site: PlannedSite, decision: Decision) -> Mapping[str, str]:
    fields = {"path": _text(site.path), "at": span_text(site.span), "kind": site.kind.value}
    if site.kind is not SiteKind.LITERAL or site.name != decision.setting:
        fields["name"] = _text(site.name)
    return fields if site.edit is None else {**fields, "edit": _edit(site.edit, site, decision)}


def _edit(edit: SiteEdit, site: PlannedSite, decision: Decision) -> str:
    """One word where the edit follows from the decision, as it nearly always does, so that editing that carries it."""
    match edit:
        case SinkConstant():
            return _flow(_sink(edit, site, decision))
        case LoadSecret():
            word, usual = edit.form.value, edit == LoadSecret(site.span, decision.block, edit.form)
            rest = {"block": _text(edit.block)}
        case ReadEnvironment():
            word = ENVIRON_OR_LITERAL if edit.keeps_literal else ENVIRON
            usual = edit == ReadEnvironment(site.span, decision.setting, edit.keeps_literal)
            rest = {"name": _text(edit.name)}
    return word if usual else _flow({"do": word, "at": span_text(edit.span), **rest})


def _sink(edit: SinkConstant, site: PlannedSite, decision: Decision) -> Mapping[str, str]:
    fields = {"do": SINK, "constant": _text(edit.constant), "form": edit.form.value}
    if edit.wrapped != "{}":
        fields["wrapped"] = _quoted(edit.wrapped)
    if edit.missing is not WhenMissing.RAISES:
        fields["missing"] = edit.missing.value
    if edit.made_in:
        fields["made_in"] = _text(edit.made_in)
    if edit.span != site.span:
        fields["at"] = span_text(edit.span)
    return fields if edit.block == decision.block else {**fields, "block": _text(edit.block)}


def _question(question: Question) -> str:
    return (
        f"  - setting: {_text(question.setting)}\n"
        f"    text: {_prose(question.text)}\n"
        f"    flag: {_prose(question.flag)}\n"
    )


def _finding(finding: Finding) -> str:
    return (
        f"  - severity: {finding.severity.value}\n"
        f"    path: {_text(finding.path)}\n"
        f"    line: {finding.line}\n"
        f"    message: {_prose(finding.message)}\n"
        + (f"    remedy: {_prose(finding.remedy)}\n" if finding.remedy else "")
        + (f"    rule: {_text(finding.rule)}\n" if finding.rule else "")
    )


def _flow(fields: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def _prose(text: str) -> str:
    plain = _PLAIN_PROSE.fullmatch(text) and not text.endswith(" ") and not _NOT_TEXT.fullmatch(text)
    return text if plain else _quoted(text)


def _text(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text) else _quoted(text)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return quoted.removesuffix("\n")
