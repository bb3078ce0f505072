"""[tool.envlift], answers files and --answer: what they mean, and how a mistake in them is told."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Layer
from envlift.policy import (
    LAYER_NAMES,
    Answer,
    Answers,
    Policy,
    layered,
    load_answers,
    load_policy,
    parse_answer,
    parse_answers,
)

POLICY = """
project = "orders"
pool = "etl-pool"
never_touch = ["vendor/", "*.gen.py"]
secret-accessor = "exact"
literal-default = "keep"

[answers]
WAREHOUSE_DSN = "secret:orders-warehouse"
REGION = "pool_default"

[environments]
prod = ["nightly", "release/*"]
"""


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(dedent(text), "utf-8")
    return file


def refusal(text: str) -> EnvliftError:
    with pytest.raises(EnvliftError) as caught:
        parse_answer(text)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def check_policy_error(folder: Path, *words: str) -> None:
    """The error is one of usage and says each of the words in its message or hint."""
    with pytest.raises(EnvliftError) as caught:
        load_policy(folder)
    told = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.exit_code is ExitCode.USAGE
    assert [word for word in words if word not in told] == []


def test_a_repository_without_settings_has_the_plain_policy(tmp_path: Path) -> None:
    assert load_policy(tmp_path) == Policy()
    write(tmp_path, "pyproject.toml", "[project]\nname = 'x'")
    assert load_policy(tmp_path) == Policy()


def test_envlift_toml_and_pyproject_say_the_same(tmp_path: Path) -> None:
    own, project = tmp_path / "own", tmp_path / "project"
    own.mkdir()
    project.mkdir()
    write(own, "envlift.toml", POLICY)
    section = "[tool.envlift]" + POLICY.replace("\n[", "\n[tool.envlift.")
    write(project, "pyproject.toml", section)
    expected = Policy(
        project="orders",
        pool="etl-pool",
        never_touch=("vendor/", "*.gen.py"),
        exact=True,
        keeps_literals=True,
        environments={"prod": ("nightly", "release/*")},
        answers=Answers(
            {"WAREHOUSE_DSN": Answer(Layer.SECRET, "orders-warehouse"), "REGION": Answer(Layer.POOL_DEFAULT)}
        ),
    )
    assert load_policy(own) == load_policy(project) == expected


def test_a_broken_pyproject_that_says_nothing_to_envlift_is_no_trouble(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[project\n")
    assert load_policy(tmp_path) == Policy()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("projekt = 'x'", ("projekt", "Did you mean project?")),
        (
            "colour = 1",
            (
                "colour",
                "Known keys: also, answers, environments, layers, never_touch, pool, project, block-name, "
                "secret-accessor, secret-env-feed, literal-default",
            ),
        ),
        ("project = 3", ("project", "not a string")),
        ("project = 'My Project'", ("project", "lowercase")),
        ("layers = ['secrt']", ("layers", "Did you mean secret?")),
        ("layers = 'secret'", ("layers", "not a list")),
        ("block-name = '{project}'", ("block-name", "{name}")),
        ("block-name = '{project}_{name}'", ("block-name", "digits and dashes")),
        ("secret-accessor = 'exactly'", ("secret-accessor", "get, exact")),
        ("secret-accessor = 1", ("secret-accessor", "get, exact")),
        ("literal-default = true", ("literal-default", "drop, keep")),
        ("also = ['setup.py']", ("also", "prefect.yaml, .env.example, .gitignore, job_variables")),
        ("secret-env-feed = 'vault'", ("secret-env-feed", "pool, code, pull-step, platform, worker")),
        ("never_touch = 'vendor'", ("never_touch", "list of strings")),
        ("answers = 'secret'", ("answers", "not a table")),
        ("environments = ['prod']", ("environments", "not a table")),
        ("[environments]\nprod = 'nightly'", ("environments.prod", "list of strings")),
        ("[answers]\nTOKEN = 'secrt'", ("TOKEN", "Did you mean secret?")),
        ("[answers]\nTOKEN = 1", ("TOKEN", "not a string")),
        ("project = \npool = 'a'", ("not valid TOML", "line 1")),
    ],
)
def test_a_mistake_in_the_policy_is_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    write(tmp_path, "envlift.toml", text)
    check_policy_error(tmp_path, "envlift.toml", *words)


def test_two_policies_are_one_too_many(tmp_path: Path) -> None:
    write(tmp_path, "envlift.toml", "pool = 'a'")
    write(tmp_path, "pyproject.toml", "[tool.envlift]\npool = 'b'")
    check_policy_error(tmp_path, "envlift.toml", "pyproject.toml", "Keep one")


def test_a_policy_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "envlift.toml").write_bytes(b"project = '\xe9'")
    check_policy_error(tmp_path, "UTF-8")


@pytest.mark.parametrize(
    ("pattern", "path", "forbidden"),
    [
        ("vendor/", "vendor/lib/a.py", True),
        ("vendor/", "src/vendor/a.py", True),
        ("/vendor", "vendor/a.py", True),
        ("*.gen.py", "src/a.gen.py", True),
        ("src/*.py", "src/a.py", True),
        ("src/**/old.py", "src/old.py", True),
        ("src/**/old.py", "src/a/b/old.py", True),
        ("src/**", "src/a/b.py", True),
        ("flow?.py", "flow1.py", True),
        ("vendor/", "vendored/a.py", False),
        ("src/*.py", "src/a/b.py", False),
        ("src/*.py", "lib/src/a.py", False),
        ("*.gen.py", "a.gen.pyc", False),
        ("flow?.py", "flow12.py", False),
        ("a+b.py", "aab.py", False),
    ],
)
def test_never_touch_reads_globs_as_gitignore_does(pattern: str, path: str, *, forbidden: bool) -> None:
    assert Policy(never_touch=(pattern,)).forbids(path) is forbidden


@pytest.mark.parametrize(
    ("text", "name", "answer"),
    [
        ("TOKEN=secret", "TOKEN", Answer(Layer.SECRET)),
        (" TOKEN = secret_env ", "TOKEN", Answer(Layer.SECRET_ENV)),
        ("TOKEN=secret:api-token", "TOKEN", Answer(Layer.SECRET, "api-token")),
        ("PORT=pool_default", "PORT", Answer(Layer.POOL_DEFAULT)),
        ("lower.name=leave", "lower.name", Answer(Layer.LEAVE)),
    ],
)
def test_an_answer_names_a_setting_and_its_layer(text: str, name: str, answer: Answer) -> None:
    assert parse_answer(text) == (name, answer)


@pytest.mark.parametrize("layer", Layer)
def test_an_answer_is_spelled_as_it_is_read(layer: Layer) -> None:
    assert parse_answer(f"X={Answer(layer).text}") == ("X", Answer(layer))


@pytest.mark.parametrize("text", ["TOKEN", "TOKEN=", "=secret", "", "TOKEN = "])
def test_another_form_is_answered_with_the_form_and_the_layers(text: str) -> None:
    error = refusal(text)
    assert "NAME=LAYER" in error.message
    assert all(name in error.hint for name in LAYER_NAMES)


def test_an_unknown_layer_is_answered_with_the_nearest_and_all() -> None:
    error = refusal("TOKEN=secretenv")
    assert "TOKEN" in error.message
    assert "Did you mean secret_env?" in error.message
    assert all(name in error.hint for name in LAYER_NAMES)


def test_a_value_that_was_given_by_mistake_is_not_repeated() -> None:
    for text in ("TOKEN=hunter2hunter2", "TOKEN=secret:Hunter2 hunter2", "hunter2hunter2", "PORT=pool_default:hunter2"):
        error = refusal(text)
        assert "unter2" not in f"{error.message}{error.hint}"


def test_a_block_name_must_be_one_that_prefect_takes() -> None:
    error = refusal("API_TOKEN=secret:API_TOKEN")
    assert "API_TOKEN=secret:api-token" in error.hint


def test_the_same_setting_twice_is_refused_only_with_two_answers() -> None:
    assert parse_answers(["A=leave", "A=leave"]) == Answers({"A": Answer(Layer.LEAVE)})
    with pytest.raises(EnvliftError, match="A twice"):
        parse_answers(["A=leave", "A=secret"])


def test_later_layers_of_answers_win() -> None:
    policy = parse_answers(["A=leave", "B=leave", "C=leave"])
    file = parse_answers(["B=secret", "C=secret"])
    flags = parse_answers(["C=deployment"])
    together = layered((policy, file, flags))
    assert [together.get(name) for name in "ABCD"] == [
        Answer(Layer.LEAVE),
        Answer(Layer.SECRET),
        Answer(Layer.DEPLOYMENT),
        None,
    ]


def test_an_answers_file_has_the_form_of_the_policy(tmp_path: Path) -> None:
    file = write(tmp_path, "answers.toml", "[answers]\nA = 'secret:a-b'\nB = 'leave'")
    assert load_answers(file) == Answers({"A": Answer(Layer.SECRET, "a-b"), "B": Answer(Layer.LEAVE)})


@pytest.mark.parametrize(
    ("text", "word"), [("A = 'leave'", "[answers]"), ("[answer]\nA = 'leave'", "Did you mean answers?"), ("[", "TOML")]
)
def test_a_mistake_in_an_answers_file_is_named(tmp_path: Path, text: str, word: str) -> None:
    file = write(tmp_path, "answers.toml", text)
    with pytest.raises(EnvliftError) as caught:
        load_answers(file)
    assert word in f"{caught.value.message} {caught.value.hint}"
    assert "answers.toml" in caught.value.message


def test_an_answers_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvliftError, match=r"nowhere\.toml"):
        load_answers(tmp_path / "nowhere.toml")
