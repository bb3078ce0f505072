"""The syntax of pydantic's fields and options: what stands for a default, an alias or a type. Asks nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.scanning.read_sites import keyword
from envlift_codemods.receivers import dotted_name

_FIELD = frozenset({"Field", "PrivateAttr"})
_CONTAINERS = frozenset(
    "dict list set frozenset tuple mapping mutablemapping defaultdict ordereddict sequence iterable deque".split()
)
_PLAIN_TYPES = frozenset({"Path", "SecretStr", "SecretBytes", "Decimal", "UUID", "Field", "AnyUrl", "HttpUrl"})


def options_of(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """What ``class Config``, ``model_config`` or the class's own keywords set."""
    yield from ((k.arg, k.value) for k in node.keywords if k.arg)
    for statement in node.body:
        match statement:
            case ast.ClassDef(name="Config", body=body):
                for inner in body:
                    if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
                        yield inner.targets[0].id, inner.value
            case (
                ast.Assign(targets=[ast.Name(id="model_config")], value=value)
                | ast.AnnAssign(target=ast.Name(id="model_config"), value=ast.expr() as value)
            ):
                yield from _pairs(value)


def _pairs(value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match value:
        case ast.Call(keywords=keywords):
            yield from ((k.arg, k.value) for k in keywords if k.arg)
        case ast.Dict(keys=keys, values=values):
            for key, inner in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, inner


def field_call(statement: ast.stmt) -> ast.Call | None:
    value = statement.value if isinstance(statement, (ast.AnnAssign, ast.Assign)) else None
    is_field = isinstance(value, ast.Call) and dotted_name(value.func).rpartition(".")[2] in _FIELD
    return value if is_field and isinstance(value, ast.Call) else None


def annotated_fields(annotation: ast.expr | None) -> list[ast.Call]:
    inside = ast.walk(annotation) if annotation is not None else iter(())
    return [n for n in inside if isinstance(n, ast.Call) and dotted_name(n.func).rpartition(".")[2] in _FIELD]


def default_of(statement: ast.stmt) -> ast.expr | None:
    """The expression of a field's default; None where there is none or a factory makes it."""
    value = statement.value if isinstance(statement, (ast.AnnAssign, ast.Assign)) else None
    call = field_call(statement)
    if call is not None:
        value = call.args[0] if call.args else keyword(call, "default") or keyword(call, "default_factory")
    return None if isinstance(value, ast.Constant) and value.value is ... else value


def is_required(statement: ast.stmt, annotation: ast.expr | None, *, old: bool) -> bool:
    if default_of(statement) is not None or any(keyword(c, "default_factory") for c in annotated_fields(annotation)):
        return False
    call = field_call(statement)
    explicit = call is not None and bool(call.args)
    # pydantic 1 takes None for an Optional field without a default, pydantic 2 does not.
    return not (old and not explicit and bool({"Optional", "None"} & words_of(annotation)))


def words_of(annotation: ast.expr | None) -> set[str]:
    words: set[str] = set()
    for node in ast.walk(annotation) if annotation is not None else ():
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Constant):
            words.add(str(node.value))
    return words


def single_types(annotation: ast.expr | None) -> Iterator[ast.Name]:
    """The names in an annotation that a value itself may be of; what is kept by key or in a row has no fixed name."""
    waiting: list[ast.AST] = [annotation] if annotation is not None else []
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Name):
            yield node
        if not (isinstance(node, ast.Subscript) and dotted_name(node.value).rpartition(".")[2].lower() in _CONTAINERS):
            waiting += ast.iter_child_nodes(node)


def makes_a_model(statement: ast.stmt) -> bool:
    """Whether a field's default is a new object of some class: a model or settings class with fields of its own."""
    value = statement.value if isinstance(statement, (ast.AnnAssign, ast.Assign)) else None
    call = field_call(statement)
    made = (keyword(call, "default_factory") if call is not None else None) or default_of(statement)
    name = made.func if isinstance(made, ast.Call) else made if call is not None and made is not value else None
    word = dotted_name(name).rpartition(".")[2] if isinstance(name, (ast.Name, ast.Attribute)) else ""
    return word[:1].isupper() and not word.isupper() and word not in _PLAIN_TYPES


def is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
