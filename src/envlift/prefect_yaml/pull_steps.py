"""The pull steps in effect for a deployment, and a step behind them that sets variables for its runs.

Such a step is found by its file's path from the folder that the steps before it end in, which is where Prefect finds
the entrypoint, too. What it gets is templated when a run starts, not when it is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from envlift.concealed import Concealed
from envlift.prefect_yaml.comparing import Planned, checked
from envlift.prefect_yaml.facts import PullVariable, Refused, Trouble
from envlift.prefect_yaml.nodes import Document, Entry, line_of, parse, scalar
from envlift.prefect_yaml.quoting import double_quoted
from envlift.prefect_yaml.road import check_keys, deployment_items
from envlift.prefect_yaml.splices import Item, Splice, insert_items, lines_after, node_end, render_block

OWN_STEP = "environment_step.py:set_environment"
"""The step that sets variables, a function of a file at the root of the code."""
_VARIABLES = "variables"
_ENTER = "prefect.deployments.steps.set_working_directory"
# A step's outputs are there for the steps after it: this is where the last one put the code.
_FOLDER = "{{ directory }}"
_ENTERS = frozenset({"set_working_directory"})
_PULLS = frozenset(
    {"git_clone", "pull_with_block", "pull_from_remote_storage"}
    | {"pull_from_s3", "pull_from_gcs", "pull_from_azure_blob_storage"}
)
_STAYS = frozenset({"run_shell_script", "pip_install_requirements"})
# What of build and push gives the steps after it no `directory`, which deploying would put into ours.
_PUSHES = frozenset({"push_docker_image", "push_to_s3", "push_to_gcs", "push_to_azure_blob_storage"})
_IMAGE = "build_docker_image"
_STEP = 2
_DASH = re.compile(r"( *)-( +)")


def effective(document: Document, item: yaml.MappingNode, key: str = "pull") -> Entry | None:
    """The steps that Prefect takes for a deployment: its own, else those of the file; None where neither has any."""
    holders = [node for node in (item, document.root) if isinstance(node, yaml.MappingNode)]
    found = (entry for holder in holders if (entry := document.lookup(holder, key)) is not None)
    return next((entry for entry in found if not _is_null(entry.value)), None)


def step_trouble(document: Document, item: yaml.MappingNode) -> str:
    """Why no step of the repository's own can be put behind a deployment's pull steps; empty where one can."""
    entry = effective(document, item)
    if entry is None:
        return "it has no pull steps of its own, and those that Prefect makes up depend on the machine that deploys"
    steps = list(_steps(document, entry))
    if not steps:
        return "its pull steps are no list of steps, so where its code is at run time is not known"
    known = (*_ENTERS, *_PULLS, *_STAYS, OWN_STEP)
    if strange := next((name for name, _ in steps if _last(name) not in known), ""):
        return f"its pull steps hold {strange}, which may leave the code anywhere"
    if not any(_last(name) in (*_ENTERS, *_PULLS) for name, _ in steps):
        return "its pull steps bring no code"
    if any(document.lookup(inputs, "directories") is not None for _, inputs in steps if inputs is not None):
        return "its pull steps clone a part of the repository only"
    building = [name for key in ("build", "push") for name in _names(document, item, key)]
    if any(_last(name) == _IMAGE for name in building) or _image(document, item):
        return "its code is in an image, which may not hold the file of a new step"
    if _enters_late(steps) and any(_last(name) not in (*_PUSHES, *_STAYS) for name in building):
        return "one of its build or push steps may give the pull steps another folder"
    return ""


def set_in_pull(text: str, changes: Sequence[PullVariable]) -> str:
    """The text with every variable set by a pull step, or the text itself where all are already.

    Raises:
        Refused: When one change cannot be made safely; none is made then.
    """
    document = parse(text)
    if isinstance(document, Trouble):
        raise Refused(document.line, document.reason)
    items = deployment_items(document)
    lists: dict[int, _PullList] = {}
    for change in changes:
        item, own = items[change.deployment] if 0 <= change.deployment < len(items) else (document.root, False)
        if not own or not isinstance(item, yaml.MappingNode):
            raise Refused(line_of(item), "a deployment that is an alias or no mapping")
        if trouble := step_trouble(document, item):
            raise Refused(line_of(item), trouble)
        found = _list_of(document, item, change.deployment)
        lists.setdefault(id(found.sequence), found).wanted.append(change)
    edits = [(found.deployment, *_edit(document, found)) for found in lists.values()]
    planned: dict[str, Planned] = {}
    if (shared := next((steps for index, _, steps in edits if index is None), None)) is not None:
        planned["pull"] = shared
    if of_items := {index: {"pull": steps} for index, _, steps in edits if index is not None}:
        planned["deployments"] = of_items
    result, stray = checked(document, [splice for _, made, _ in edits for splice in made], planned)
    if stray is not None:
        raise Refused(next(line_of(found.sequence) for found in lists.values()), "other steps would change, too")
    return result


@dataclass(frozen=True, slots=True)
class _PullList:
    """A list of pull steps with the variables that it is to set; of one deployment, or None for those of the file."""

    sequence: yaml.SequenceNode
    deployment: int | None
    wanted: list[PullVariable]


def _list_of(document: Document, item: yaml.MappingNode, index: int) -> _PullList:
    entry = effective(document, item)
    if entry is None or not isinstance(entry.value, yaml.SequenceNode) or entry.value.flow_style:
        raise Refused(line_of(item) if entry is None else entry.line, "its pull steps are not one below the other")
    if entry.alias or (entry.parent is not item and entry.parent is not document.root):
        raise Refused(entry.line, "its pull steps stand elsewhere")
    check_keys(document, entry.parent)
    return _PullList(entry.value, index if entry.parent is item else None, [])


def _edit(document: Document, pull: _PullList) -> tuple[list[Splice], dict[int, Planned]]:
    """The splices for one list of steps, and what they put where."""
    wanted = {change.name: change.value for change in pull.wanted}
    there = _variables_of(document, pull.sequence)
    if there is not None:
        number, variables = there
        missing = _missing(document, variables, wanted)
        if not missing:
            return [], {}
        return insert_items(document, variables, _leaves(missing), _STEP), {number: _planned(missing)}
    new: list[tuple[str, Item, Planned]] = []
    if _enters_late(list(_steps_of(document, pull.sequence))):
        new.append((_ENTER, ("directory", double_quoted(_FOLDER)), {_ENTER: {"directory": Concealed(_FOLDER)}}))
    new.append((OWN_STEP, (_VARIABLES, _leaves(wanted)), _planned(wanted)))
    splice = _appended(document, pull.sequence, [(step, inputs) for step, inputs, _ in new])
    first = len(pull.sequence.value)
    return [splice], {first + number: planned for number, (_, _, planned) in enumerate(new)}


def _planned(wanted: Mapping[str, str]) -> Planned:
    return {OWN_STEP: {_VARIABLES: {name: Concealed(value) for name, value in wanted.items()}}}


def _leaves(wanted: Mapping[str, str]) -> tuple[Item, ...]:
    return tuple((name, double_quoted(value)) for name, value in wanted.items())


def _variables_of(document: Document, sequence: yaml.SequenceNode) -> tuple[int, yaml.MappingNode] | None:
    """Where our step is already, and its variables."""
    for number, (item, alias) in enumerate(document.items(sequence)):
        entry = document.lookup(item, OWN_STEP) if isinstance(item, yaml.MappingNode) else None
        if entry is None:
            continue
        inner = document.lookup(entry.value, _VARIABLES) if isinstance(entry.value, yaml.MappingNode) else None
        if alias or inner is None or inner.alias or not isinstance(inner.value, yaml.MappingNode):
            raise Refused(entry.line, f"the step {OWN_STEP} is not written as envlift writes it")
        check_keys(document, inner.value)
        return number, inner.value
    return None


def _missing(document: Document, variables: yaml.MappingNode, wanted: Mapping[str, str]) -> dict[str, str]:
    missing = {}
    for name, value in wanted.items():
        entry = document.lookup(variables, name)
        if entry is None:
            missing[name] = value
        elif not isinstance(entry.value, yaml.ScalarNode) or scalar(entry.value) != value:
            raise Refused(entry.line, f"{name} is set to something else")
    return missing


def _appended(document: Document, sequence: yaml.SequenceNode, steps: Sequence[tuple[str, Item]]) -> Splice:
    """A splice that puts steps, each with its input, behind the last one of a list and under its dashes."""
    last, alias = document.items(sequence)[-1]
    start = alias.start if alias else int(last.start_mark.index)
    head = _DASH.fullmatch(document.text[document.text.rfind("\n", 0, start) + 1 : start])
    if head is None:
        raise Refused(line_of(last), "a pull step that does not stand beside its dash")
    lines: list[str] = []
    for step, inputs in steps:
        lines += [f"{head.group()}{step}:", *render_block([inputs], head.end() + _STEP, _STEP, None)]
    return lines_after(document.text, node_end(document, last, alias), lines)


def _steps(document: Document, entry: Entry) -> Iterator[tuple[str, yaml.MappingNode | None]]:
    """The functions of steps in their order, each with its inputs."""
    if isinstance(entry.value, yaml.SequenceNode):
        yield from _steps_of(document, entry.value)


def _steps_of(document: Document, sequence: yaml.SequenceNode) -> Iterator[tuple[str, yaml.MappingNode | None]]:
    for item, _ in document.items(sequence):
        entries = document.entries(item) if isinstance(item, yaml.MappingNode) else {}
        for name, entry in entries.items():
            yield str(name), entry.value if isinstance(entry.value, yaml.MappingNode) else None


def _names(document: Document, item: yaml.MappingNode, key: str) -> list[str]:
    entry = effective(document, item, key)
    return [] if entry is None else [name for name, _ in _steps(document, entry)]


def _image(document: Document, item: yaml.MappingNode) -> bool:
    """Whether the deployment names an image for its runs."""
    node: yaml.Node = item
    for key in ("work_pool", "job_variables", "image"):
        entry = document.lookup(node, key) if isinstance(node, yaml.MappingNode) else None
        if entry is None:
            return False
        node = entry.value
    return True


def _enters_late(steps: Sequence[tuple[str, object]]) -> bool:
    """Whether Prefect enters the folder of the code behind the last step only."""
    moves = [_last(name) for name, _ in steps if _last(name) in (*_ENTERS, *_PULLS)]
    return not moves or moves[-1] in _PULLS


def _last(name: str) -> str:
    """The function of one of Prefect's own steps; the whole name of any other."""
    package, _, rest = name.partition(".")
    return rest.rpartition(".")[2] if package == "prefect" or package.startswith("prefect_") else name


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and scalar(node) is None
