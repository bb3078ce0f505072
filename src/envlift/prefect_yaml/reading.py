"""prefect.yaml → facts."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import yaml

from envlift.concealed import Concealed
from envlift.prefect_yaml.facts import EnvEntry, Held, Misplaced, PrefectFile, StoredText, Trouble, YamlDeployment
from envlift.prefect_yaml.nodes import (
    Document,
    Entry,
    all_nodes,
    arriving_text,
    duplicate_keys,
    is_empty_scalar,
    line_of,
    parse,
    scalar,
)
from envlift.prefect_yaml.pull_steps import effective, step_trouble

_DEEPEST = 8
DROPS_ALL = "Prefect then skips every deployment of the file"


def read_deployments(text: str) -> PrefectFile:
    """The facts of a prefect.yaml's text; whatever is wrong with it comes back as troubles."""
    document = parse(text)
    if isinstance(document, Trouble):
        return PrefectFile((), has_pull=False, readable=False, troubles=(document,))
    root = document.root
    if not isinstance(root, yaml.MappingNode):
        trouble = Trouble(line_of(root), "the file holds no mapping")
        return PrefectFile((), has_pull=False, readable=False, troubles=(trouble,))
    troubles = [
        Trouble(line, "a key that stands twice in one mapping; the last one counts")
        for node in all_nodes(document)
        if isinstance(node, yaml.MappingNode)
        for line in duplicate_keys(document, node)
    ]
    deployments = []
    entry = document.lookup(root, "deployments")
    if entry and isinstance(entry.value, yaml.SequenceNode):
        for index, item in enumerate(entry.value.value):
            if isinstance(item, yaml.MappingNode):
                deployments.append(_deployment(document, index, item))
            else:
                troubles.append(Trouble(line_of(item), f"a deployment that is no mapping: {DROPS_ALL}"))
    elif entry and not _is_null(entry.value):
        troubles.append(Trouble(entry.line, f"deployments is no list: {DROPS_ALL}"))
    return PrefectFile(
        tuple(deployments),
        has_pull=_has_value(document, root, "pull"),
        readable=True,
        troubles=tuple(sorted(troubles, key=lambda trouble: trouble.line)),
    )


def _deployment(document: Document, index: int, item: yaml.MappingNode) -> YamlDeployment:
    troubles: list[Trouble] = []
    pool = document.lookup(item, "work_pool")
    in_pool = isinstance(pool.value, yaml.MappingNode) if pool else False
    if pool and not in_pool and not _is_null(pool.value):
        troubles.append(Trouble(pool.line, f"work_pool is no mapping: {DROPS_ALL}"))
    env: tuple[EnvEntry, ...] = ()
    pool_name = None
    if pool and isinstance(pool.value, yaml.MappingNode):
        pool_name = _text(document, pool.value, "name", troubles)
        env = _env(document, document.lookup(pool.value, "job_variables"), troubles)
    beside = document.lookup(item, "job_variables")
    return YamlDeployment(
        index=index,
        line=line_of(item),
        name=_text(document, item, "name", troubles),
        entrypoint=_text(document, item, "entrypoint", troubles),
        flow_name=_text(document, item, "flow_name", troubles),
        work_pool=pool_name,
        has_work_pool=in_pool,
        has_pull=_has_value(document, item, "pull"),
        tags=tuple(_tags(document, item)),
        env=env,
        # What Prefect ignores cannot trouble it: the list of troubles is not kept.
        misplaced=Misplaced(beside.line, _env(document, beside, [])) if beside else None,
        troubles=tuple(sorted(troubles, key=lambda trouble: trouble.line)),
        stored=tuple(_stored(document, item)),
        branch=_branch(document, item),
        step_trouble=step_trouble(document, item),
    )


def _branch(document: Document, item: yaml.MappingNode) -> str | None:
    """The one branch that the steps clone which pull the code of a deployment."""
    pull = effective(document, item)
    texts = _texts(document, pull.value, ("pull",)) if pull is not None else ()
    branches = {text.value.reveal() for text in texts if text.keys[-1] == "branch"}
    return branches.pop() if len(branches) == 1 else None


def _stored(document: Document, item: yaml.MappingNode) -> Iterator[StoredText]:
    for key in ("parameters", "tags"):
        entry = document.lookup(item, key)
        if entry is not None:
            yield from _texts(document, entry.value, (key,))


def _texts(document: Document, node: yaml.Node, keys: tuple[str, ...]) -> Iterator[StoredText]:
    """The texts in a value, each with the keys above it."""
    if len(keys) > _DEEPEST:
        return
    if isinstance(node, yaml.MappingNode):
        for key, entry in document.entries(node).items():
            yield from _texts(document, entry.value, (*keys, str(key)))
    elif isinstance(node, yaml.SequenceNode):
        for below in node.value:
            yield from _texts(document, below, keys)
    elif isinstance(node, yaml.ScalarNode) and isinstance(text := scalar(node), str):
        yield StoredText(keys, Concealed(text), line_of(node))


def _env(document: Document, job_variables: Entry | None, troubles: list[Trouble]) -> tuple[EnvEntry, ...]:
    if job_variables is None:
        return ()
    if not isinstance(job_variables.value, yaml.MappingNode):
        what = "null" if _is_null(job_variables.value) else "no mapping"
        troubles.append(Trouble(job_variables.line, f"job_variables is {what}: {DROPS_ALL}"))
        return ()
    env = document.lookup(job_variables.value, "env")
    if env is None:
        return ()
    if not isinstance(env.value, yaml.MappingNode):
        what = "a list" if isinstance(env.value, yaml.SequenceNode) else "null or plain text"
        if not is_empty_scalar(env.value):
            troubles.append(Trouble(env.line, f"env is {what}, not a mapping"))
        return ()
    found = []
    for key, entry in document.entries(env.value).items():
        name = key if isinstance(key, str) else _name_held(key)
        if not isinstance(key, str):
            troubles.append(Trouble(entry.line, f"a name without quotes that YAML reads as {name}"))
        found.append(_env_entry(name, entry))
        if found[-1].held is Held.REJECTED:
            reason = f"{name} is not text: the server refuses the deployment unless the value is quoted"
            troubles.append(Trouble(entry.line, reason))
    return tuple(found)


def _name_held(key: object) -> str:
    # JSON makes text of true, null and numbers; a date is a string to it.
    return str(key) if isinstance(key, (datetime.date, bytes)) else json.dumps(key, default=str)


def _env_entry(name: str, entry: Entry) -> EnvEntry:
    if not isinstance(entry.value, yaml.ScalarNode):
        return EnvEntry(name, None, Held.REJECTED, entry.line)
    value = scalar(entry.value)
    if value is None:
        return EnvEntry(name, None, Held.UNSET, entry.line)
    text = arriving_text(value)
    if text is None:
        return EnvEntry(name, Concealed(entry.value.value), Held.REJECTED, entry.line)
    return EnvEntry(name, Concealed(text), Held.TEXT, entry.line)


def _text(document: Document, mapping: yaml.MappingNode, key: str, troubles: list[Trouble]) -> str | None:
    entry = document.lookup(mapping, key)
    if entry is None or _is_null(entry.value):
        return None
    value = scalar(entry.value) if isinstance(entry.value, yaml.ScalarNode) else None
    if isinstance(value, str):
        return value
    troubles.append(Trouble(entry.line, f"{key} is not text: {DROPS_ALL}"))
    return None


def _tags(document: Document, item: yaml.MappingNode) -> Iterator[str]:
    entry = document.lookup(item, "tags")
    if entry is None or isinstance(entry.value, yaml.MappingNode):
        return
    nodes = entry.value.value if isinstance(entry.value, yaml.SequenceNode) else [entry.value]
    for node in nodes:
        if isinstance(node, yaml.ScalarNode) and not _is_null(node):
            value = scalar(node)
            yield value if isinstance(value, str) else node.value


def _has_value(document: Document, mapping: yaml.MappingNode, key: str) -> bool:
    entry = document.lookup(mapping, key)
    return entry is not None and not _is_null(entry.value)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and scalar(node) is None
