r"""What the editor of prefect.yaml does to real files: nothing where nothing changes, one variable where one is added.

Lay repositories out below a folder and run ``python benchmarks/edit_prefect_yaml.py folder``. No file is written. For
each prefect.yaml an edit that asks for what holds already must give the same bytes, and one that adds a variable to
each deployment must add lines only, with exactly that difference for PyYAML; else the refused line is named.
"""

from __future__ import annotations

import argparse
import copy
import difflib
import sys
from collections import Counter
from pathlib import Path

import yaml

from envlift.concealed import Concealed
from envlift.prefect_yaml import EnvChange, Held, Refused, YamlDeployment, read_deployments, set_env

NAME, VALUE = "ENVLIFT_BENCHMARK", "a: b #c"


def same_again(text: str, deployments: tuple[YamlDeployment, ...]) -> bool:
    """Whether asking for what is set already changes nothing."""
    held = [
        EnvChange(deployment.index, entry.name, entry.value)
        for deployment in deployments
        for entry in deployment.env
        if entry.held is Held.TEXT and entry.value is not None and "{{" not in entry.value.reveal()
    ]
    return set_env(text, held) == text


def fault_of(before: str, after: str, deployment: int) -> str:
    """What is wrong with the text after a variable was added to a deployment; empty where nothing is."""
    expected = copy.deepcopy(yaml.safe_load(before))
    pool = expected["deployments"][deployment]["work_pool"]
    variables = {**(pool.get("job_variables") or {})}
    variables["env"] = {**(variables.get("env") or {}), NAME: VALUE}
    expected["deployments"][deployment]["work_pool"] = {**pool, "job_variables": variables}
    if yaml.safe_load(after) != expected:
        return "PyYAML sees another difference"
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    diff = list(difflib.ndiff(old, new))
    added = [line[2:] for line in diff if line.startswith("+ ")]
    for line in (line[2:] for line in diff if line.startswith("- ")):
        # A mapping in braces grows on its line, an anchor is added to one, an alias gives way to what it stood for.
        grown = any(other.startswith(line.rstrip("\r\n")) for other in added)
        if not grown and "{" not in line and "*" not in line:
            return f"a line changed: {line.strip()}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    files = sorted(p for p in parser.parse_args().folder.rglob("prefect*.y*ml") if p.is_file() and not p.is_symlink())
    counted: Counter[str] = Counter()
    faults = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            text = stream.read()
        found = read_deployments(text)
        if not found.deployments:
            continue
        counted["files"] += 1
        try:
            same = same_again(text, found.deployments)
        except Refused as refused:
            same = True
            counted[f"nothing asked: {refused.reason}"] += 1
        if not same:
            faults.append(f"{file}: an edit of nothing changes bytes")
        for deployment in found.deployments:
            counted["deployments"] += 1
            try:
                after = set_env(text, [EnvChange(deployment.index, NAME, Concealed(VALUE))])
            except Refused as refused:
                counted[f"refused: {refused.reason}"] += 1
                continue
            if fault := fault_of(text, after, deployment.index):
                faults.append(f"{file}:{deployment.line}: {fault}")
    sys.stdout.write("".join(f"{count:6d}  {what}\n" for what, count in counted.most_common()))
    sys.stdout.write("".join(f"{fault}\n" for fault in faults) + f"{len(faults)} faults\n")
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
