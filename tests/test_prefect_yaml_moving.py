"""Job variables beside the work pool, moved under it in the file's own lines."""

from __future__ import annotations

import textwrap

import pytest

from envlift.prefect_yaml import Refused, move_job_variables, read_deployments

BESIDE = """\
deployments:
- name: nightly  # every night
  job_variables:
    # where the bucket is
    env: {REGION: "eu"}
    image: "shop:1"

  work_pool:
    name: etl
  entrypoint: etl.py:etl
"""
UNDER = """\
deployments:
- name: nightly  # every night

  work_pool:
    name: etl
    job_variables:
      # where the bucket is
      env: {REGION: "eu"}
      image: "shop:1"
  entrypoint: etl.py:etl
"""


def test_they_move_with_their_comments() -> None:
    assert move_job_variables(BESIDE, 0) == UNDER
    (deployment,) = read_deployments(UNDER).deployments
    assert deployment.misplaced is None
    assert [entry.name for entry in deployment.env] == ["REGION"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_from_the_end_of_the_file_and_with_its_line_ends(newline: str, end: str) -> None:
    before = textwrap.dedent(
        """\
        deployments:
        - work_pool:
              name: etl
          job_variables:
            env:
              A: one
                two"""
    )
    after = textwrap.dedent(
        """\
        deployments:
        - work_pool:
              name: etl
              job_variables:
                env:
                  A: one
                    two
        """
    )
    assert move_job_variables((before + end).replace("\n", newline), 0) == after.replace("\n", newline)


def test_a_text_that_would_get_a_line_break_stays() -> None:
    """A block scalar of the last line gets one when lines follow it."""
    text = "deployments:\n- work_pool:\n    name: etl\n  job_variables:\n    env:\n      A: |\n        a"
    with pytest.raises(Refused, match="change more"):
        move_job_variables(text, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("deployments:\n- name: a\n  job_variables: {env: {A: b}}\n", "no work_pool"),
        (BESIDE.replace("    name: etl\n", "    name: etl\n    job_variables: {}\n"), "of its own"),
        (BESIDE.replace("work_pool:\n    name: etl", "work_pool: {name: etl}"), "in one line"),
        (BESIDE.replace("work_pool:\n    name: etl", "work_pool: etl"), "no mapping"),
        ("deployments:\n- job_variables: {env: {A: b}}\n  work_pool:\n    name: etl\n", "beside a dash"),
        ("deployments: [{name: a, job_variables: {env: {A: b}}}]\n", "in one line"),
        (BESIDE.replace("  work_pool:", "  work_pool: &pool") + "- name: b\n  work_pool: *pool\n", "change more"),
        ("deployments:\n- name: a\n", "no job_variables"),
        ("deployments: [\n", "not valid YAML"),
    ],
)
def test_what_a_person_has_to_move(text: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        move_job_variables(textwrap.dedent(text), 0)
    assert words in caught.value.reason
