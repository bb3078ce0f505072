"""Whatever stands in a file: nothing raises, lines are inside of it, and only real trouble is told."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envlift.scanning.around.kinds import KINDS, read_around

PATHS = (
    "Dockerfile",
    "compose.yml",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    "prefect.yaml",
    "run.sh",
    "Makefile",
    "models/a.sql",
    "k8s/app.yaml",
    "values.yaml",
    "main.tf",
    "a.ipynb",
)
PIECES = (
    *"$A ${B:-x} $$C $(D) `E` '$F' \"$G\" export H=1 I=2 cmd <<EOF <<'X' \\ # { } ( ) [ ] | & ; < > fi".split(),
    *'FROM x AS y ENV J=1 K=\'2 ARG L RUN CMD ["sh","-c","$M"] services: web: environment: - N=1 O: ${P}'.split(),
    *"env: name: value: valueFrom: secretKeyRef: kind: ConfigMap data: jobs: steps: run: | & &a *a <<: ? ! ---".split(),
    *"source .env function f() env_var('T') variable \"u\" variables = ${{ secrets.Q }} {{ $S }}".split(),
    *("\n", "\n  ", "\\\n", "\t", "\r", "\r\n", "\0", "\ufeff", "\x85", "\u2028", "\u00e9", " << A", "\nA\n"),
)


def test_every_kind_has_a_path_here() -> None:
    assert len(PATHS) == len(KINDS)


@given(
    path=st.sampled_from(PATHS),
    pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40),
    glue=st.sampled_from(["", " ", "\n", "\n  "]),
)
@example(path="run.sh", pieces=["cat <<A <<B\n1\nA\n2\n"], glue="")
@settings(max_examples=600, deadline=None)
def test_no_text_raises_and_lines_are_inside(path: str, pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    found = read_around(path, text.encode("utf-8", "surrogatepass"))
    last = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert all(1 <= mention.line <= last and mention.path == path for mention in found.mentions)
    assert all(1 <= use.line <= last and use.path == path for use in found.files)
    for trouble in found.troubles:
        assert 0 <= trouble.line <= last + 1


@given(path=st.sampled_from(PATHS), content=st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(path: str, content: bytes) -> None:
    read_around(path, content + b" env kind: $ nv env_var( environ")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "unit",
    [
        b"$A ",
        b"(",
        b"$(",
        b'"',
        b"[",
        b"{",
        b"- ",
        b"a: {",
        b"<<A\n",
        b"A=1 ",
        b"declare A=1 ",
        b"\\",
        b"\\\n",
        b"${{ secrets.A }}",
        b"env = {",
        b"'",
        b"/*",
        b"# ",
    ],
    ids=repr,
)
def test_long_repetitions_end(path: str, unit: bytes) -> None:
    """Each takes well under a second: a reader that is quadratic would take minutes and be stopped."""
    content = b"kind: env nv $ environ env_var(\n" + unit * (200_000 // len(unit))
    assert all(trouble.path == path for trouble in read_around(path, content).troubles)


@pytest.mark.parametrize("path", [path for path in PATHS if not path.endswith((".sql", ".ipynb", "app.yaml"))])
def test_a_line_of_five_megabytes_is_listed(path: str) -> None:
    found = read_around(path, b"kind: env nv $" + b"x" * 5_000_000)
    assert [(t.path, t.line) for t in found.troubles] == [(path, 0)]
    assert "larger" in found.troubles[0].message


@pytest.mark.parametrize(
    "path", ["Dockerfile", "compose.yml", ".github/workflows/ci.yml", "run.sh", "Makefile", "main.tf"]
)
def test_binary_is_listed(path: str) -> None:
    found = read_around(path, b"\x7fELF\x00\x01\xff")
    assert [t.message for t in found.troubles] == ["not text: not read"]


@pytest.mark.parametrize("path", ["compose.yml", ".github/workflows/ci.yml", ".gitlab-ci.yml", "k8s/app.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "kind: x\nenv: x\n<<<<<<< HEAD\nservices: {}\n=======\n>>>>>>> other\n",
        "kind: x\nenv: x\na: [\n",
        "kind: x\nenv: x\na:\n\t- b\n",
        "kind: x\nenv: x\n" + "a: {" * 500,
    ],
)
def test_broken_yaml_is_listed_with_its_line(path: str, text: str) -> None:
    found = read_around(path, text.encode())
    assert found.mentions == ()
    assert [t.path for t in found.troubles] == [path]
    assert found.troubles[0].line >= 2


def test_a_broken_manifest_that_can_name_no_variable_is_nobodys_trouble() -> None:
    assert read_around("k8s/app.yaml", b"kind: Service\na: [\n").troubles == ()


@pytest.mark.parametrize("template", ["{{- if .Values.x }}\n", "{% if x %}\n", "#@ if x:\n"])
def test_a_template_that_is_no_yaml_is_nobodys_trouble(template: str) -> None:
    found = read_around("chart/templates/app.yaml", f"kind: Deployment\nenv:\n{template}  - a: [\n".encode())
    assert found.troubles == ()


def test_a_long_bundle_of_manifests_is_searched_by_line() -> None:
    filler = b"---\nkind: CustomResourceDefinition\nspec: {env: [{type: string}]}\n" * 15_000
    found = read_around("k8s/app.yaml", filler + b"---\nkind: Pod\nenv:\n  - name: A\n    value: b\n")
    assert found.troubles == ()
    assert [(m.name, m.line) for m in found.mentions] == [("A", 45_004)]


def test_aliases_cannot_grow_a_file() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    found = read_around("compose.yml", "\n".join(lines).encode())
    assert [t.message for t in found.troubles] == ["too many nodes"]


def test_an_alias_to_itself_is_nothing() -> None:
    assert read_around("compose.yml", b"services: &s\n  web: *s\n").troubles == ()


def test_no_value_shows() -> None:
    text = textwrap.dedent(
        """
        services:
          web:
            environment: {TOKEN: plainly-visible-9}
            command: run --key plainly-visible-9
        """
    )
    found = read_around("compose.yml", text.encode())
    assert [m.name for m in found.mentions] == ["TOKEN"]
    assert "plainly-visible-9" not in repr(found)
