"""How a file names Prefect's ``Secret`` and ``os.environ``, and the import line to add where it does not yet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from envlift_codemods.bracketed import Bracketed, appended, own_line
from envlift_codemods.document import Document
from envlift_codemods.edits import Refused
from envlift_codemods.import_place import IMPORTS, Spot, imports_prefect, last_line, leading, spot_for_prefect
from envlift_codemods.scopes import Scope
from envlift_codemods.source_text import Splice

SECRET = "prefect.blocks.system.Secret"  # noqa: S105 - the name of a class
ENVIRON = "os.environ"
_ALIAS = "PrefectSecret"
_COOKIE_OR_SHEBANG = re.compile(r"#!|[ \t\f]*#.*?coding[:=]")


@dataclass(frozen=True, slots=True)
class Named:
    """``code`` means the object in every place asked for, once the splices are made."""

    code: str
    splices: tuple[Splice, ...] = ()


def name_secret(document: Document, sites: Sequence[ast.expr | ast.stmt], own: Set[str] = frozenset()) -> Named:
    """Prefect's Secret class as seen from the sites, all of which run at call time.

    Args:
        own: Top-level names of the repository's own modules, ahead of whose imports a new one stands.

    Raises:
        Refused: no name is free for it, or the file does without Prefect where that is not installed.
    """
    for statement in _top_level_imports(document):
        for code in _names_of_secret(statement):
            if _means(document, code, SECRET, sites):
                return Named(code)
    if not any(imports_prefect(s) for s in _top_level_imports(document)) and _prefect_is_optional(document):
        raise Refused("Prefect is imported only where it is installed", _line(sites))
    name = _ALIAS if _secret_is_taken(document, sites) else "Secret"
    if name == _ALIAS and any(_ALIAS in scope.bindings for scope in document.syntax.scopes.by_node.values()):
        raise Refused(f"the names Secret and {_ALIAS} are both taken", _line(sites))
    written = "Secret" if name == "Secret" else f"Secret as {name}"
    same = [
        s for s in _top_level_imports(document) if _imports_from(s, "prefect.blocks.system") and s.names[0].name != "*"
    ]
    if same:
        return Named(name, _merged(document, same[0], written))
    code = f"from prefect.blocks.system import {written}"
    spot = spot_for_prefect(document.text, document.syntax, sites, own)
    return Named(name, (_at_the_head(document, code) if spot is None else _new_line(document, code, spot),))


def name_environ(document: Document, sites: Sequence[ast.expr | ast.stmt]) -> Named:
    """``os.environ`` as seen from the sites.

    Raises:
        Refused: ``os`` means something else there, or is imported too late for a site that runs at import.
    """
    for statement in _top_level_imports(document):
        for alias in statement.names:
            bound = alias.asname or alias.name.partition(".")[0]
            if isinstance(statement, ast.Import) and (alias.name == "os" or (bound == "os" and not alias.asname)):
                code = f"{bound}.environ"
            elif _imports_from(statement, "os") and alias.name == "environ":
                code = bound
            else:
                continue
            if _means(document, code, ENVIRON, sites) and _early_enough(document, statement.lineno, sites):
                return Named(code)
    if any(document.syntax.scope(site).lookup("os") for site in sites):
        raise Refused("the name os is not the module where the literal stands", _line(sites))
    splice = _new_import_of_os(document)
    if not _early_enough(document, document.text.position(splice.start)[0], sites):
        raise Refused("the literal is evaluated before the file's imports", _line(sites))
    return Named("os.environ", (splice,))


def bound_to(document: Document, code: str, site: ast.AST) -> str | None:
    """The dotted name of the object that ``code`` means at a site when the module itself binds it; else None."""
    root = code.partition(".")[0]
    scope = document.syntax.scope(site)
    found = scope.lookup(root)
    if found is None or found[0].parent is not None:
        return None
    return scope.origin(ast.parse(code, mode="eval").body)


def imported_names(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, ast.alias]]:
    """Each name that an import binds, with its part of the statement."""
    for alias in statement.names:
        plain = alias.name.partition(".")[0] if isinstance(statement, ast.Import) else alias.name
        yield alias.asname or plain, alias


def _means(document: Document, code: str, origin: str, sites: Sequence[ast.expr | ast.stmt]) -> bool:
    return all(bound_to(document, code, site) == origin for site in sites)


def _line(sites: Sequence[ast.expr | ast.stmt]) -> int:
    return min(site.lineno for site in sites)


def _early_enough(document: Document, line: int, sites: Sequence[ast.expr | ast.stmt]) -> bool:
    return all(site.lineno >= line or not document.syntax.place(site).at_import for site in sites)


def _top_level_imports(document: Document) -> list[ast.Import | ast.ImportFrom]:
    return [statement for statement in document.syntax.tree.body if isinstance(statement, IMPORTS)]


def _imports_from(statement: ast.Import | ast.ImportFrom, module: str) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module == module


def _prefect_is_optional(document: Document) -> bool:
    tries = (s for s in document.syntax.tree.body if isinstance(s, ast.Try))
    return any(imports_prefect(node) for t in tries for node in ast.walk(t))


def _names_of_secret(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for bound, alias in imported_names(statement):
        if _imports_from(statement, "prefect.blocks.system") and alias.name == "Secret":
            yield bound
        elif _imports_from(statement, "prefect.blocks") and alias.name == "system":
            yield f"{bound}.Secret"
        elif isinstance(statement, ast.Import) and alias.name == "prefect.blocks.system":
            yield f"{bound}.Secret" if alias.asname else SECRET


def _secret_is_taken(document: Document, sites: Sequence[ast.expr | ast.stmt]) -> bool:
    """Whether a plain import of ``Secret`` would hide another object of that name, or be hidden by one."""
    scopes = [s for s in document.syntax.scopes.by_node.values() if "Secret" in s.bindings]
    if any(origin != SECRET for scope in scopes for origin in _origins(scope)):
        return True
    if any((found := document.syntax.scope(s).lookup("Secret")) and found[0].parent is not None for s in sites):
        return True
    stars = any(alias.name == "*" for s in document.syntax.nodes if isinstance(s, ast.ImportFrom) for alias in s.names)
    return stars and any(isinstance(n, ast.Name) and n.id == "Secret" for n in document.syntax.nodes)


def _origins(scope: Scope) -> set[str | None]:
    return {b if isinstance(b, str) else None for b in scope.bindings["Secret"]}


def _merged(document: Document, statement: ast.Import | ast.ImportFrom, written: str) -> tuple[Splice, ...]:
    """Add a name to an import, in front of the first later name where the names are in order."""
    text, syntax = document.text, document.syntax
    spans = [text.offsets(syntax.span(alias)) for alias in statement.names]
    _, end = text.offsets(syntax.span(statement))
    parenthesised = text.text[end - 1] == ")"
    later = next((i for i, alias in enumerate(statement.names) if alias.name > "Secret"), None)
    if later is not None:
        start = spans[later][0]
        indent = own_line(text, start) if parenthesised else None
        line, _ = text.position(start)
        behind = " " if indent is None else f"{text.newline_after(line)}{indent}"
        return (Splice(start, start, f"{written},{behind}"),)
    if not parenthesised:
        return (Splice(end, end, f", {written}"),)
    opening = text.text.rindex("import", 0, spans[0][0]) + len("import")
    return appended(text, Bracketed(opening, tuple(spans), end - 1), [written])


def _new_import_of_os(document: Document) -> Splice:
    """``import os`` in order among the plain imports that head the file."""
    imports = [s for s in leading(document.syntax.tree.body) if isinstance(s, IMPORTS)]
    ahead = [s for s in imports if _imports_from(s, "__future__")]
    rest = [s for s in imports if s not in ahead]
    if not rest and not ahead:
        return _at_the_head(document, "import os")
    if not rest:
        return _new_line(document, "import os", Spot(last_line(ahead[-1]), blank_above=True))
    before = rest[0].lineno - 1
    for statement in rest:
        if not isinstance(statement, ast.Import) or statement.names[0].name > "os" or statement.lineno != before + 1:
            break
        before = last_line(statement)
    return _new_line(document, "import os", Spot(before, blank_above=_is_future_or_docstring(document, before)))


def _new_line(document: Document, code: str, spot: Spot) -> Splice:
    """A line of its own behind another line, or ahead of all."""
    text = document.text
    newline = text.newline_after(max(spot.behind, 1))
    line = code + spot.comment
    above, below = (newline if spot.blank_above else ""), (newline if spot.blank_below else "")
    if spot.behind == 0:
        return Splice(0, 0, line + newline + below)
    _, end = text.line_range(spot.behind)
    if end == len(text.text):
        return Splice(end, end, newline + above + line)
    start, _ = text.line_range(spot.behind + 1)
    return Splice(start, start, above + line + newline + below)


def _is_future_or_docstring(document: Document, line: int) -> bool:
    last = next((s for s in document.syntax.tree.body if last_line(s) == line), None)
    return isinstance(last, ast.Expr) or (isinstance(last, ast.ImportFrom) and _imports_from(last, "__future__"))


def _at_the_head(document: Document, code: str) -> Splice:
    """Behind the docstring, or behind the shebang, the coding cookie and a comment that stands apart."""
    text, body = document.text, document.syntax.tree.body
    if (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        return _new_line(document, code, Spot(last_line(body[0]), blank_above=True))
    lines = [text.text[slice(*text.line_range(n))] for n in range(1, len(text.line_starts) + 1)]
    comments = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    apart = comments < len(lines) and not lines[comments].strip()
    fixed = sum(1 for line in lines[:2] if _COOKIE_OR_SHEBANG.match(line))
    behind = comments if apart else fixed
    newline = text.newline_after(1)
    start = text.line_starts[behind] if behind < len(text.line_starts) else len(text.text)
    return Splice(
        start, start, f"{newline if behind and apart else ''}{code}{newline}{'' if behind and apart else newline}"
    )
