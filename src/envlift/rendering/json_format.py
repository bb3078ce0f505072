"""JSON of an inventory and of a plan: a schema name and version, everything sorted, POSIX paths, never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from envlift.evidence import Evidence
from envlift.failing_tests import failing_tests, fixture_for
from envlift.inventory import Deployment, Inventory, Mention, PoolOwner, Site, Trouble
from envlift.plan import Confidence, Decision, Finding, Layer, Plan, PlannedSite, Question, Target, ValueSource
from envlift.precedence import Stack, Version
from envlift.verification import Verification

SCAN_SCHEMA = "envlift/scan"
PLAN_SCHEMA = "envlift/plan"
STACKS_SCHEMA = "envlift/stacks"
VERIFY_SCHEMA = "envlift/verify"
VERSION = 1
"""Raised when a key changes its meaning or goes; new keys leave it alone."""

Json = dict[str, object]


class JsonFormat:
    """The format ``json``: one object, keys sorted, indented, ASCII so that every console and pipe carries it."""

    def scan(self, inventory: Inventory) -> str:
        """All that a scan found, without a word on where it should go."""
        return document(
            {
                "schema": SCAN_SCHEMA,
                "version": VERSION,
                "files": inventory.files,
                "project": inventory.project,
                "sites": [_site(site) for site in sorted(inventory.sites, key=_place)],
                "flows": [
                    {
                        "path": f.path,
                        "line": f.line,
                        "function": f.function,
                        "entrypoint": f.entrypoint,
                        "async": f.is_async,
                    }
                    for f in sorted(inventory.flows)
                ],
                "deployments": [
                    _deployment(d)
                    for d in sorted(inventory.deployments, key=lambda d: (d.path, d.line, d.index, d.name))
                ],
                "dotenv_files": [
                    {"path": f.path, "example": f.is_example, "environment": f.environment or None}
                    for f in sorted(inventory.dotenv_files, key=lambda f: f.path)
                ],
                "dotenv_loads": [
                    {"path": load.path, "line": load.line, "override": load.override}
                    for load in sorted(inventory.dotenv_loads, key=lambda load: (load.path, load.line))
                ],
                "mentions": [_mention(mention) for mention in sorted(inventory.mentions, key=_mention_place)],
                "env_file_uses": [
                    {"path": u.path, "line": u.line, "file": u.file, "kind": u.kind.value, "owner": u.owner or None}
                    for u in sorted(inventory.env_file_uses, key=lambda u: (u.path, u.line, u.file, u.owner))
                ],
                "reach": {path: sorted(flows) for path, flows in inventory.reach.items()},
                "shared": {path: list(others) for path, others in inventory.shared.items()},
                "asynchronous": sorted(inventory.asynchronous),
                "services": sorted(inventory.services),
                "children": [
                    {"path": c.path, "line": c.line, "form": c.form, "inherits": c.inherits, "names": list(c.names)}
                    for c in sorted(inventory.children)
                ],
                "block_loads": [
                    {"path": b.path, "line": b.line, "block": b.block, "name": b.name or None}
                    for b in sorted(inventory.block_loads)
                ],
                "sent": [{"path": s.path, "line": s.line, "source": s.source} for s in sorted(inventory.sent)],
                "pool_owners": [_owner(owner) for owner in inventory.pool_owners],
                "prefect_versions": [
                    {"path": v.path, "written": v.written, "source": v.source.value} for v in inventory.prefect_versions
                ],
                "started": {path: sorted(flows) for path, flows in inventory.started.items()},
                "commands": sorted(inventory.commands),
                "beside": {path: sorted(flows) for path, flows in inventory.beside.items()},
                "troubles": _troubles(inventory.troubles),
            }
        )

    def plan(self, plan: Plan, troubles: tuple[Trouble, ...], evidence: tuple[Evidence, ...] = ()) -> str:
        """The plan by site and by decision, each with its evidence, with what is open and what to know."""
        failing = failing_tests(plan, Confidence.REVIEW)
        spoken = {(e.setting, e.layer, e.rule, e.reason): e for e in evidence}
        return document(
            {
                "schema": PLAN_SCHEMA,
                "version": VERSION,
                "commit": plan.commit or None,
                "sites": [
                    _planned_site(site, decision)
                    for site, decision in sorted(
                        ((site, d) for d in plan.decisions for site in d.sites),
                        key=lambda pair: (_place(pair[0]), pair[1].setting),
                    )
                ],
                "decisions": [_decision(d, spoken.get(_key(d))) for d in sorted(plan.decisions, key=_decision_order)],
                "questions": [_question(q) for q in sorted(plan.questions, key=lambda q: (q.setting, q.flag, q.text))],
                "findings": [
                    _finding(f)
                    for f in sorted(plan.findings, key=lambda f: (f.path, f.line, f.severity.value, f.message))
                ],
                "also": [extra.value for extra in plan.extras],
                "new_deployments": [
                    {"name": new.name, "entrypoint": new.entrypoint, "pool": new.pool or None}
                    for new in plan.new_deployments
                ],
                "misplaced": [_target(target) for target in plan.misplaced],
                "overrides": [{"path": load.path, "line": load.span.line} for load in plan.overrides],
                "pool_owners": [_owner(owner) for owner in plan.pool_owners],
                "failing_tests": [
                    {"path": t.path, "line": t.line, "setting": t.setting, "block": t.block} for t in failing
                ],
                "fixture": fixture_for(failing, plan.loading) or None,
                "troubles": _troubles(troubles),
            }
        )

    def stacks(self, stacks: Sequence[Stack], version: Version | None) -> str:
        """What sets a variable for the runs of each deployment, the strongest first, and what wins."""
        return document(
            {
                "schema": STACKS_SCHEMA,
                "version": VERSION,
                "prefect": _version(version),
                "stacks": [_stack(stack) for stack in stacks],
            }
        )

    def verification(self, found: Verification, troubles: tuple[Trouble, ...]) -> str:
        """What does not agree, each with where it stands: a place in a file, or something on the server."""
        return document(
            {
                "schema": VERIFY_SCHEMA,
                "version": VERSION,
                "server": found.api_url or None,
                "prefect": _version(found.version),
                "findings": [
                    {**_finding(f), "path": f.path or None, "server_object": f.server_object or None}
                    for f in found.findings
                ],
                "notes": list(found.notes),
                "troubles": _troubles(troubles),
            }
        )


def _stack(stack: Stack) -> Json:
    return {
        "setting": stack.setting,
        "deployment": stack.deployment or None,
        "entrypoint": stack.entrypoint or None,
        "worker": stack.worker.value,
        "steps": [{"set_by": s.rung.value, "before": s.before or None, "after": s.after or None} for s in stack.steps],
        "before": stack.before.value if stack.before is not None else None,
        "after": stack.after.value if stack.after is not None else None,
        "block": stack.block or None,
        "notes": list(stack.notes),
    }


def _version(version: Version | None) -> str | None:
    return ".".join(map(str, version)) if version is not None else None


def document(content: Json) -> str:
    """One object as every JSON of envlift is written: keys sorted, indented, ASCII."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def _site(site: Site) -> Json:
    return {
        **_where(site),
        "form": site.form,
        "place": site.place.value if site.place else None,
        "function": site.function or None,
        "missing": site.missing.name.lower() if site.missing else None,
        "handling": site.handling.name.lower(),
    }


def _mention(mention: Mention) -> Json:
    return {
        "path": mention.path,
        "line": mention.line,
        "name": mention.name,
        "kind": mention.kind.value,
        "role": mention.role.value,
        "owner": mention.owner or None,
        "runs": mention.runs or None,
    }


def _mention_place(mention: Mention) -> tuple[object, ...]:
    return (mention.path, mention.line, mention.name, mention.kind.value, mention.role.value, mention.owner)


def _planned_site(site: PlannedSite, decision: Decision) -> Json:
    return {
        **_where(site),
        "sensitive": decision.sensitive,
        "setting": decision.setting,
        "rewritten": site.edit is not None,
        **_verdict(decision),
    }


def _where(site: Site | PlannedSite) -> Json:
    return {
        "path": site.path,
        "line": site.span.line,
        "column": site.span.column,
        "kind": site.kind.value,
        "name": site.name,
    }


def _verdict(decision: Decision) -> Json:
    return {
        "layer": decision.layer.value,
        "confidence": decision.confidence.label,
        "reason": decision.reason,
        "rule": decision.rule,
        "runner_up": decision.runner_up.value if decision.runner_up else None,
        "block": decision.block or None,
    }


def _key(decision: Decision) -> tuple[str, Layer, str, str]:
    return (decision.setting, decision.layer, decision.rule, decision.reason)


def _evidence(evidence: Evidence) -> Json:
    return {
        "voices": [
            {"layer": v.layer.value, "rule": v.rule, "reason": v.reason, "confidence": v.confidence.label}
            for v in evidence.voices
        ],
        "flows": list(evidence.flows),
        "deployments": list(evidence.deployments),
        "sources": list(evidence.sources),
        "seen": [
            {"deployment": s.deployment or None, "workers": list(s.workers), "place": s.place or None}
            for s in evidence.seen
        ],
        "would_change": list(evidence.changes),
    }


def _decision(decision: Decision, evidence: Evidence | None) -> Json:
    return {
        "setting": decision.setting,
        "sensitive": decision.sensitive,
        **_verdict(decision),
        "source": _source(decision.source) if decision.source else None,
        "targets": [_target(target) for target in decision.targets],
        "sites": len(decision.sites),
        "evidence": None if evidence is None else _evidence(evidence),
    }


def _source(source: ValueSource) -> Json:
    return {
        "path": source.path,
        "name": source.name,
        "line": source.span.line if source.span else None,
        "commit": source.commit or None,
    }


def _target(target: Target) -> Json:
    return {
        "kind": target.kind.value,
        "name": target.name,
        "path": target.path or None,
        "index": target.index if target.index >= 0 else None,
        "line": target.span.line if target.span else None,
    }


def _deployment(deployment: Deployment) -> Json:
    return {
        "path": deployment.path,
        "line": deployment.line,
        "name": deployment.name or None,
        "kind": deployment.kind.value,
        "entrypoint": deployment.entrypoint or None,
        "pool": deployment.pool or None,
        "env": sorted(deployment.env),
        "trouble": deployment.trouble or None,
        "misplaced": deployment.misplaced or None,
        "bundle": deployment.bundle or None,
    }


def _owner(owner: PoolOwner) -> Json:
    return {"pool": owner.pool, "tool": owner.tool.value, "path": owner.path, "line": owner.line}


def _question(question: Question) -> Json:
    return {"setting": question.setting, "text": question.text, "flag": question.flag}


def _finding(finding: Finding) -> Json:
    return {
        "severity": finding.severity.value,
        "path": finding.path,
        "line": finding.line,
        "message": finding.message,
        "rule": finding.rule or None,
        "remedy": finding.remedy or None,
    }


def _troubles(troubles: Iterable[Trouble]) -> list[Json]:
    return [{"path": t.path, "line": t.line, "message": t.message} for t in sorted(troubles)]


def _place(site: Site | PlannedSite) -> tuple[str, int, int, str, str]:
    return (site.path, site.span.line, site.span.column, site.kind.value, site.name)


def _decision_order(decision: Decision) -> tuple[str, str, int, str]:
    first = min((_place(site) for site in decision.sites), default=("", 0, 0, "", ""))
    return (decision.setting, first[0], first[1], decision.layer.value)
