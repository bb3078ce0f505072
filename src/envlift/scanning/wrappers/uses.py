"""What uses a wrapper and what it gives: calls, and the partial calls that are wrappers themselves."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from envlift.scanning.definitions.definitions import FromParameter, Parameter, Template, Wrapper
from envlift.scanning.definitions.targets import PARTIAL, name_of_made
from envlift.scanning.read_sites import concealed, keyword
from envlift.scanning.wrappers.composed_texts import changed_text
from envlift.scanning.wrappers.name_templates import patterns_of
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import READ_IDIOMS, Shape

_READERS = {idiom.origin: idiom for idiom in READ_IDIOMS if idiom.shape is Shape.CALL}


@dataclass(frozen=True, slots=True)
class Use:
    """An expression that reads through a wrapper, with what it gives to the wrapper's parameters."""

    node: ast.expr
    wrapper: Wrapper
    given: Mapping[str, list[ast.expr]]


def partial_of(module: ParsedModule, call: ast.Call) -> Wrapper | None:
    """The wrapper that ``name = partial(os.getenv, default=...)`` makes."""
    above = module.parent(call)
    if len(call.args) != 1 or module.origin(call.func) not in PARTIAL or not isinstance(above, ast.Assign):
        return None
    idiom, target = _READERS.get(module.origin(call.args[0]) or ""), above.targets[0]
    if idiom is None or not isinstance(target, ast.Name):
        return None
    given = concealed(module, keyword(call, "default"))
    parameters = (Parameter("key", None, positional=True), Parameter("default", given, positional=True))
    name = name_of_made(module, call, target.id)
    return Wrapper(name, parameters, ((FromParameter("key"),),), "default", None, idiom.missing, blocks=False)


def arguments_of(call: ast.Call, parameters: Sequence[Parameter]) -> dict[str, list[ast.expr]]:
    """The arguments of a call by parameter; empty where stars hide them, but for ``*names`` that all go to one."""
    positional = [p for p in parameters if p.positional or p.variadic]
    stars = [index for index, a in enumerate(call.args) if isinstance(a, ast.Starred)]
    handed_on = stars == [0] == [len(call.args) - 1] and bool(positional) and positional[0].variadic
    if (stars and not handed_on) or any(k.arg is None for k in call.keywords):
        return {}
    given: dict[str, list[ast.expr]] = {}
    for index, value in enumerate(call.args):
        parameter = positional[min(index, len(positional) - 1)] if positional else None
        if parameter is not None and (index < len(positional) or parameter.variadic):
            given.setdefault(parameter.name, []).append(value)
    given.update({k.arg: [k.value] for k in call.keywords if k.arg})
    return given


def names_given(
    module: ParsedModule, key: Template, given: Mapping[str, list[ast.expr]], parameters: Sequence[Parameter]
) -> Iterator[str]:
    """All names that a call makes by a template; none where an argument is computed."""
    choices: list[list[str]] = []
    for piece in key:
        if isinstance(piece, str):
            choices.append([piece])
            continue
        texts = [_texts(module, a, each=piece.each) for a in given.get(piece.parameter, ())]
        flat = [t for found in texts for t in found]
        if not flat and piece.parameter not in given:
            default = next((p.default for p in parameters if p.name == piece.parameter), None)
            flat = [default.reveal()] if default is not None else []
        choices.append([changed_text(text, piece.methods) for text in flat])
    yield from ("".join(parts) for parts in itertools.product(*choices))


def _texts(module: ParsedModule, node: ast.expr, *, each: bool) -> Iterable[str]:
    node = node.value if (is_star := isinstance(node, ast.Starred)) else node
    if (each or is_star) and isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [t for e in node.elts if (t := module.constant(e)) is not None]
    return [] if is_star else patterns_of(module, node)
