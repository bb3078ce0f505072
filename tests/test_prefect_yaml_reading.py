"""The facts of prefect.yaml: what Prefect's loader would see, with lines, and trouble as data."""

from __future__ import annotations

import textwrap

import pytest

from envlift.concealed import Concealed
from envlift.prefect_yaml import EnvEntry, Held, PrefectFile, StoredText, YamlDeployment, read_deployments


def facts(text: str) -> PrefectFile:
    return read_deployments(textwrap.dedent(text).lstrip("\n"))


def only(text: str) -> YamlDeployment:
    (deployment,) = facts(text).deployments
    return deployment


def test_a_plain_deployment() -> None:
    found = facts(
        """
        # prefect.yaml
        pull:
        - prefect.deployments.steps.set_working_directory: {directory: .}
        deployments:
        - name: nightly
          entrypoint: flows/etl.py:etl
          flow_name: etl
          tags: [a, 1]
          work_pool:
            name: pool
            job_variables:
              env:
                A: x
                B: "2"
        """
    )
    assert found == PrefectFile(
        deployments=(
            YamlDeployment(
                index=0,
                line=5,
                name="nightly",
                entrypoint="flows/etl.py:etl",
                flow_name="etl",
                work_pool="pool",
                has_work_pool=True,
                has_pull=False,
                tags=("a", "1"),
                env=(
                    EnvEntry("A", Concealed("x"), Held.TEXT, 13),
                    EnvEntry("B", Concealed("2"), Held.TEXT, 14),
                ),
                misplaced=None,
                troubles=(),
                stored=(StoredText(("tags",), Concealed("a"), 8),),
            ),
        ),
        has_pull=True,
        readable=True,
        troubles=(),
    )


@pytest.mark.parametrize(
    ("written", "value", "held"),
    [
        ("'5'", "5", Held.TEXT),
        ("1e3", "1e3", Held.TEXT),
        ("0o17", "0o17", Held.TEXT),
        ("v1.0", "v1.0", Held.TEXT),
        ("10.0.0.1", "10.0.0.1", Held.TEXT),
        ("y", "y", Held.TEXT),
        ("2024-01-01", "2024-01-01", Held.TEXT),
        ("2024-01-01 10:00:00", "2024-01-01T10:00:00", Held.TEXT),
        ('""', "", Held.TEXT),
        ("|\n          two\n          lines", "two\nlines\n", Held.TEXT),
        ("~", None, Held.UNSET),
        ("null", None, Held.UNSET),
        ("", None, Held.UNSET),
        ("5432", "5432", Held.REJECTED),
        ("1_000", "1_000", Held.REJECTED),
        ("12:30:45", "12:30:45", Held.REJECTED),
        ("0x1F", "0x1F", Held.REJECTED),
        ("on", "on", Held.REJECTED),
        ("No", "No", Held.REJECTED),
        ("3.10", "3.10", Held.REJECTED),
        ("[a]", None, Held.REJECTED),
        ("{a: b}", None, Held.REJECTED),
    ],
)
def test_a_value_is_what_the_deployment_would_hold(written: str, value: str | None, held: Held) -> None:
    found = only(f"deployments:\n- work_pool:\n    job_variables:\n      env:\n        A: {written}\n")
    expected = None if value is None else Concealed(value)
    assert found.env == (EnvEntry("A", expected, held, 5),)
    assert [trouble.line for trouble in found.troubles] == ([5] if held is Held.REJECTED else [])


@pytest.mark.parametrize(("written", "name"), [("NO", "false"), ("on", "true"), ("1", "1"), ("~", "null")])
def test_a_name_that_yaml_reads_otherwise(written: str, name: str) -> None:
    found = only(f"deployments:\n- work_pool: {{job_variables: {{env: {{{written}: x}}}}}}\n")
    assert found.env == (EnvEntry(name, Concealed("x"), Held.TEXT, 2),)
    assert [(t.line, t.reason) for t in found.troubles] == [(2, f"a name without quotes that YAML reads as {name}")]


def test_anchors_and_merge_keys_are_resolved_with_the_lines_where_the_text_stands() -> None:
    found = facts(
        """
        x-one: &one {A: a1, B: b1}
        x-two: &two
          B: b2
          C: c2
        x-pool: &pool
          name: shared
          job_variables:
            env:
              <<: [*one, *two]
              C: own
        deployments:
        - &first
          name: first
          work_pool: *pool
        - <<: *first
          name: second
        """
    )
    env = (
        EnvEntry("B", Concealed("b1"), Held.TEXT, 1),
        EnvEntry("C", Concealed("own"), Held.TEXT, 10),
        EnvEntry("A", Concealed("a1"), Held.TEXT, 1),
    )
    assert [(d.name, d.work_pool, set(d.env)) for d in found.deployments] == [
        ("first", "shared", set(env)),
        ("second", "shared", set(env)),
    ]


def test_job_variables_beside_the_work_pool_are_reported() -> None:
    found = only(
        """
        deployments:
        - name: a
          work_pool: {name: p}
          job_variables:
            env: {A: x}
        """
    )
    assert found.misplaced is not None
    assert (found.misplaced.line, found.misplaced.env) == (4, (EnvEntry("A", Concealed("x"), Held.TEXT, 5),))
    assert found.env == ()


@pytest.mark.parametrize(
    ("head", "has_pull"),
    [("", False), ("pull:\n", False), ("pull: ~\n", False), ("pull: []\n", True), ("pull:\n- a: {}\n", True)],
)
def test_pull_without_a_value_is_absent_and_an_empty_list_is_not(head: str, has_pull: bool) -> None:
    assert facts(head + "deployments: []\n").has_pull is has_pull


@pytest.mark.parametrize(
    ("item", "line", "reason"),
    [
        ("work_pool: proc", 2, "work_pool is no mapping"),
        ("work_pool:\n    job_variables: null", 3, "job_variables is null"),
        ("work_pool:\n    job_variables: text", 3, "job_variables is no mapping"),
        ("work_pool:\n    job_variables:\n      env: [A]", 4, "env is a list"),
        ("work_pool:\n    job_variables:\n      env: text", 4, "env is null or plain text"),
        ("name: 5", 2, "name is not text"),
        ("entrypoint: [a]", 2, "entrypoint is not text"),
    ],
)
def test_trouble_of_a_deployment_is_data(item: str, line: int, reason: str) -> None:
    found = only(f"deployments:\n- {item}\n")
    assert [(t.line, t.reason.partition(":")[0].partition(",")[0]) for t in found.troubles] == [(line, reason)]


@pytest.mark.parametrize("item", ["name: a", "work_pool:", "work_pool: {}", "work_pool: {name: }", "tags:"])
def test_what_is_only_absent_is_no_trouble(item: str) -> None:
    found = only(f"deployments:\n- {item}\n")
    assert (found.troubles, found.work_pool, found.env, found.tags) == ((), None, (), ())
    assert found.has_work_pool is ("{" in item)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("- a\n", 1, "the file holds no mapping"),
        ("a: 1\n---\nb: 2\n", 2, "several documents"),
        ("a:\n\tb: 1\n", 2, "a tab"),
        ("a:\n  b: [1\nc: 2\n", 3, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ('a: "b\n', 2, "not valid YAML"),
        ("a: *nowhere\n", 1, "an alias without its anchor"),
        ("a: &x 1\nb: &x 2\n", 2, "an anchor that is defined twice"),
        ("a:\n- !vault secret\n", 2, "a tag, or"),
        ("a: 1\n<<: text\n", 2, "a merge key that holds no mapping"),
        ("a: 1\n? [b]\n: c\n", 2, "a key that is neither text nor number"),
        ("a: 1\nb: 2024-13-45\n", 2, "PyYAML cannot build"),
        ("a: 1\nb: !!int x\n", 2, "PyYAML cannot build"),
        ("a: 1\nb: !!bool x\n", 2, "PyYAML cannot build"),
        ("a: 1\nb: !!timestamp x\n", 2, "PyYAML cannot build"),
        ("a: 1\nb: !!int ''\n", 2, "PyYAML cannot build"),
        ("a: 1\nb: \x07\n", 2, "YAML does not allow this character"),
        ("a: 1\nb: =\n", 2, "a '=' without quotes"),
        ("[" * 3000, 1, "nested too deeply"),
    ],
)
def test_a_file_that_nobody_can_read_is_one_trouble(text: str, line: int, reason: str) -> None:
    found = read_deployments(text)
    assert (found.readable, found.deployments, found.has_pull) == (False, (), False)
    (trouble,) = found.troubles
    assert trouble.line == line
    assert reason in trouble.reason


def test_keys_that_stand_twice_are_listed_and_the_last_one_counts() -> None:
    found = facts("name: x\ndeployments:\n- name: a\n  name: b\n  parameters: {k: 1, k: 2}\nname: y\n")
    assert [trouble.line for trouble in found.troubles] == [4, 5, 6]
    assert found.deployments[0].name == "b"


def test_deployments_that_are_no_list_or_no_mappings() -> None:
    assert [t.line for t in facts("name: x\ndeployments: {a: b}\n").troubles] == [2]
    found = facts("deployments:\n- name: a\n- text\n- name: c\n")
    assert [(d.index, d.name) for d in found.deployments] == [(0, "a"), (2, "c")]
    assert [t.line for t in found.troubles] == [3]


@pytest.mark.parametrize(
    "item", ["parameters: &p {me: *p}", "x: &x [*x]", "work_pool: &p {<<: *p}", "work_pool: &p {<<: [{<<: *p}]}"]
)
def test_an_anchor_that_holds_itself_is_read(item: str) -> None:
    assert only(f"deployments:\n- name: a\n  {item}\n").name == "a"


@pytest.mark.parametrize(
    "text", ["a: !hunter2 x\n", "a: *hunter2\n", "a: &hunter2 1\nb: &hunter2 2\n", "a: 'hunter2\n"]
)
def test_trouble_tells_no_text_of_the_file(text: str) -> None:
    found = read_deployments(text)
    assert not found.readable
    assert "hunter2" not in repr(found)


def test_facts_conceal_values() -> None:
    found = only("deployments:\n- work_pool: {job_variables: {env: {A: hunter2, B: 1234567, C: {hunter2: x}}}}\n")
    assert len(found.env) == 3
    assert not any(value in repr(found) for value in ("hunter2", "1234567"))
