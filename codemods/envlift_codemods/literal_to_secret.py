"""The codemod that turns literals into Secret blocks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.assigned_literals import assigned_literals
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.edits import Loading, LoadSecret, SinkConstant
from envlift_codemods.one_file import add_loading_args, block_name, edited, named_choices, parsed, sinking
from envlift_codemods.parsed import ParsedModule, Place, Span


class LiteralToSecret(CodemodCommand):
    """Replace what chosen variables and keywords are given, in functions and in constants; warn about other places.

    It sees one file, so a constant that other files import is for ``envlift migrate``, which sees them all.
    """

    DESCRIPTION = "Replace string and number literals by loading a Prefect Secret block, inside functions."

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
        edits: list[LoadSecret | SinkConstant] = []
        for name, node in assigned_literals(module):
            if name not in self.blocks:
                continue
            span = module.span(node)
            edit = _edit(module, span, self.blocks[name])
            if isinstance(edit, str):
                self.warn(f"line {span.line}: the literal of {name} stays: {edit}")
            else:
                edits.append(edit)
        return edited(self, tree, edits, self.loading)


def _edit(module: ParsedModule, span: Span, block: str) -> LoadSecret | SinkConstant | str:
    """What loads the block where the literal is used, or why it stays."""
    node = module.expression_at(span)
    if node is not None and module.place(node) is Place.MODULE:
        return sinking(module, span, block)
    form = form_for(module, span)
    return form.reason if isinstance(form, Stays) else LoadSecret(span, block, form)
