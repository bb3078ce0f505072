"""Edits over many files, and diffs that show no secret however the file writes it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envlift.concealed import Concealed
from envlift.rewriting import FileChange, Refusal, Rewritten, masked_diff, rewrite_files
from envlift_codemods.edits import Edit, Form, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import find_reads

READS = b"import os\n\n\ndef f():\n    return os.environ['A']\n"
LOADS = b"from prefect.blocks.system import Secret\n\n\ndef f():\n    return Secret.load('a').get()\n"
PASSWORD = "pa55-w0rd!"


def load_all(source: bytes) -> list[Edit]:
    return [LoadSecret(read.span, "a", Form.LOAD) for read in find_reads(ParsedModule(source))]


def test_changes_and_refusals_are_told_apart_and_sorted() -> None:
    at_import = b"import os\nA = os.environ['A']\n"
    sources = {"b.py": READS, "a.py": READS, "z.py": at_import, "same.py": READS, "unread.py": b"("}
    edits = {
        "z.py": load_all(at_import),
        "b.py": load_all(READS),
        "a.py": load_all(READS),
        "same.py": [],
    }
    rewritten = rewrite_files(edits, sources)
    assert rewritten == Rewritten(
        changes=(FileChange("a.py", READS, LOADS), FileChange("b.py", READS, LOADS)),
        refusals=(Refusal("z.py", 2, "it is evaluated at import (module), where no block can be loaded"),),
    )


def test_a_file_too_deep_for_a_parser_is_told_and_the_rest_goes_on() -> None:
    deep = READS + b"x = " + b" + ".join([b"1"] * 20_000) + b"\n"
    edits = load_all(READS)
    rewritten = rewrite_files({"deep.py": edits, "a.py": edits}, {"deep.py": deep, "a.py": READS})
    assert [change.path for change in rewritten.changes] == ["a.py"]
    assert rewritten.refusals == (Refusal("deep.py", 1, "an expression is nested too deeply"),)


def test_a_long_file_is_no_trouble() -> None:
    rest = b"x = [1]\n" * 5_000
    (change,) = rewrite_files({"a.py": load_all(READS)}, {"a.py": READS + rest}).changes
    assert change.after == LOADS + rest


def test_one_impossible_edit_keeps_all_bytes_of_its_file() -> None:
    source = b"import os\nB = os.environ['B']\n\n\ndef f():\n    return os.environ['A']\n"
    rewritten = rewrite_files({"a.py": load_all(source)}, {"a.py": source})
    assert rewritten.changes == ()
    assert [refusal.line for refusal in rewritten.refusals] == [2]


def test_a_package_keeps_the_imports_that_others_may_take() -> None:
    sources = {"pkg/__init__.py": READS, "pkg/init.py": READS}
    changes = rewrite_files({path: load_all(READS) for path in sources}, sources).changes
    assert [change.after.startswith(b"import os\n") for change in changes] == [True, False]


def test_a_file_without_its_source_is_our_bug() -> None:
    with pytest.raises(KeyError):
        rewrite_files({"a.py": load_all(READS)}, {})


def test_a_change_does_not_print_its_bytes() -> None:
    assert PASSWORD not in repr(FileChange("a.py", PASSWORD.encode(), b""))


def diff(before: str, after: str, *secrets: str, path: str = "a.py") -> str:
    change = FileChange(path, before.encode(), after.encode())
    return masked_diff(change, [Concealed(secret) for secret in secrets])


def test_a_diff_is_unified_and_masks_removed_lines() -> None:
    before = "".join(f"line {i}\n" for i in range(20)).replace("line 10", f'PASSWORD = "{PASSWORD}"')
    after = before.replace(f'"{PASSWORD}"', 'Secret.load("password").get()')
    assert diff(before, after, PASSWORD) == dedent("""\
        --- a/a.py
        +++ b/a.py
        @@ -8,7 +8,7 @@
         line 7
         line 8
         line 9
        -PASSWORD = "****"
        +PASSWORD = Secret.load("password").get()
         line 11
         line 12
         line 13
        """)


def test_equal_files_have_no_diff() -> None:
    assert diff("x = 1\n", "x = 1\n", "x") == ""


def test_a_changed_newline_is_a_change() -> None:
    assert diff("x = 1\r\n", "x = 1\n") == "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 1\n"


def test_the_mask_tells_no_length_and_context_is_masked_too() -> None:
    source = "A = 'secret'\nB = 'much-longer-secret'\nC = 1\n"
    assert diff(source, source.replace("C = 1", "C = 2"), "secret", "much-longer-secret").splitlines()[3:5] == [
        " A = '****'",
        " B = '****'",
    ]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("def secret(): return {'status_code': 400}", "400"),
        ("TOKENS = {'retries': 3}", "3"),
        ("SECRETS = {'door': 4711}", "****"),
        ("LOGIN = {'pin': 471}", "****"),
    ],
)
def test_a_small_number_is_masked_only_if_it_is_called_a_secret_itself(line: str, shown: str) -> None:
    assert f": {shown}}}\n" in diff(f"{line}\n", "")


def test_a_part_of_a_value_is_masked_where_it_stands() -> None:
    shown = diff(f"DSN = 'postgresql://etl:{PASSWORD}@db/etl'\n", "", PASSWORD)
    assert "-DSN = 'postgresql://etl:****@db/etl'\n" in shown


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("it's", "A = 'it\\'s'"),
        ('say "hi"', 'A = "say \\"hi\\""'),
        ("tab\there", "A = 'tab\\there'"),
        ("back\\slash", "A = 'back\\\\slash'"),
        ("back\\slash", "A = r'back\\slash'"),
        ("grün-geheim", "A = 'gr\\xfcn-geheim'"),
        ("grün-geheim", "A = 'gr\\u00fcn-geheim'"),
        (PASSWORD, "A = 'pa55-\\x770rd!'"),
        (PASSWORD, "A = 'pa55' '-w0rd!'"),
        (PASSWORD, "A = 'pa55' + '-w0rd!'"),
        (PASSWORD, "A = ('pa55'\n     '-w0rd!')"),
        (PASSWORD, "A = 'pa55\\\n-w0rd!'"),
        (PASSWORD, "A = b'pa55-\\x770rd!'"),
        (PASSWORD, "A = f'x{y}pa55-\\x770rd!'"),
        (PASSWORD, "# was pa55-w0rd! before"),
        (PASSWORD, "broken( = 'pa55-w0rd!'"),
        ("a{b}c!d", "A = f'a{{b}}c!d'"),
        ("100%sure", "A = '100%%sure' % ()"),
        ("p@ss/word", "A = 'postgresql://u:p%40ss%2Fword@h/d'"),
        ("one-line\ntwo-line\n", "A = 'one-line\\ntwo-line\\n'"),
        ("one-line\ntwo-line\n", "A = '''one-line\ntwo-line\n'''"),
        ("one-line\ntwo-line\n", "A = dedent('''\n    one-line\n    two-line\n''')"),
        ("x", "A = 'x'"),
        ("7", "A = 7"),
    ],
)
def test_no_way_of_writing_a_value_shows_it(value: str, line: str) -> None:
    shown = diff(f"{line}\n", "", value)
    assert "****" in shown
    for written in (
        value,
        *value.split("\n"),
        "pa55",
        "w0rd",
        "one-line",
        "two-line",
        "geheim",
        "slash",
        "hi\\",
        "here'",
    ):
        if written:
            assert (
                written not in shown.replace("A =", "").replace("a/a.py", "").replace("b/a.py", "").partition("@@\n")[2]
            )


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("x", "index = x_axis['max']"),
        ("1", "A = 10, 21, a1"),
        ("hunter2", "password = hunter"),
        ("", "A = ''"),
    ],
)
def test_what_holds_no_value_is_shown(value: str, line: str) -> None:
    assert f"-{line}\n" in diff(f"{line}\n", "", value)


def test_other_files_are_masked_as_text() -> None:
    shown = diff("password: 'it''s'\nother: \"a\\u00e9b\"\n", "", "it's", "aéb", path="prefect.yaml")
    assert shown.endswith("-password: '****'\n-other: \"****\"\n")


def test_the_mask_follows_the_encoding_of_the_file() -> None:
    before = f"# coding: latin-1\nA = 'é{PASSWORD}\\x21'\n".encode("latin-1")
    shown = masked_diff(FileChange("a.py", before, b"# coding: latin-1\n"), [Concealed("é" + PASSWORD)])
    assert shown.endswith("-A = '****\\x21'\n")


@given(
    inner=st.text(st.characters(codec="utf-8", exclude_characters="§"), max_size=20),
    before=st.text("ab = '\n", max_size=30),
    write=st.sampled_from([repr, ascii, lambda text: f"f{text!r}" if text.isalnum() else repr(text)]),
)
@example(inner="'\"", before="=", write=ascii)
@settings(max_examples=200, deadline=None)
def test_a_removed_literal_is_never_in_the_diff(inner: str, before: str, write: Callable[[str], str]) -> None:
    secret = f"§{inner}§"
    shown = diff(f"{before}\nA = {write(secret)}\n", f"{before}\n", secret)
    assert "****" in shown
    assert "§" not in shown
    assert "\\xa7" not in shown


def test_nothing_of_a_change_is_pickled_by_accident() -> None:
    change = FileChange("a.py", b"x", b"y")
    assert pickle.loads(pickle.dumps(change)) == change  # noqa: S301 - our own bytes
    with pytest.raises(TypeError):
        pickle.dumps(Concealed(PASSWORD))


def test_literals_become_environment_reads() -> None:
    source = b"BUCKET = 'x'\n"
    (change,) = rewrite_files({"a.py": [ReadEnvironment(Span(1, 9, 1, 12), "BUCKET")]}, {"a.py": source}).changes
    assert change.after == b"import os\n\nBUCKET = os.environ['BUCKET']\n"


ROTATED = "q7Rk92mz-Lw41"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("prefect.yaml", f'env:\n  DB_PASSWORD: "{ROTATED}"\n'),
        ("prefect.yaml", f"env: {{DB_PASSWORD: {ROTATED}, REGION: eu}}\n"),
        ("prefect.yaml", f"DSN: postgresql://etl:{ROTATED}@db/etl\n"),
        ("prefect.yaml", f"DB_PASSWORD: |\n  {ROTATED}\n"),
        ("prefect.yaml", f"DB_PASSWORD: >-\n  some\n  {ROTATED}\n"),
        ("prefect.yaml", f"env:\n  - name: DB_PASSWORD\n    value: {ROTATED}\n"),
        ("prefect.yaml", f"env:\n  - DB_PASSWORD={ROTATED}\n"),
        ("prefect.yaml", f"password:\n  prod: {ROTATED}\n"),
        ("prefect.yaml", f"a: 1  # DB_PASSWORD: {ROTATED}\n"),
        ("prefect.yaml", f"# curl https://etl:{ROTATED}@host/x\n"),
        ("prefect.yaml", f"DB_PASSWORD: correct {ROTATED} staple\n"),
        ("prefect.yaml", f"a: 'x\nDB_PASSWORD: {ROTATED}\n"),
        ("etl.py", f'f.deploy(job_variables={{"env": {{"DB_PASSWORD": "{ROTATED}"}}}})\n'),
        ("etl.py", f'pw = "{ROTATED}"\n'),
        ("etl.py", f'pw = b"{ROTATED}"\n'),
        ("etl.py", f'pw = r"{ROTATED}"\n'),
        ("etl.py", f'pw = f"{ROTATED}{{x}}"\n'),
        ("etl.py", f'pw = """{ROTATED}"""\n'),
        ("etl.py", f"pw = '''\n{ROTATED}\n'''\n"),
        ("etl.py", f'user, pw = "etl", "{ROTATED}"\n'),
        ("etl.py", f'pw = ("{ROTATED}" "x")\n'),
        ("etl.py", f'pw = SecretStr("{ROTATED}")\n'),
        ("etl.py", f'pw = "{ROTATED}".encode()\n'),
        ("etl.py", f'pw: str = os.getenv("DB_PASSWORD", "{ROTATED}")\n'),
        ("etl.py", f'os.environ["DB_PASSWORD"] = "{ROTATED}"\n'),
        ("etl.py", f'os.environ.setdefault("DB_PASSWORD", "{ROTATED}")\n'),
        ("etl.py", f'def connect(user="etl", *, password="{ROTATED}"): ...\n'),
        ("etl.py", f'passwords = [("prod", "{ROTATED}")]\n'),
        ("etl.py", f'if password == "{ROTATED}": ...\n'),
        ("etl.py", f'h = {{"Authorization": "Bearer {ROTATED}"}}\n'),
        ("etl.py", f'run("psql", "--password={ROTATED}")\n'),
        ("etl.py", f"# pw = '{ROTATED}'\n"),
        ("etl.py", f"x = 1  # password: {ROTATED}\n"),
        ("etl.py", f"# see postgresql://etl:{ROTATED}@db/etl\n"),
        ("etl.py", f"# see https://{ROTATED}@git.example.org/etl\n"),
        ("etl.py", f'"""Run with DB_PASSWORD={ROTATED}."""\n'),
        ("etl.py", f'broken( = 1\npassword = "{ROTATED}"\n'),
        ("other.txt", f"DB_PASSWORD={ROTATED}\n"),
    ],
)
@pytest.mark.parametrize("moved", [False, True])
def test_a_secret_that_no_plan_knows_is_in_no_line_of_a_diff(path: str, text: str, *, moved: bool) -> None:
    shown = diff(text, "# new\n" if moved else f"# new\n{text}", path=path)
    assert ROTATED not in shown
    assert "****" in shown


@pytest.mark.parametrize(
    "token", ["gh" + "p_" + "a9Kq3ZtR7mXw2LsV8cYb5NdJ1fHg6PeQ4uTo", "AK" + "IA" + "QWERTYUIOPASDF23"]
)
@pytest.mark.parametrize("line", ["# {}", "x = ['{}']", "call('{}')", "x: 'a {} b'"])
def test_a_token_of_a_known_format_is_masked_wherever_it_stands(token: str, line: str) -> None:
    for path in ("a.py", "prefect.yaml"):
        assert token not in diff(line.format(token), "", path=path)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", "from prefect import flow"),
        ("a.py", "@flow(name='nightly', retries=2)"),
        ("a.py", "    password = Secret.load('db-password').get()"),
        ("a.py", "    password = (await Secret.aload('db-password')).get()"),
        ("a.py", "    token = os.environ['API_TOKEN']  # from the environment"),
        ("a.py", "    dsn = f'postgresql://{user}:{password}@{host}/etl'"),
        ("a.py", "headers = {'Authorization': f'Bearer {token}'}"),
        ("a.py", "BUCKET = 's3://raw-orders'"),
        ("a.py", "URL = 'https://medium.com/@name'"),
        ("prefect.yaml", "entrypoint: flows/etl.py:nightly"),
        ("prefect.yaml", 'DB_PASSWORD: "{{ prefect.blocks.secret.db-password }}"'),
        ("prefect.yaml", 'DB_HOST: "db.example.org"  # not secret'),
        ("prefect.yaml", "API_TOKEN_FILE: /run/secrets/token"),
    ],
)
def test_what_is_no_secret_stays_readable(path: str, line: str) -> None:
    source = "if x:\n    pass\n" + line + "\n" if line.startswith(" ") else line + "\n"
    source = source.replace("if x:\n    pass\n", "async def f():\n    pass\n") if line.startswith(" ") else source
    assert f"-{line}\n" in diff(source, "", path=path)


@pytest.mark.parametrize("word", ["flow", "prefect", "import", "nightly"])
def test_the_mask_is_no_oracle_for_words_of_the_code(word: str) -> None:
    code = "from prefect import flow\n\n\n@flow\ndef nightly():\n    pass\n"
    assert diff(code, "", word) == diff(code, "")
    assert "-flow: 1\n" in diff("flow: 1\n", "", word, path="prefect.yaml")
