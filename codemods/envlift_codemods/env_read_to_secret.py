"""The codemod that turns environment reads into Secret blocks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.edits import Loading, LoadSecret
from envlift_codemods.one_file import add_loading_args, block_name, edited, named_choices, parsed
from envlift_codemods.reads import find_reads


class EnvReadToSecret(CodemodCommand):
    """Replace the reads of chosen variables where that keeps their meaning; warn about every other read of them."""

    DESCRIPTION = "Replace environment reads inside functions by loading a Prefect Secret block."

    def __init__(
        self, context: CodemodContext, setting: Sequence[str] = (), *, exact: bool = False, await_load: bool = False
    ) -> None:
        super().__init__(context)
        self.loading = Loading(exact=exact, has_aload=not await_load)
        self.blocks = {name: block or block_name(name) for name, block in named_choices(setting).items()}

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument(
            "--setting",
            metavar="NAME[=block-name]",
            action="append",
            required=True,
            help="an environment variable that becomes a Secret block; may be given several times",
        )
        add_loading_args(arg_parser)

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        module = parsed(self, tree)
        if module is None:
            return tree
        edits: list[LoadSecret] = []
        for read in find_reads(module):
            if read.name is None or read.name not in self.blocks:
                continue
            form = form_for(module, read)
            if isinstance(form, Stays):
                self.warn(f"line {read.span.line}: {read.name} stays an environment read: {form.reason}")
            else:
                edits.append(LoadSecret(read.span, self.blocks[read.name], form))
        return edited(self, tree, edits, self.loading)
