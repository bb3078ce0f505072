"""A pull step in prefect.yaml that sets the variable from the block before the flow's code is imported."""

from __future__ import annotations

import posixpath

from envlift.feeds.feed import Feed
from envlift.inventory import Deployment, DeploymentKind
from envlift.plan import Target, TargetKind
from envlift.prefect_yaml import OWN_STEP

MODULE = b'''\
"""The pull step of prefect.yaml by which flow runs get Secret blocks as environment variables."""

import os
from collections.abc import Mapping


def set_environment(variables: Mapping[str, str]) -> None:
    """Set variables for the flow run that is about to start; one that it has already stays as it is."""
    for name, value in variables.items():
        os.environ.setdefault(name, value)
'''


def offer(deployment: Deployment) -> Target | str:
    if deployment.kind is not DeploymentKind.PREFECT_YAML:
        return ""
    if deployment.step_trouble:
        return deployment.step_trouble
    module = posixpath.join(deployment.code_root, OWN_STEP.partition(":")[0])
    return Target(TargetKind.PREFECT_YAML, deployment.name, deployment.path, deployment.index, module=module)


FEED = Feed(TargetKind.PREFECT_YAML, "a pull step of {} sets it from the block", offer)
