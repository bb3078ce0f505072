"""What a plan's reader should know or do: leaks of secrets, sources that disagree, deployments that no edit reaches."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Set

from envlift.concealed import Concealed
from envlift.inventory import Deployment, DeploymentKind, Inventory, Site, SiteKind, StoredText
from envlift.layers.setting import Setting
from envlift.plan import IN_TEMPLATES, Decision, Finding, Layer, Severity
from envlift.planning.needless_loads import needless_loads
from envlift.planning.overrides import override_findings
from envlift.planning.sources import SourceKind, Sources, disagreement
from envlift.policy import Policy
from envlift.scanning.roles import is_example, is_test
from envlift.sensitivity.judgement import judge
from envlift.sensitivity.value_looks import is_wordy
from envlift_codemods.parsed import Place

_BLOCK = re.compile(r"\{\{\s*prefect\.blocks\.")
_VARIABLE = re.compile(r"\{\{\s*\$(\w+)\s*\}\}")
_ELSEWHERE = (Layer.LEAVE, Layer.PREFECT_SETTING)
_DISAGREEING = {
    SourceKind.DEFAULT: (
        "defaults-differ",
        "the code has different defaults for",
        "set it in its layer, or agree on one default",
    ),
    SourceKind.DOTENV: (
        "files-differ",
        ".env files give different values to",
        "name the files after environments, or set it on each deployment",
    ),
    SourceKind.SURROUNDINGS: (
        "surroundings-differ",
        "what runs the flows gets different values for",
        "set it on the deployments, which beats what their worker has",
    ),
}
_OF_THREADS = re.compile(r"(?:^|[._])(?:executor|pool|threads?|workers?|ex|tpe)$", re.IGNORECASE)
_DECORATORS = ("flow", "task")
_TO_THE_RUN = "let a Secret block feed the variable: the placeholder belongs in the pool's base job template"


def findings_of(
    inventory: Inventory,
    decided: Iterable[tuple[Setting, Layer]],
    decisions: Iterable[Decision],
    sources: Sources,
    tracked: Collection[str],
    policy: Policy,
) -> tuple[Finding, ...]:
    """All findings, sorted by place; ``tracked`` are the ``.env`` files that git holds."""
    known, decisions = tuple(decided), tuple(decisions)
    plain = frozenset(setting.name for setting, _ in known if setting.reads and not setting.judgement.sensitive)
    found = [
        *override_findings(inventory, policy),
        *needless_loads(inventory, decisions),
        *(finding for setting, layer in known for finding in _of_setting(setting, layer, inventory)),
        *_conflicts((setting for setting, layer in known if layer not in _ELSEWHERE), sources),
        *(finding for deployment in inventory.deployments for finding in _of_deployment(deployment, inventory, plain)),
        *_unreached(inventory),
        *_defaults(inventory),
        *_sent(inventory),
        *_tracked(inventory, tracked),
        *_unnamed_owners(inventory, decisions),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (f.path, f.line, f.rule, f.message)))


def _unnamed_owners(inventory: Inventory, decisions: Iterable[Decision]) -> Iterator[Finding]:
    """The files that keep the template of a pool whose name is computed, where it may be one that gets something."""
    named = {owner.pool for owner in inventory.pool_owners}
    pools = sorted({t.name for d in decisions for t in d.targets if t.kind in IN_TEMPLATES} - named)
    for owner in inventory.pool_owners if pools else ():
        if not owner.pool:
            message = (
                f"keeps the template of a work pool whose name is computed: if that is {' or '.join(pools)}, a push "
                "does not last there"
            )
            remedy = "write the name out there; else `envlift push --templates FOLDER`, and put what it writes there"
            yield Finding(Severity.MEDIUM, owner.path, owner.line, message, "pool-kept-elsewhere", remedy)


def _of_setting(setting: Setting, layer: Layer, inventory: Inventory) -> Iterator[Finding]:
    secret = setting.judgement.sensitive
    if secret and layer in (Layer.SECRET, Layer.SECRET_ENV):
        for site in setting.literals:
            message = f"{setting.name} is a hardcoded secret: rotate it, it stays in the git history"
            yield _high(site, "hardcoded-secret", message, "make a new one, revoke this one, and keep it in a block")
    for site in setting.reads if secret else ():
        if _passed_to_a_flow(site, inventory):
            message = f"{setting.name} is passed to a flow or task: Prefect may store it in clear with the run"
            yield _high(site, "secret-parameter", message, "pass the block's name, and load the block in there")
        elif site.place is Place.DEFAULT_ARGUMENT:
            message = (
                f"{setting.name} is a default argument: an import evaluates it, and the parameter schema of a flow "
                "stores it in clear"
            )
            yield _high(site, "secret-default", message, "let the default be None, and load the block in the body")
        elif site.place is Place.DECORATOR and site.callee.rpartition(".")[2] in _DECORATORS:
            message = f"{setting.name} is part of a flow's or task's {site.receiver or 'options'}: stored in clear"
            yield _high(site, "secret-in-decorator", message, "keep it out of names, tags and options")


def _unreached(inventory: Inventory) -> Iterator[Finding]:
    """Secrets in code that is none of the flows' business: they are in git all the same."""
    for site in inventory.sites:
        inside = site.path in inventory.reach or site.path in inventory.beside
        shown = site.value or site.fixed
        if site.kind is not SiteKind.LITERAL or inside or is_example(site.path) or shown is None:
            continue
        judged = judge(site.name, values=[shown])
        if judged.sensitive and not judged.placeholder and not judged.reference:
            message = f"{site.name} is a secret hardcoded where no flow comes: rotate it, it stays in the git history"
            yield _high(site, "hardcoded-secret", message, "make a new one, revoke this one, and read it from outside")


def _defaults(inventory: Inventory) -> Iterator[Finding]:
    """Secrets that code falls back to where the variable is not set: they are in git like hardcoded ones."""
    for site in inventory.sites:
        value = site.value if site.kind is SiteKind.ENV_READ and site.name else None
        if value is None or not value.reveal() or is_test(site.path) or is_example(site.path):
            continue
        if secret_in_clear(site.name, value):
            message = f"the default of {site.name} is a secret in the code: rotate it, it stays in the git history"
            yield _high(site, "secret-default-value", message, "make a new one, revoke this one, and have no default")


def _conflicts(settings: Iterable[Setting], sources: Sources) -> Iterator[Finding]:
    """One finding for each pair of places, though many names may be composed there."""
    names: dict[tuple[SourceKind, tuple[str, ...]], list[str]] = {}
    for setting in settings:
        known = sources.of(setting.name, setting.reads) if setting.reads and not setting.differs else ()
        for kind in _DISAGREEING if known else ():
            if places := tuple(source.place for source in disagreement(known, kind)):
                names.setdefault((kind, places), []).append(setting.name)
    for (kind, places), found in names.items():
        rule, what, remedy = _DISAGREEING[kind]
        path, _, line = places[0].partition(" ")[0].rpartition(":")
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        message = f"{what} {found[0]}{more}: {' and '.join(places)}"
        yield Finding(Severity.MEDIUM, path, int(line), message, rule, remedy)


def _of_deployment(deployment: Deployment, inventory: Inventory, plain: Set[str]) -> Iterator[Finding]:
    """The findings of a deployment; ``plain`` are the variables of which flows show that they hold no secret."""
    name = f"deployment {deployment.name or '(unnamed)'}"
    if deployment.trouble:
        yield Finding(Severity.MEDIUM, deployment.path, deployment.line, f"{name}: {deployment.trouble}", "no-edit")
    if deployment.misplaced:
        message = f"{name}: Prefect ignores job_variables beside work_pool"
        remedy = "move them under work_pool: `--also job_variables` does it"
        yield Finding(Severity.MEDIUM, deployment.path, deployment.misplaced, message, "ignored-job-variables", remedy)
    if is_test(deployment.path) or is_example(deployment.path):
        return
    if deployment.bundle and deployment.kind is DeploymentKind.CALL:
        message = f"{name} takes its variables from all of {deployment.bundle}: every secret there is stored in clear"
        remedy = "name the variables that its runs need, and feed secrets from blocks"
        yield Finding(Severity.HIGH, deployment.path, deployment.line, message, "environment-bundle", remedy)
    for text in deployment.stored:
        yield from _of_text(deployment, name, text, plain)
    for site in inventory.sites if deployment.span is not None and deployment.kind is DeploymentKind.CALL else ():
        inside = site.path == deployment.path and site.kind is SiteKind.ENV_READ and site.name
        if inside and deployment.span is not None and site.span.within(deployment.span) and judge(site.name).sensitive:
            message = f"{site.name} is read when {name} is made, and its value kept in clear with it or in its image"
            yield _high(site, "secret-in-deployment", message, _TO_THE_RUN)


def _sent(inventory: Inventory) -> Iterator[Finding]:
    """The calls that send whole environments and make no deployment: of runs, and of infrastructure blocks."""
    told = {(d.path, d.line) for d in inventory.deployments if d.bundle}
    for sent in inventory.sent:
        if (sent.path, sent.line) not in told and not is_test(sent.path) and not is_example(sent.path):
            message = f"all of {sent.source} is sent to Prefect's API: every secret there is stored in clear"
            remedy = "name the variables that the run needs, and feed secrets from blocks"
            yield Finding(Severity.HIGH, sent.path, sent.line, message, "environment-bundle", remedy)


def _of_text(deployment: Deployment, name: str, text: StoredText, plain: Set[str]) -> Iterator[Finding]:
    value = text.value.reveal()
    section, _, key = text.where.rpartition(".")
    known = section.endswith("env") and key in plain
    filled = [v for v in _VARIABLE.findall(value) if not known and (judge(v).sensitive or judge(key).sensitive)]
    shown = secret_in_clear(key, text.value)
    if _BLOCK.search(value):
        message = f"{text.where} of {name} names a block: it is filled in at deploy time, and the value stored in clear"
        yield Finding(Severity.HIGH, deployment.path, text.line, message, "block-in-clear", _TO_THE_RUN)
    elif filled:
        message = f"{text.where} of {name} takes {filled[0]} from the machine that deploys, and is stored in clear"
        yield Finding(Severity.HIGH, deployment.path, text.line, message, "variable-in-clear", _TO_THE_RUN)
    elif shown:
        message = f"{text.where} of {name} is a secret in clear ({shown}): it is in git and on the server"
        remedy = f"rotate it; {_TO_THE_RUN}"
        yield Finding(Severity.HIGH, deployment.path, text.line, message, "secret-in-clear", remedy)


def secret_in_clear(name: str, value: Concealed) -> str:
    """Why a text that Prefect keeps in clear is a secret; empty where it is none, or only refers to one."""
    judged = judge(name, values=[value])
    # A word may be what the secret is called where it is kept.
    named = judged.rule.startswith("name/") and is_wordy(value.reveal())
    harmless = judged.placeholder or judged.reference or named or _VARIABLE.search(value.reveal())
    return judged.reason if judged.sensitive and not harmless else ""


def _tracked(inventory: Inventory, tracked: Collection[str]) -> Iterator[Finding]:
    examples = {file.path for file in inventory.dotenv_files if file.is_example}
    held: dict[str, list[str]] = {}
    for site in inventory.sites:
        if site.kind is SiteKind.DOTENV_ENTRY and site.path in tracked and site.path not in examples and site.value:
            judged = judge(site.name, values=[site.value])
            if judged.sensitive and site.value.reveal() and not judged.placeholder and not judged.reference:
                held.setdefault(site.path, []).append(site.name)
    for path, names in sorted(held.items()):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        message = f"git holds this file with the values of {', '.join(sorted(names)[:3])}{more}"
        remedy = "rotate them, `git rm --cached` the file, and add it to .gitignore: the history keeps what it had"
        yield Finding(Severity.HIGH, path, 0, message, "tracked-dotenv", remedy)


def _high(site: Site, rule: str, message: str, remedy: str) -> Finding:
    return Finding(Severity.HIGH, site.path, site.span.line, message, rule, remedy)


def _passed_to_a_flow(site: Site, inventory: Inventory) -> bool:
    """Whether a value, or the variable that holds it, is an argument of a flow, or of what starts tasks and flows."""
    flows = {flow.function.rpartition(".")[2] for flow in inventory.flows}
    return any(_starts(called, flows) for called in (site.callee, *site.taken_by))


def _starts(called: str, flows: Set[str]) -> bool:
    receiver, _, function = called.rpartition(".")
    if function == "run_deployment":
        return True
    if receiver and function in ("submit", "map", "delay"):
        return _OF_THREADS.search(receiver) is None
    return function != "" and function in flows
