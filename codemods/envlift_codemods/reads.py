"""Find the environment reads of a module, with all that decides how each may be rewritten. Standard library only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from envlift_codemods.missing_values import Handling, handling_of
from envlift_codemods.parsed import ParsedModule, Place, Span
from envlift_codemods.read_idioms import READ_IDIOMS, WRITE_ORIGINS, Missing, ReadIdiom, Shape
from envlift_codemods.receivers import dotted_name, last_word, surroundings

_SUBSCRIPTED = {idiom.origin: idiom for idiom in READ_IDIOMS if idiom.shape is Shape.SUBSCRIPT}
_CALLED = {idiom.origin: idiom for idiom in READ_IDIOMS if idiom.shape is Shape.CALL}
_ENVIRONMENTS = frozenset(_SUBSCRIPTED)
_ATTRIBUTES = frozenset(origin.rpartition(".")[2] for origin in _ENVIRONMENTS)
_UPDATES = frozenset(origin for origin in WRITE_ORIGINS if origin.endswith(".update"))
_PATCH_OPTIONS = ("values", "clear")  # of patch.dict, whose other keywords are names that it sets
_PATCHES = frozenset({"setenv", "delenv", "setitem", "delitem", "dict"})  # methods by which tests change it
_ORIGINS = frozenset({*_SUBSCRIPTED, *_CALLED, *WRITE_ORIGINS})
_METHODS = frozenset(origin.rpartition(".")[2] for origin in (*_CALLED, *WRITE_ORIGINS))


@dataclass(frozen=True, slots=True)
class Read:
    """One environment read.

    Args:
        name: The variable; None where the key is computed.
        idiom: The row of the table that it follows.
        span: The whole expression, e.g. ``os.environ["A"]``.
        missing: What an unset variable gives here, the default counted in.
        default: The default's string where it is one constant string; None otherwise.
        place, function, in_loop: Where it is evaluated; ``function`` is a qualified name or empty.
        handling: What the surroundings do about a missing value.
        receiver: The variable, keyword or dict key that takes the value as it is or converted; empty when none.
        callee: The dotted name of the function that the value is passed to; empty when none.
        wrapper: The call, method or operator right around the read, e.g. ``int``, ``.split``, ``==``; empty when none.
    """

    name: str | None
    idiom: ReadIdiom
    span: Span
    missing: Missing
    default: str | None
    place: Place
    function: str
    in_loop: bool
    handling: Handling
    receiver: str
    callee: str
    wrapper: str


@dataclass(frozen=True, slots=True)
class Write:
    """One change, membership test or copy of the environment: never rewritten, told to the reader.

    ``name`` is None where it concerns computed or all names; ``form`` says how, e.g. ``environ[]=``. What tests do to
    the environment by way of ``monkeypatch`` or ``patch.dict`` is a change too.
    """

    name: str | None
    form: str
    span: Span
    place: Place
    function: str


def find_reads(module: ParsedModule) -> tuple[Read, ...]:
    """Every read of the environment by an idiom of the table, in the order of the source."""
    return tuple(_read(module, node, access) for node, access in accesses(module).items())


# Asked once for each read of a file; two, because a rewrite looks at a file before and after.
@lru_cache(maxsize=2)
def find_writes(module: ParsedModule) -> tuple[Write, ...]:
    """Every change, membership test and copy of the environment, in the order of the source."""
    words = _words(module)
    patched = words | _PATCHES
    mentioned = (*module.named(*words), *module.of(ast.Compare, ast.AugAssign))
    changed = (n for n in module.subscripts if not isinstance(n.ctx, ast.Load) and last_word(n.value) in words)
    called = (call for call in module.calls if last_word(call.func) in patched)
    found = (write for node in (*mentioned, *changed, *called) for write in _writes(module, node))
    return tuple(sorted(found, key=lambda write: (write.span, write.name or "")))


@dataclass(frozen=True, slots=True)
class Access:
    """The bare parts of a read: its idiom, the expression of the variable's name, and that of the default."""

    idiom: ReadIdiom
    key: ast.expr
    default: ast.expr | None

    @property
    def missing(self) -> Missing:
        """What an unset variable gives, the default counted in."""
        is_none = isinstance(self.default, ast.Constant) and self.default.value is None
        return self.idiom.missing if self.default is None or is_none else Missing.DEFAULT


# Asked again and again; two, because a rewrite looks at a file before and after.
@lru_cache(maxsize=2)
def accesses(module: ParsedModule) -> Mapping[ast.Subscript | ast.Call, Access]:
    """The expressions that are reads by an idiom of the table, in the order of the source."""
    found: dict[ast.Subscript | ast.Call, Access] = {}
    for name in module.named(*_words(module)):
        match module.parent(name):
            case (ast.Call(func=read) | ast.Subscript(value=read)) as node if read is name:
                if (access := _access(module, node)) is not None:
                    found[node] = access
            case _:
                pass
    return dict(sorted(found.items(), key=lambda pair: module.span(pair[0])))


def access_of(module: ParsedModule, node: ast.Subscript | ast.Call) -> Access | None:
    """The read that an expression is by an idiom of the table; None where it is none."""
    return accesses(module).get(node)


def _access(module: ParsedModule, node: ast.Subscript | ast.Call) -> Access | None:
    if isinstance(node, ast.Subscript):
        idiom = _SUBSCRIPTED.get(module.origin(node.value) or "") if isinstance(node.ctx, ast.Load) else None
        return None if idiom is None else Access(idiom, node.slice, None)
    called = _CALLED.get(module.origin(node.func) or "")
    key = _argument(node, 0, "key") if called is not None else None
    return None if called is None or key is None else Access(called, key, _argument(node, 1, "default"))


def _read(module: ParsedModule, node: ast.Subscript | ast.Call, access: Access) -> Read:
    idiom, key, default = access.idiom, access.key, access.default
    missing = access.missing
    receiver, callee, wrapper = surroundings(module, node)
    return Read(
        name=module.constant(key),
        idiom=idiom,
        span=module.span(node),
        missing=missing,
        default=module.constant(default) if default is not None else None,
        place=module.place(node),
        function=module.enclosing_name(node),
        in_loop=module.in_loop(node),
        handling=handling_of(module, node, missing),
        receiver=receiver,
        callee=callee,
        wrapper=wrapper,
    )


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """The argument at a position or of a name; None with star arguments, which hide what is passed."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return None
    if len(call.args) > position:
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg == name), None)


@lru_cache(maxsize=2)
def _words(module: ParsedModule) -> frozenset[str]:
    """The last words of all expressions that may be the environment or a function of it: a fast look ahead."""
    return _ATTRIBUTES | _METHODS | module.names_for(_ORIGINS) | module.aliases


def _writes(module: ParsedModule, node: ast.AST) -> Iterator[Write]:
    def write(at: ast.expr, name: str | None, form: str) -> Write:
        return Write(name, form, module.span(at), module.place(at), module.enclosing_name(at))

    match node:
        case ast.Subscript(ctx=ast.Store() | ast.Del()) if module.origin(node.value) in _ENVIRONMENTS:
            deletes = isinstance(node.ctx, ast.Del)
            yield write(node, module.constant(node.slice), "del environ[]" if deletes else "environ[]=")
        case ast.AugAssign(target=target, value=value) if module.origin(target) in _ENVIRONMENTS:
            yield from (write(at or target, name, "environ.update()") for name, at in _names_given(module, [value], ()))
        case ast.Call(args=args, keywords=keywords) if module.origin(node.func) in _UPDATES:
            given = _names_given(module, args, keywords)
            yield from (write(at or node, name, "environ.update()") for name, at in given)
        case ast.Call() if (form := WRITE_ORIGINS.get(module.origin(node.func) or "")) is not None:
            key = _argument(node, 0, "key")
            yield write(node, module.constant(key) if key is not None else None, form)
        case ast.Call(func=ast.Attribute(attr="setenv" | "delenv" as method), args=[key, *_]):
            if (name := module.constant(key)) is not None:
                yield write(node, name, f"{method}()")
        case ast.Call(func=ast.Attribute(attr="setitem" | "delitem" as method), args=[patched, key, *_]):
            if module.origin(patched) in _ENVIRONMENTS:
                yield write(node, module.constant(key), f"{method}()")
        case ast.Call(func=ast.Attribute(attr="dict", value=patch), args=[patched, *given], keywords=keywords):
            if _is_patch(patch) and (module.origin(patched) or module.constant(patched)) in _ENVIRONMENTS:
                named = [keyword for keyword in keywords if keyword.arg not in _PATCH_OPTIONS]
                mappings = [*given[:1], *(keyword.value for keyword in keywords if keyword.arg == "values")]
                names = _names_given(module, mappings, named)
                yield from (write(at or node, name, "patch.dict()") for name, at in names)
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]) if module.origin(right) in _ENVIRONMENTS:
            yield write(node, module.constant(node.left), "in environ")
        case ast.Name() | ast.Attribute() if is_whole_environment(module, node):
            yield write(node, None, "whole environ")


def _is_patch(node: ast.expr) -> bool:
    """``patch`` by whatever way a test has it: of ``unittest.mock``, of ``mock``, of the fixture ``mocker``."""
    return dotted_name(node).rpartition(".")[2] == "patch"


def _names_given(
    module: ParsedModule, mappings: list[ast.expr], keywords: Iterable[ast.keyword]
) -> Iterator[tuple[str | None, ast.expr | None]]:
    """The names that mappings and keywords set, each with the key or value there; None once for computed ones."""
    unknown = False
    for keyword in keywords:
        if keyword.arg is None:
            unknown = True
        else:
            yield keyword.arg, keyword.value
    for mapping in mappings:
        for key in mapping.keys if isinstance(mapping, ast.Dict) else [None]:
            name = None if key is None else module.constant(key)
            if name is None:
                unknown = True
            else:
                yield name, key
    if unknown:
        yield None, None


def is_whole_environment(module: ParsedModule, node: ast.Name | ast.Attribute) -> bool:
    """Whether the environment or a function that reads it is passed on, copied or kept, rather than one variable."""
    if not isinstance(node.ctx, ast.Load):
        return False
    origin, above = module.origin(node), module.parent(node)
    if origin in _CALLED:
        return not (isinstance(above, ast.Call) and above.func is node)
    if origin not in _ENVIRONMENTS:
        return False
    if isinstance(above, ast.Attribute):
        return above.attr not in _METHODS
    if isinstance(above, ast.Compare):
        return not (len(above.ops) == 1 and isinstance(above.ops[0], (ast.In, ast.NotIn)) and above.left is not node)
    return not (isinstance(above, ast.Subscript) and above.value is node)
