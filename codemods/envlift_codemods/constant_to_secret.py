"""The codemod that moves module-level constants into the functions that use them, as loads of Secret blocks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from envlift_codemods.call_time import has_coroutines
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.edits import Form, Loading, SinkConstant, WhenMissing
from envlift_codemods.one_file import add_loading_args, block_name, edited, named_choices, parsed
from envlift_codemods.parsed import ParsedModule, Place
from envlift_codemods.reads import Read, find_reads


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
        form = Form.LOAD_SYNC if has_coroutines(module) else Form.LOAD
        edits: list[SinkConstant] = []
        for read in find_reads(module):
            if read.name is None or read.name not in self.blocks or read.place is not Place.MODULE:
                continue
            constant, missing = _judged(module, read)
            if isinstance(constant, str):
                self.warn(f"line {read.span.line}: {read.name} stays an environment read: {constant}")
            else:
                block = self.blocks[read.name]
                edits.append(SinkConstant(read.span, block, constant.name, form, constant.wrapped, missing))
        return edited(self, tree, edits, self.loading)


def _judged(module: ParsedModule, read: Read) -> tuple[Constant | str, WhenMissing]:
    """The constant that holds a read, with what stands in for a missing block; or why it stays."""
    constant = constant_of(module, read)
    if isinstance(constant, str):
        return constant, WhenMissing.RAISES
    missing = constant.when_missing()
    return (missing, WhenMissing.RAISES) if isinstance(missing, str) else (constant, missing)
