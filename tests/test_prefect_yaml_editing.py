"""Environment variables put into prefect.yaml by text edits: what is written, and what stays as it is."""

from __future__ import annotations

import textwrap
import traceback

import pytest
import yaml

from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.prefect_yaml import EnvChange, Refused, set_env


def change(name: str, value: str, deployment: int = 0, *, overwrite: bool = False) -> EnvChange:
    return EnvChange(deployment, name, Concealed(value), overwrite)


def dedent(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def check_edit(before: str, after: str, *changes: EnvChange) -> None:
    result = set_env(before, changes)
    assert result == after
    assert set_env(result, changes) == result


def check_refused(text: str, line: int, reason: str, *changes: EnvChange) -> None:
    with pytest.raises(Refused) as caught:
        set_env(text, changes)
    assert caught.value.line == line
    assert reason in caught.value.reason


ADDED = [
    pytest.param(
        """
        deployments:
          - name: etl  # nightly
            entrypoint: flows/etl.py:etl
            work_pool:
              name: pool  # shared
              # a remark about the pool

            tags: [a,  b]
        """,
        """
        deployments:
          - name: etl  # nightly
            entrypoint: flows/etl.py:etl
            work_pool:
              name: pool  # shared
              job_variables:
                env:
                  REGION: "eu-1"
              # a remark about the pool

            tags: [a,  b]
        """,
        id="neither job_variables nor env",
    ),
    pytest.param(
        """
        deployments:
        - name: etl
          work_pool:
            name: pool
            job_variables:
              env:
                A: '1'  # one
                # B: '2'
        - name: other
        """,
        """
        deployments:
        - name: etl
          work_pool:
            name: pool
            job_variables:
              env:
                A: '1'  # one
                REGION: "eu-1"
                # B: '2'
        - name: other
        """,
        id="behind the last variable, sequence not indented",
    ),
    pytest.param(
        """
        deployments:
            -   name: etl
                work_pool:
                    name: pool
                    job_variables:
                        image: x
        """,
        """
        deployments:
            -   name: etl
                work_pool:
                    name: pool
                    job_variables:
                        image: x
                        env:
                            REGION: "eu-1"
        """,
        id="four columns",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
           name: pool
          parameters:
              deep:
                  er: 1
        """,
        """
        deployments:
        - work_pool:
           name: pool
           job_variables:
            env:
             REGION: "eu-1"
          parameters:
              deep:
                  er: 1
        """,
        id="the work pool's own indentation, not that of others",
    ),
    pytest.param(
        """
        deployments:
        - work_pool: {name: pool, work_queue_name: q}  # flow style
        """,
        """
        deployments:
        - work_pool: {name: pool, work_queue_name: q, job_variables: {env: {REGION: "eu-1"}}}  # flow style
        """,
        id="flow style",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            name: pool
            job_variables: {}
        """,
        """
        deployments:
        - work_pool:
            name: pool
            job_variables: {env: {REGION: "eu-1"}}
        """,
        id="empty flow mapping",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env: { A: "1", }  # trailing comma
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env: { A: "1", REGION: "eu-1", }  # trailing comma
        """,
        id="flow with a trailing comma",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env: {
                A: "1",  # one
                B: "2"   # two
              }
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env: {
                A: "1",  # one
                B: "2",   # two
                REGION: "eu-1"
              }
        """,
        id="flow over several lines",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env: {
                A: "1",  # one
              }
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env: {
                A: "1",  # one
                REGION: "eu-1",
              }
        """,
        id="flow over several lines with a trailing comma",
    ),
    pytest.param(
        """
        {"deployments": [{"name": "a", "work_pool": {"name": "p"}}]}
        """,
        """
        {"deployments": [{"name": "a", "work_pool": {"name": "p", "job_variables": {"env": {"REGION": "eu-1"}}}}]}
        """,
        id="JSON keeps quoted keys",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env:
                'A': x
                'B': y
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env:
                'A': x
                'B': y
                'REGION': "eu-1"
        """,
        id="the quotes of the keys beside it",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env:  # to be filled
            name: pool
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env:  # to be filled
                REGION: "eu-1"
            name: pool
        """,
        id="an env without a value",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env:
                SCRIPT: |
                  one

                  two


        - name: other
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env:
                SCRIPT: |
                  one

                  two
                REGION: "eu-1"


        - name: other
        """,
        id="behind a block scalar, before the blank lines",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            job_variables:
              env:
                SCRIPT: |+
                  one

        - name: other
        """,
        """
        deployments:
        - work_pool:
            job_variables:
              env:
                SCRIPT: |+
                  one

                REGION: "eu-1"
        - name: other
        """,
        id="behind a block scalar that keeps its blank lines",
    ),
    pytest.param(
        """
        deployments:
        - work_pool:
            name: pool
            job_variables:
              image: &image "a:1"
              volumes:
              - &x y
              -
        """,
        """
        deployments:
        - work_pool:
            name: pool
            job_variables:
              image: &image "a:1"
              volumes:
              - &x y
              -
              env:
                REGION: "eu-1"
        """,
        id="behind a list that ends in nothing",
    ),
]


@pytest.mark.parametrize(("before", "after"), ADDED)
def test_a_variable_is_added_in_the_style_of_its_place(before: str, after: str) -> None:
    check_edit(dedent(before), dedent(after), change("REGION", "eu-1"))


SHARED = [
    pytest.param(
        """
        definitions:
          pool: &pool
            name: p
        deployments:
        - name: a
          work_pool: *pool  # shared
          tags: []
        - name: b
          work_pool: *pool
        """,
        """
        definitions:
          pool: &pool
            name: p
        deployments:
        - name: a
          work_pool:  # shared
            <<: *pool
            job_variables:
              env:
                REGION: "eu-1"
          tags: []
        - name: b
          work_pool: *pool
        """,
        id="an alias of the work pool",
    ),
    pytest.param(
        """
        x-pool: &pool
          name: p
          job_variables:
            image: i
            env: {A: "1"}
        deployments:
        - {work_pool: *pool}
        - name: b
          work_pool: *pool
        """,
        """
        x-pool: &pool
          name: p
          job_variables: &pool_job_variables
            image: i
            env: &pool_env {A: "1"}
        deployments:
        - {work_pool: {<<: *pool, job_variables: {<<: *pool_job_variables, env: {<<: *pool_env, REGION: "eu-1"}}}}
        - name: b
          work_pool: *pool
        """,
        id="mappings below the alias get anchors",
    ),
    pytest.param(
        """
        x-pool: &pool
          name: p
          job_variables: &vars
            image: i
        deployments:
        - name: a
          work_pool:
            <<: *pool
            name: other
        """,
        """
        x-pool: &pool
          name: p
          job_variables: &vars
            image: i
        deployments:
        - name: a
          work_pool:
            <<: *pool
            name: other
            job_variables:
              <<: *vars
              env:
                REGION: "eu-1"
        """,
        id="merged into the work pool",
    ),
    pytest.param(
        """
        x-env: &env
          A: "1"
        deployments:
        - work_pool:
            job_variables:
              env: *env
        - work_pool:
            job_variables:
              env: *env
        """,
        """
        x-env: &env
          A: "1"
        deployments:
        - work_pool:
            job_variables:
              env:
                <<: *env
                REGION: "eu-1"
        - work_pool:
            job_variables:
              env: *env
        """,
        id="an alias of the env",
    ),
    pytest.param(
        """
        x-env: &env
          A: "1"
        deployments:
        - work_pool:
            job_variables:
              env:
                <<: *env
                B: "2"
        """,
        """
        x-env: &env
          A: "1"
        deployments:
        - work_pool:
            job_variables:
              env:
                <<: *env
                B: "2"
                REGION: "eu-1"
        """,
        id="an env that merges another",
    ),
    pytest.param(
        """
        x-defaults: &defaults
          work_pool:
            name: p
        deployments:
        - <<: *defaults
          name: a
        - <<: *defaults
          name: b
        """,
        """
        x-defaults: &defaults
          work_pool: &defaults_work_pool
            name: p
        deployments:
        - <<: *defaults
          name: a
          work_pool:
            <<: *defaults_work_pool
            job_variables:
              env:
                REGION: "eu-1"
        - <<: *defaults
          name: b
        """,
        id="a work pool merged into the deployment",
    ),
]


@pytest.mark.parametrize(("before", "after"), SHARED)
def test_a_shared_mapping_is_overridden_where_it_is_used(before: str, after: str) -> None:
    check_edit(dedent(before), dedent(after), change("REGION", "eu-1"))


def test_one_edit_is_enough_where_all_sharers_get_the_variable() -> None:
    before = "deployments:\n- work_pool: &p\n    name: p\n- work_pool: *p\n"
    after = (
        'deployments:\n- work_pool: &p\n    name: p\n    job_variables:\n      env:\n        R: "1"\n- work_pool: *p\n'
    )
    check_edit(before, after, change("R", "1", 0), change("R", "1", 1))


def test_sharers_may_get_different_values() -> None:
    text = "deployments:\n- work_pool: &p\n    name: p\n- work_pool: *p\n"
    result = yaml.safe_load(set_env(text, [change("R", "1", 0), change("R", "2", 1)]))
    assert [item["work_pool"]["job_variables"]["env"] for item in result["deployments"]] == [{"R": "1"}, {"R": "2"}]
    assert [item["work_pool"]["name"] for item in result["deployments"]] == ["p", "p"]


def test_a_sharer_that_asks_for_less_is_refused() -> None:
    text = "deployments:\n- work_pool: &p\n    job_variables: {env: {A: x}}\n- work_pool: *p\n"
    check_refused(text, 4, "share a mapping", change("R", "1", 0), change("S", "2", 0), change("R", "1", 1))


def test_several_variables_go_to_several_deployments_at_once() -> None:
    text = "deployments:\n- work_pool:\n    name: a\n- work_pool: {name: b}\n- work_pool:\n    name: c\n"
    check_edit(
        text,
        'deployments:\n- work_pool:\n    name: a\n    job_variables:\n      env:\n        X: "1"\n        Z: "2"\n'
        '- work_pool: {name: b, job_variables: {env: {X: "3"}}}\n- work_pool:\n    name: c\n',
        change("X", "1", 0),
        change("X", "3", 1),
        change("Z", "2", 0),
    )


ONE = "deployments:\n- work_pool:\n    job_variables:\n      env:\n        A: 'x'\n        B: \"y\"  # why\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ONE, id="plain"),
        pytest.param(ONE.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("\ufeff" + ONE, id="BOM"),
        pytest.param(ONE.rstrip("\n"), id="no final newline"),
        pytest.param("---\n" + ONE + "...\n", id="document marks"),
        pytest.param("# first\n\n\n" + ONE + "\n\n# last  \n", id="comments and blank lines"),
    ],
)
def test_what_holds_already_changes_no_byte(text: str) -> None:
    assert set_env(text, [change("A", "x"), change("B", "y")]) == text
    assert set_env(text, []) == text


@pytest.mark.parametrize(
    ("text", "added"),
    [
        pytest.param(ONE.replace("\n", "\r\n"), '        C: "z"\r\n', id="CRLF"),
        pytest.param("\ufeff" + ONE, '        C: "z"\n', id="BOM"),
        pytest.param("---\n" + ONE, '        C: "z"\n', id="document start"),
    ],
)
def test_line_ends_and_marks_stay(text: str, added: str) -> None:
    assert set_env(text, [change("C", "z")]) == text + added


def test_a_missing_final_newline_stays_missing() -> None:
    assert set_env(ONE.rstrip("\n"), [change("C", "z")]) == ONE + '        C: "z"'


def test_the_document_end_mark_stays_last() -> None:
    assert set_env(ONE + "...\n", [change("C", "z")]) == ONE + '        C: "z"\n...\n'


def test_mixed_line_ends_follow_the_line_before() -> None:
    text = ONE.replace("# why\n", "# why\r\n")
    assert set_env(text, [change("C", "z")]) == text.replace("# why\r\n", '# why\r\n        C: "z"\r\n')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("A: x  # c", 'A: "v"  # c', id="plain"),
        pytest.param("A: 'x'", 'A: "v"', id="single quotes"),
        pytest.param("A: 5432", 'A: "v"', id="a number"),
        pytest.param("A:  # c", 'A: "v"  # c', id="nothing"),
        pytest.param("'A' : \"x\"", "'A' : \"v\"", id="spaces before the colon"),
        pytest.param("{A: x, B: y}", '{A: "v", B: y}', id="flow"),
        pytest.param("{A: , B: y}", '{A: "v" , B: y}', id="nothing in flow"),
    ],
)
def test_another_value_is_replaced_only_when_told(old: str, new: str) -> None:
    env = "      env: " if old.startswith("{") else "      env:\n        "
    before, after = (f"deployments:\n- work_pool:\n    job_variables:\n{env}{part}\n" for part in (old, new))
    check_refused(before, 4 if old.startswith("{") else 5, "A is set to something else", change("A", "v"))
    check_edit(before, after, change("A", "v", overwrite=True))


def test_the_number_is_not_the_text() -> None:
    text = "deployments:\n- work_pool:\n    job_variables:\n      env:\n        PORT: 5432\n"
    check_refused(text, 5, "PORT is set to something else", change("PORT", "5432"))
    check_edit(text, text.replace("5432", '"5432"'), change("PORT", "5432", overwrite=True))


def test_an_inherited_value_is_shadowed_when_told() -> None:
    text = "x: &e {A: '1'}\ndeployments:\n- work_pool: {job_variables: {env: *e}}\n"
    check_refused(text, 1, "A is set", change("A", "2"))
    after = text.replace("env: *e", 'env: {<<: *e, A: "2"}')
    check_edit(text, after, change("A", "2", overwrite=True))
    assert set_env(text, [change("A", "1")]) == text


@pytest.mark.parametrize(
    "value",
    ["", " ", "5432", "yes", "null", "~", "1_000", "12:30:45", "2024-01-01", "0x1F", ".5", "a: b #c", "- x", "'", '"',
     "\\", "\\n", "a\nb", "a\r\nb\n", "\t", "\x07", "\x85", "\u2028", "\ufeff", "ä€😀", "*a", "&a", "!x", "%", "@", "`",
     "{a: 1}", "[1]", "{{ a b }}", "{% x %}", "${X}", "$HOME", "x" * 2000, " lead", "trail ", "? a"],
)  # fmt: skip
def test_every_value_arrives_as_the_same_text(value: str) -> None:
    for text in ("deployments:\n- work_pool:\n    name: p\n", "deployments: [{work_pool: {name: p}}]\n"):
        result = set_env(text, [change("A", value)])
        assert result.isascii()
        assert yaml.safe_load(result)["deployments"][0]["work_pool"]["job_variables"] == {"env": {"A": value}}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("DB_URL", "DB_URL"),
        ("NO", '"NO"'),
        ("ON", '"ON"'),
        ("Y", '"Y"'),
        ("n", '"n"'),
        ("True", '"True"'),
        ("NULL", '"NULL"'),
        ("123", '"123"'),
        ("1_0", '"1_0"'),
        ("_1", "_1"),
        ("<<", '"<<"'),
        ("a.b", '"a.b"'),
        ("mit leer", '"mit leer"'),
        ("Ä", '"\\xc4"'),
    ],
)
def test_an_ambiguous_name_is_quoted(name: str, written: str) -> None:
    result = set_env("deployments:\n- work_pool:\n    name: p\n", [change(name, "v")])
    assert result.splitlines()[-1] == f'        {written}: "v"'
    assert yaml.safe_load(result)["deployments"][0]["work_pool"]["job_variables"]["env"] == {name: "v"}


REFUSED = [
    pytest.param("deployments:\n- name: a\n", 2, "without work_pool", id="no work_pool"),
    pytest.param("deployments:\n- name: a\n  work_pool:\n", 3, "work_pool is null", id="empty work_pool"),
    pytest.param("deployments:\n- work_pool: proc\n", 2, "work_pool is no mapping", id="work_pool as text"),
    pytest.param(
        "deployments:\n- work_pool:\n    job_variables: null\n", 3, "job_variables is null", id="null job_variables"
    ),
    pytest.param(
        "deployments:\n- work_pool:\n    job_variables:\n", 3, "job_variables is null", id="bare job_variables"
    ),
    pytest.param(
        "deployments:\n- work_pool:\n    job_variables:\n      env:\n      - name: A\n",
        4,
        "env is a list",
        id="list env",
    ),
    pytest.param("deployments:\n- work_pool:\n    job_variables:\n      env: null\n", 4, "env is null", id="null env"),
    pytest.param("deployments:\n\t- work_pool:\n", 2, "a tab", id="tab"),
    pytest.param("deployments: []\n---\na: 1\n", 2, "several documents", id="several documents"),
    pytest.param(
        "deployments:\n- work_pool:\n    name: a\n    name: b\n", 4, "stands twice", id="a key twice in work_pool"
    ),
    pytest.param("deployments: []\ndeployments: []\n", 2, "stands twice", id="deployments twice"),
    pytest.param(
        "deployments:\n- x: &d {work_pool: {}}\n  x: 1\n", 3, "stands twice", id="a key twice in the deployment"
    ),
    pytest.param("deployments: [\n", 2, "not valid YAML", id="no YAML"),
    pytest.param("- a\n", 1, "no mapping", id="a list"),
    pytest.param("", 1, "empty", id="an empty file"),
    pytest.param("name: x\n", 1, "no deployment with the index 0", id="no deployments"),
    pytest.param("x: &d {work_pool: {}}\ndeployments:\n- *d\n", 1, "an alias", id="a deployment that is an alias"),
    pytest.param("x: &d [{work_pool: {}}]\ndeployments: *d\n", 1, "an alias", id="deployments as an alias"),
    pytest.param(
        "deployments:\n- work_pool: &p {name: p}\n- work_pool: *p\n", 3, "would change too", id="others use the anchor"
    ),
    pytest.param("deployments:\n- &d\n  work_pool: {}\n- <<: *d\n", 4, "would change too", id="others merge it"),
]


@pytest.mark.parametrize(("text", "line", "reason"), REFUSED)
def test_what_cannot_be_edited_safely_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    check_refused(text, line, reason, change("A", "v"))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (change("A", "{{ prefect.blocks.secret.x }}"), "Prefect would blank"),
        (change("A", "at {{ds}} o'clock"), "Prefect would blank"),
        (change("A", "{{ $HOME }}"), "Prefect would blank"),
        (change("A", "a\0b"), "no environment takes"),
        (change("A", "\ud800"), "no environment takes"),
        (change("A=B", "v"), "no system takes"),
        (change("", "v"), "no system takes"),
    ],
)
def test_a_variable_that_cannot_arrive_is_refused(asked: EnvChange, reason: str) -> None:
    check_refused("deployments:\n- work_pool: {}\n", 2, reason, asked)


def test_two_values_for_one_name_are_refused() -> None:
    check_refused("deployments:\n- work_pool: {}\n", 2, "twice", change("A", "1"), change("A", "2"))


def test_a_key_that_stands_twice_elsewhere_is_no_obstacle() -> None:
    text = "deployments:\n- parameters: {a: 1, a: 2}\n  work_pool: {}\n"
    assert set_env(text, [change("A", "v")]) == text.replace(
        "work_pool: {}", 'work_pool: {job_variables: {env: {A: "v"}}}'
    )


def test_a_misplaced_job_variables_stays() -> None:
    text = "deployments:\n- work_pool: {}\n  job_variables: {env: {A: x}}\n"
    assert set_env(text, [change("A", "v")]).endswith("  job_variables: {env: {A: x}}\n")


@pytest.mark.parametrize(
    "text",
    [
        "deployments:\n- work_pool: {job_variables: {env: {A: hunter2-old}}}\n",
        "deployments:\n- work_pool: {job_variables: {env: {A: !hunter2-old x}}}\n",
        "deployments:\n- work_pool: {job_variables: {env: {A: *hunter2-old}}}\n",
        'deployments:\n- work_pool: {job_variables: {env: {A: "hunter2-old\n',
        "deployments:\n- work_pool: {job_variables: [hunter2-old]}\n",
    ],
)
def test_a_refusal_tells_no_value(text: str) -> None:
    with pytest.raises(Refused) as caught:
        set_env(text, [change("A", "hunter2-new")])
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args) + caught.value.hint
    # The traceback shows lines of this test, never the file's.
    assert "hunter2" not in told.replace('[change("A", "hunter2-new")]', "")
    assert isinstance(caught.value, EnvliftError)
    assert caught.value.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize(
    ("written", "held"), [("2024-01-01", "2024-01-01"), ("2024-01-01 10:00:00Z", "2024-01-01T10:00:00Z")]
)
def test_a_date_without_quotes_holds_its_text_already(written: str, held: str) -> None:
    text = f"deployments:\n- work_pool:\n    job_variables:\n      env:\n        DAY: {written}\n"
    assert set_env(text, [change("DAY", held)]) == text
