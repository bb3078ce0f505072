"""The codemod that turns literals into environment reads."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.assigned_literals import assigned_literals
from envlift_codemods.edits import ReadEnvironment
from envlift_codemods.one_file import edited, named_choices, parsed


class LiteralToEnv(CodemodCommand):
    """Replace the literals of chosen variables or keywords; numbers are converted back, what cannot be is warned of."""

    DESCRIPTION = "Replace string and number literals by reading an environment variable."

    def __init__(self, context: CodemodContext, variable: Sequence[str] = (), *, keep_literal: bool = False) -> None:
        super().__init__(context)
        self.keep_literal = keep_literal
        self.names = {name: chosen or _variable_name(name) for name, chosen in named_choices(variable).items()}

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument(
            "--variable",
            metavar="NAME[=ENV_NAME]",
            action="append",
            required=True,
            help="a variable or keyword whose literal becomes an environment read; may be given several times",
        )
        arg_parser.add_argument(
            "--keep-literal", action="store_true", help="leave the literal as the default of the read"
        )

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        module = parsed(self, tree)
        if module is None:
            return tree
        edits = [
            ReadEnvironment(module.span(node), self.names[name], self.keep_literal)
            for name, node in assigned_literals(module)
            if name in self.names
        ]
        return edited(self, tree, edits)


def _variable_name(name: str) -> str:
    return re.sub(r"\W+", "_", name).upper()
