"""Variables set by a pull step: where it goes, what stays, and where no step can stand."""

from __future__ import annotations

import textwrap

import pytest
import yaml

from envlift.prefect_yaml import PullVariable, Refused, read_deployments, set_in_pull

TOKEN = "{{ prefect.blocks.secret.api-token }}"
SET_TOKEN = {"environment_step.py:set_environment": {"variables": {"API_TOKEN": TOKEN}}}


def edited(text: str, *changes: PullVariable) -> str:
    return set_in_pull(textwrap.dedent(text), changes or [PullVariable(0, "API_TOKEN", TOKEN)])


def refused(text: str, *changes: PullVariable) -> str:
    with pytest.raises(Refused) as caught:
        edited(text, *changes)
    return caught.value.reason


LOCAL = """\
    pull:
    - prefect.deployments.steps.set_working_directory:
        directory: /srv/shop  # where the workers have it

    deployments:
    - name: nightly
      entrypoint: flows/etl.py:main
"""


def test_a_step_behind_those_of_the_file() -> None:
    assert edited(LOCAL) == textwrap.dedent(
        """\
        pull:
        - prefect.deployments.steps.set_working_directory:
            directory: /srv/shop  # where the workers have it
        - environment_step.py:set_environment:
            variables:
              API_TOKEN: "{{ prefect.blocks.secret.api-token }}"

        deployments:
        - name: nightly
          entrypoint: flows/etl.py:main
        """
    )


def test_a_clone_is_entered_first() -> None:
    """A step's file is looked for in the working directory, which a clone does not change."""
    text = """\
        deployments:
          - name: nightly
            pull:
              - prefect.deployments.steps.git_clone:
                  repository: https://example.org/shop.git
              - prefect.deployments.steps.pip_install_requirements: {requirements_file: r.txt}
            entrypoint: flows/etl.py:main
    """
    after = edited(text)
    assert after == textwrap.dedent(text).replace(
        "{requirements_file: r.txt}\n",
        """{requirements_file: r.txt}
      - prefect.deployments.steps.set_working_directory:
          directory: "{{ directory }}"
      - environment_step.py:set_environment:
          variables:
            API_TOKEN: "{{ prefect.blocks.secret.api-token }}"
""",
    )
    assert yaml.safe_load(after)["deployments"][0]["pull"][3] == SET_TOKEN


@pytest.mark.parametrize(
    "steps",
    [
        "[{prefect.deployments.steps.git_clone: {repository: x}}]",
        "{prefect.deployments.steps.git_clone: {repository: x}}",
    ],
)
def test_steps_in_one_line_are_left_to_a_person(steps: str) -> None:
    assert refused(f"pull: {steps}\ndeployments:\n- name: a\n")


def test_a_second_variable_joins_the_first() -> None:
    once = edited(LOCAL)
    twice = edited(once, PullVariable(0, "PIN", "{{ prefect.blocks.secret.pin }}"))
    assert twice == once.replace('api-token }}"\n', 'api-token }}"\n      PIN: "{{ prefect.blocks.secret.pin }}"\n')
    assert edited(twice) == twice


def test_a_variable_that_is_set_to_something_else_stays() -> None:
    other = edited(LOCAL).replace("secret.api-token", "secret.mine")
    assert "something else" in refused(other)


def test_deployments_of_one_list_share_the_step() -> None:
    text = LOCAL + "    - name: hourly\n      entrypoint: flows/etl.py:other\n"
    both = [PullVariable(index, "API_TOKEN", TOKEN) for index in (0, 1)]
    assert edited(text, *both).count("API_TOKEN") == 1


def test_only_the_deployments_own_steps_change() -> None:
    text = LOCAL + "      pull:\n      - prefect.deployments.steps.set_working_directory: {directory: /opt/shop}\n"
    before, after = yaml.safe_load(textwrap.dedent(text)), yaml.safe_load(edited(text))
    assert after["pull"] == before["pull"]
    assert after["deployments"][0]["pull"] == [*before["deployments"][0]["pull"], SET_TOKEN]


def test_line_ends_stay() -> None:
    text = textwrap.dedent(LOCAL).replace("\n", "\r\n")
    after = set_in_pull(text, [PullVariable(0, "API_TOKEN", TOKEN)])
    assert after.count("\n") == after.count("\r\n") == text.count("\r\n") + 3


def test_steps_that_others_share_by_an_alias_stay() -> None:
    text = """\
        deployments:
        - name: a
          pull: &steps
          - prefect.deployments.steps.set_working_directory: {directory: /srv}
        - name: b
          pull: *steps
    """
    assert "would change" in refused(text)
    assert "stand elsewhere" in refused(text, PullVariable(1, "API_TOKEN", TOKEN))


CLONE = "pull:\n- prefect.deployments.steps.git_clone: {repository: x}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("deployments:\n- name: a\n", "the machine that deploys"),
        ("pull:\ndeployments:\n- name: a\n", "the machine that deploys"),
        ("pull: []\ndeployments:\n- name: a\n", "no list of steps"),
        ("pull:\n- shop.steps.fetch: {}\ndeployments:\n- name: a\n", "shop.steps.fetch"),
        ("pull:\n- prefect.deployments.steps.run_shell_script: {script: ls}\ndeployments:\n- name: a\n", "no code"),
        (CLONE.replace("x}", "x, directories: [a]}") + "deployments:\n- name: a\n", "a part of the repository"),
        (CLONE + "deployments:\n- name: a\n  work_pool: {job_variables: {image: shop:1}}\n", "in an image"),
        (
            CLONE + "build:\n- prefect_docker.deployments.steps.build_docker_image: {}\ndeployments:\n- name: a\n",
            "in an image",
        ),
        (CLONE + "build:\n- shop.steps.pack: {}\ndeployments:\n- name: a\n", "another folder"),
    ],
)
def test_where_no_step_can_stand(text: str, words: str) -> None:
    assert words in read_deployments(text).deployments[0].step_trouble
    assert words in refused(text)


@pytest.mark.parametrize(
    "text", [LOCAL, CLONE + "push:\n- prefect_aws.deployments.steps.push_to_s3: {}\ndeployments: [{}]"]
)
def test_where_a_step_can_stand(text: str) -> None:
    assert read_deployments(textwrap.dedent(text)).deployments[0].step_trouble == ""


def test_our_own_step_is_no_hindrance() -> None:
    assert read_deployments(edited(LOCAL)).deployments[0].step_trouble == ""
