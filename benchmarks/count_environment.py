"""Count the accesses to the environment in folders of repositories, and list those that `envlift scan` has no site for.

Run it as ``python benchmarks/count_environment.py FOLDER [--envlift COMMAND] [--only WORD]``, where FOLDER holds one
repository a folder. It shares no code with envlift and knows no scopes: any ``os.environ``, ``os.getenv`` and the like
counts, under whatever names the file imports them. An access is seen where a site stands at it or at an expression
around it. The exit code is 1 where a difference is left.
"""

from __future__ import annotations

import argparse
import ast
import json
import shlex
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

ACCESSES = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
SKIPPED = {".git", ".venv", "node_modules", "site-packages", "__pycache__", ".tox", ".nox", ".ipynb_checkpoints"}
Place = tuple[int, int]


def accesses(tree: ast.Module) -> Iterator[tuple[str, Place, set[Place]]]:
    """Each access: what it is, where it stands, and where the expressions around it start, itself included."""
    modules, names = {"os"}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname for alias in node.names if alias.name == "os" and alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in ACCESSES}
    stack: list[tuple[ast.AST, set[Place]]] = [(tree, set())]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.expr):
            around = around | {(node.lineno, len(line_of(tree, node)[: node.col_offset].decode()))}
            if isinstance(node, ast.Attribute) and node.attr in ACCESSES:
                if isinstance(node.value, ast.Name) and node.value.id in modules:
                    yield f"os.{node.attr}", (node.lineno, node.col_offset), around
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
                yield names[node.id], (node.lineno, node.col_offset), around
        elif isinstance(node, ast.stmt):
            around = set()
        stack += [(child, around) for child in ast.iter_child_nodes(node)]


def line_of(tree: ast.Module, node: ast.expr) -> bytes:
    """The UTF-8 bytes of a node's line, which columns count in."""
    return tree.lines[node.lineno - 1]  # type: ignore[attr-defined]


def parsed(file: Path) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return None
    tree.lines = file.read_bytes().splitlines()  # type: ignore[attr-defined]
    return tree


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--envlift", default="envlift", help="how envlift is called")
    parser.add_argument("--only", default="", help="only repositories with this word in their name")
    options = parser.parse_args()
    total = found = sites_seen = unparsed = 0
    repositories = sorted(p for p in options.folder.iterdir() if p.is_dir() and options.only in p.name)
    for root in repositories:
        command = [*shlex.split(options.envlift), "scan", str(root), "--format", "json"]
        run = subprocess.run(command, capture_output=True, check=False)
        document = json.loads(run.stdout)
        sites: dict[str, set[Place]] = {}
        for site in document["sites"]:
            if site["kind"] in ("env_read", "env_write"):
                sites.setdefault(site["path"], set()).add((site["line"], site["column"]))
                sites_seen += 1
        listed = {trouble["path"] for trouble in document["troubles"]}
        for file in sorted(root.rglob("*.py")):
            path = file.relative_to(root).as_posix()
            if SKIPPED & set(path.split("/")) or file.is_symlink() or not file.is_file():
                continue
            tree = parsed(file)
            if tree is None:
                unparsed += 1
                if path not in listed and path not in sites and b"environ" in file.read_bytes():
                    print(f"{root.name}: {path}: cannot be parsed here, and envlift neither reads nor lists it")
                continue
            for what, (line, _), around in accesses(tree):
                total += 1
                if around & sites.get(path, set()):
                    found += 1
                else:
                    print(f"{root.name}: {path}:{line}: {what}")  # not the line itself: a default may be a secret
    print(f"{len(repositories)} repositories, {total} accesses, {sites_seen} sites, {total - found} without a site,")
    print(f"{unparsed} files that this Python cannot parse")
    return 0 if found == total else 1


if __name__ == "__main__":
    sys.exit(main())
