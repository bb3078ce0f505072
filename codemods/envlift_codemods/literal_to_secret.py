"""The codemod that turns literals into Secret blocks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.assigned_literals import assigned_literals
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.edits import Loading, LoadSecret
from envlift_codemods.one_file import add_loading_args, block_name, edited, named_choices, parsed


class LiteralToSecret(CodemodCommand):
    """Replace what functions assign to chosen variables or pass to chosen keywords; warn about every other place."""

    DESCRIPTION = "Replace string and number literals inside functions by loading a Prefect Secret block."

    def __init__(
        self, context: CodemodContext, variable: Sequence[str] = (), *, exact: bool = False, await_load: bool = False
    ) -> None:
        super().__init__(context)
        self.loading = Loading(exact=exact, has_aload=not await_load)
        self.blocks = {name: block or block_name(name) for name, block in named_choices(variable).items()}

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument(
            "--variable",
            metavar="NAME[=block-name]",
            action="append",
            required=True,
            help="a variable or keyword whose literal becomes a Secret block; may be given several times",
        )
        add_loading_args(arg_parser)

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        module = parsed(self, tree)
        if module is None:
            return tree
        edits: list[LoadSecret] = []
        for name, node in assigned_literals(module):
            if name not in self.blocks:
                continue
            span = module.span(node)
            form = form_for(module, span)
            if isinstance(form, Stays):
                self.warn(f"line {span.line}: the literal of {name} stays: {form.reason}")
            else:
                edits.append(LoadSecret(span, self.blocks[name], form))
        return edited(self, tree, edits, self.loading)
