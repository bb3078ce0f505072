"""Why a setting goes where it goes: what every layer said, what its runs see today, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from envlift.evidence import Evidence, SeenValue, Voice
from envlift.failing_tests import SET_BY_TEST
from envlift.layers import Claim, Setting
from envlift.layers.claims import NO_LAYER
from envlift.plan import Layer
from envlift.planning.outside import Outside
from envlift.planning.sources import Source, Sources, seen_by
from envlift.precedence import Worker

_OUTSIDE = {
    "test": "the same code outside of the tests",
    SET_BY_TEST: "nothing: what a test sets is the test's business",
    "example": "the same code outside of examples, templates and vendored code",
    "write": "nothing: what sets the environment must stay",
    "not-reached": "a flow that imports the file, directly or through others",
    "command-line": "a deployment of its flows",
    "computed-name": "a name that is written out where it is read",
    "script-only": "a flow that calls the code there",
    "wrapper-body": "nothing: the calls that name a variable are decided one by one",
    "already-migrated": "nothing: the code loads a block or variable already",
    "write-guard": "code that reads the variable without setting it",
    "field-default": "nothing: the field itself is decided",
    "unread": "code of a flow that reads it",
    "not-by-flows": "a flow that runs the code which reads it",
    "feeds-flows": "code of a flow that reads it by this name",
}
_ELSEWHERE = "code of a flow that reads it"


def evidence_of(setting: Setting, decided: Claim, claims: Sequence[Claim], sources: Sources) -> Evidence:
    """The evidence for a setting that a layer took; ``claims`` are those of all layers, ``decided`` what won."""
    known = sources.of(setting.name, setting.reads)
    return Evidence(
        setting=setting.name,
        layer=decided.layer,
        rule=decided.rule,
        reason=decided.reason,
        voices=tuple(Voice(c.layer, c.rule, c.reason, c.confidence) for c in claims if c.rule != NO_LAYER),
        flows=tuple(sorted(setting.flows)),
        deployments=tuple(sorted(f"{d.name or '(unnamed)'} on {d.pool or 'no pool'}" for d in setting.deployments)),
        sources=tuple(source.place for source in known),
        seen=tuple(_seen(setting, known)) if setting.reads else (),
        changes=tuple(_changes(setting, decided)),
    )


def evidence_of_what_stays(outside: Outside) -> Evidence:
    """The evidence for a site that no layer was asked about."""
    change = _OUTSIDE.get(outside.rule, _ELSEWHERE)
    name, rule, reason = outside.site.name, outside.rule, outside.reason
    return Evidence(name, Layer.LEAVE, rule, reason, (), (), (), (), (), (change,))


def _seen(setting: Setting, known: Sequence[Source]) -> Iterator[SeenValue]:
    for deployment in sorted({d.name for d in setting.deployments} or {""}):
        found = [(worker, seen_by(known, deployment, worker)) for worker in Worker]
        for place, group in groupby(found, key=lambda pair: pair[1].place if pair[1] is not None else ""):
            yield SeenValue(deployment, tuple(worker.value for worker, _ in group), place)


def _changes(setting: Setting, decided: Claim) -> Iterator[str]:
    name = setting.name
    match decided.layer:
        case Layer.SECRET:
            if setting.stuck:
                yield f"code that asks for the value only when a flow runs: envlift then loads the block there ({name})"
            else:
                yield "a library, a settings class or a child process that takes it from the environment: secret_env"
        case Layer.SECRET_ENV:
            if setting.keeper:
                yield f"without this, the code could load the block itself (secret): {setting.keeper}"
            yield "another way for its readers to get it, such as an argument that the code passes"
        case Layer.POOL_DEFAULT:
            yield "job variables of a deployment that set it, or .env files of environments that differ: deployment"
        case Layer.DEPLOYMENT:
            yield {
                "set-on-deployment": "job variables that no longer set it, where all runs see the same: pool_default",
                "differs": "the same value in the files of all environments: pool_default",
            }.get(decided.rule, "another deployment on the same pool that uses it: pool_default")
        case Layer.PREFECT_SETTING:
            yield "nothing: the name is one of Prefect's own"
        case Layer.LEAVE:
            yield f"`--answer {name}=LAYER`, where it is configuration all the same"
    if decided.question:
        yield f"an answer: {decided.question}"
    if setting.judgement.sensitive and not setting.judgement.certain:
        yield f"your word that it is no secret: `--answer {name}=pool_default`"
    elif not setting.judgement.sensitive and decided.layer in (Layer.POOL_DEFAULT, Layer.DEPLOYMENT):
        yield f"your word that it is a secret: `--answer {name}=secret`"
