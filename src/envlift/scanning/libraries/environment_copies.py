"""Dicts that code makes of the whole environment or of a ``.env`` file."""

from __future__ import annotations

import ast

from envlift_codemods.parsed import ParsedModule

_DEEPEST = 4
COPY = "copy of environ"
_MAPPINGS = {
    "dotenv.dotenv_values()": "dotenv_values",
    "dotenv.main.dotenv_values()": "dotenv_values",
    "os.environ.copy()": COPY,
}
_ORIGINS = frozenset({"os.environ", "os.environb", *(made.removesuffix("()") for made in _MAPPINGS)})


def may_copy_environment(module: ParsedModule) -> bool:
    """Whether anything in a module can be such a dict: a fast look ahead."""
    words = ("environ", "environb", "dotenv_values", *module.names_for(_ORIGINS))
    return next(module.named(*words), None) is not None


def environment_copy(module: ParsedModule, node: ast.expr, depth: int = 0) -> str | None:
    """The library of the row for a dict made of a ``.env`` file or of the environment; None for other objects."""
    if depth > _DEEPEST:
        return None
    match node:
        case ast.Name() | ast.Attribute() if module.origin(node) == "os.environb":
            return "environb"
        case ast.Name(id=name):
            found = module.scope(node).lookup(name)
            bound = found[1] if found else []
            made = bound[0] if len(bound) == 1 and isinstance(bound[0], ast.expr) else None
            return None if made is None else environment_copy(module, made, depth + 1)
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
            owner = next((a for a in module.ancestors(node) if isinstance(a, ast.ClassDef)), None)
            kept = module.kept(owner, name) if owner is not None else []
            return environment_copy(module, kept[0], depth + 1) if len(kept) == 1 else None
        case (
            ast.Call(func=ast.Name(id="dict"), args=[inner])
            | ast.DictComp(generators=[ast.comprehension(iter=ast.Call(func=ast.Attribute(value=inner, attr="items")))])
        ):
            return COPY if module.origin(inner) == "os.environ" else environment_copy(module, inner, depth + 1)
        case ast.Call(func=called):
            return _MAPPINGS.get(f"{module.origin(called)}()")
        case ast.Dict(keys=keys, values=values):
            spread = [value for key, value in zip(keys, values, strict=True) if key is None]
            if any(module.origin(value) == "os.environ" for value in spread):
                return COPY
            return next((m for value in spread if (m := environment_copy(module, value, depth + 1))), None)
    return None
