"""Notebooks: reads of code cells at their lines in the file, and nothing of what is not code."""

from __future__ import annotations

import json

import pytest

from envlift.scanning.around.kinds import read_around


def notebook(*cells: str, kind: str = "code", indent: int | None = 1) -> bytes:
    made = [{"cell_type": kind, "source": cell.splitlines(keepends=True), "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4}, indent=indent).encode()


def said(content: bytes) -> list[str]:
    return [f"{m.role.value} {m.name}" for m in read_around("a.ipynb", content).mentions]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["import os\n", "x = os.environ['A']\ny = os.getenv('B', 'c')\n"], ["reads A", "reads B"]),
        (["from os import environ as e\n", "%matplotlib inline\n!ls\ne['A']\n"], ["reads A"]),
        (["%%time\nimport os\nos.environ['A']\n"], ["reads A"]),
        (["this is no python\n", "os.environ['A']\n"], ["reads A"]),
        (["%env A=1\n%load_ext dotenv\n"], ["sets A"]),
        (["import os\nawait f(os.environ['A'])\n"], ["reads A"]),
        (["# os.environ['A']\n'''os.environ[\"B\"]'''\n"], []),
        (["%%bash\necho os.environ['A']\n"], []),
        (["import os\nos.environ['A'] = '1'\n"], []),
        (["class os: environ = {}\nos.environ['A']\n"], []),
    ],
)
def test_code_cells(cells: list[str], expected: list[str]) -> None:
    assert said(notebook(*cells)) == expected


def test_other_cells_are_text() -> None:
    assert said(notebook("import os\nos.environ['A']\n", kind="markdown")) == []


def test_the_line_is_that_of_the_file() -> None:
    content = notebook("import os\n", 'x = 1\ny = os.environ["A"]  # "\u00e9"\n')
    line = content.decode().split("\n").index('    "y = os.environ[\\"A\\"]  # \\"\\u00e9\\"\\n"') + 1
    assert [m.line for m in read_around("a.ipynb", content).mentions] == [line]
    flat = notebook("import os\nos.environ['A']\n", indent=None)
    assert [m.line for m in read_around("a.ipynb", flat).mentions] == [1]


@pytest.mark.parametrize(
    "content", [b'{"cells": [ environ', b'["environ"]', b'{"cells": {"environ": 1}}', b'{"cells": [1, {"environ": 2}]}']
)
def test_what_is_no_notebook(content: bytes) -> None:
    found = read_around("a.ipynb", content)
    assert found.mentions == ()
    assert len(found.troubles) == (1 if content.endswith(b"environ") else 0)
