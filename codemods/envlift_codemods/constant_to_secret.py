"""The codemod that moves module-level constants into the functions that use them, as loads of Secret blocks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.edits import Loading, SinkConstant
from envlift_codemods.one_file import add_loading_args, block_name, edited, named_choices, parsed, sinking
from envlift_codemods.parsed import Place
from envlift_codemods.reads import find_reads


class ConstantToSecret(CodemodCommand):
    """Sink the constants that hold chosen variables where no use needs them at import; warn about the others.

    It sees one file, so a constant that other files import is for ``envlift migrate``, which sees them all.
    """

    DESCRIPTION = "Move module-level constants into the functions that use them, where each loads a Secret block."

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
        edits: list[SinkConstant] = []
        for read in find_reads(module):
            if read.name is None or read.name not in self.blocks or read.place is not Place.MODULE:
                continue
            edit = sinking(module, read, self.blocks[read.name])
            if isinstance(edit, str):
                self.warn(f"line {read.span.line}: {read.name} stays an environment read: {edit}")
            else:
                edits.append(edit)
        return edited(self, tree, edits, self.loading)
