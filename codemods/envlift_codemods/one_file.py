"""What the codemods share when each runs alone on one file: options, warnings, and keeping what cannot be edited."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import PurePath

import libcst as cst
from libcst.codemod import Codemod

from envlift_codemods.call_time import has_coroutines
from envlift_codemods.constants import constant_of
from envlift_codemods.edits import AS_USUAL, Edit, Form, Loading, Refused, SinkConstant
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import Read
from envlift_codemods.replacing import rewrite


def named_choices(options: Sequence[str]) -> dict[str, str]:
    """``NAME`` or ``NAME=CHOICE`` as given on the command line, each name once; an absent choice is empty."""
    return {name: choice for name, _, choice in (option.partition("=") for option in options)}


def block_name(setting: str) -> str:
    """The block name of a setting for which nobody chose one: Prefect takes lower case, digits and dashes."""
    return re.sub(r"[^a-z0-9]", "-", setting.lower())


def add_loading_args(arg_parser: argparse.ArgumentParser) -> None:
    """The options that say how blocks are loaded; ``Loading`` takes what they give."""
    arg_parser.add_argument(
        "--exact",
        action="store_true",
        help="take the stored text as it is, for blocks that something else than `envlift push` fills",
    )
    arg_parser.add_argument(
        "--await-load", action="store_true", help="await Secret.load in coroutines, for Prefect before 3.1.7"
    )


def parsed(command: Codemod, tree: cst.Module) -> ParsedModule | None:
    """The file for the rules, or None with a warning where this Python cannot parse it."""
    try:
        return ParsedModule(tree.bytes)
    except (SyntaxError, ValueError, RecursionError) as error:
        command.warn(f"left as it is: this Python cannot parse the file ({type(error).__name__})")
        return None


def sinking(module: ParsedModule, site: Read | Span, block: str) -> SinkConstant | str:
    """What sinks the constant that holds a read, or the literal at a span; or why it stays."""
    constant = constant_of(module, site)
    if isinstance(constant, str):
        return constant
    missing = constant.when_missing()
    if isinstance(missing, str):
        return missing
    form = Form.LOAD_SYNC if has_coroutines(module) else Form.LOAD
    return SinkConstant(constant.given, block, constant.name, form, constant.wrapped, missing)


def edited(command: Codemod, tree: cst.Module, edits: Sequence[Edit], loading: Loading = AS_USUAL) -> cst.Module:
    """The file with all edits made that are possible; each of the others becomes a warning."""
    source = tree.bytes
    try:
        return cst.parse_module(_rewritten(command, source, edits, loading), tree.config_for_parsing)
    except Refused as refused:
        possible = [edit for edit in edits if not _refused_alone(command, source, edit, loading)]
        if len(possible) in (0, len(edits)):
            if possible:
                command.warn(f"left as it is: {refused}")
            return tree
    return edited(command, tree, possible, loading)


def _rewritten(command: Codemod, source: bytes, edits: Sequence[Edit], loading: Loading) -> bytes:
    name = PurePath(command.context.filename or "").name
    return rewrite(source, edits, keep_imports=name == "__init__.py", loading=loading)


def _refused_alone(command: Codemod, source: bytes, edit: Edit, loading: Loading) -> bool:
    try:
        _rewritten(command, source, [edit], loading)
    except Refused as refused:
        command.warn(f"left as it is: {refused}")
        return True
    return False
