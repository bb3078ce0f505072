"""The codemod that gives deployments made in code their environment variables."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.deployment_calls import deployment_calls, deployment_name
from envlift_codemods.edits import AddJobVariables
from envlift_codemods.one_file import edited, parsed


class DeploymentEnv(CodemodCommand):
    """Merge variables into ``job_variables`` of ``.deploy()``, ``.to_deployment()`` and ``RunnerDeployment.from_…``."""

    DESCRIPTION = "Add environment variables to the job variables of Prefect deployments made in code."

    def __init__(self, context: CodemodContext, env: Sequence[str] = (), deployment: str | None = None) -> None:
        super().__init__(context)
        self.env = tuple((name, value) for name, _, value in (entry.partition("=") for entry in env))
        self.deployment = deployment

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument(
            "--env",
            metavar="NAME=VALUE",
            action="append",
            required=True,
            help="an environment variable that is not secret; may be given several times",
        )
        arg_parser.add_argument("--deployment", metavar="NAME", help="only the deployment of this name")

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        module = parsed(self, tree)
        if module is None:
            return tree
        edits: list[AddJobVariables] = []
        for call in deployment_calls(module):
            name = deployment_name(call)
            if self.deployment is not None and name is None:
                self.warn(f"line {call.lineno}: left as it is: the deployment's name is not written here")
            if self.deployment in (None, name):
                edits.append(AddJobVariables(module.span(call), self.env))
        return edited(self, tree, edits)
