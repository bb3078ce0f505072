"""A Python source as the standard library reads it: its tree, and its lines as the tree counts their columns."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings


def tree_of(source: bytes) -> ast.Module:
    """The syntax tree; syntax that is newer than the running Python is parsed in an older form of the same length.

    Raises:
        SyntaxError, ValueError: the source is broken, or even the older form is too new.
        RecursionError: an expression is nested too deeply.
    """
    with warnings.catch_warnings():
        # Odd escapes in the code that is read are its owner's business, not trouble of this run.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except SyntaxError as error:
            from envlift_codemods.newer_syntax import in_older_syntax  # noqa: PLC0415 - slow to import, seldom needed

            try:
                return ast.parse(in_older_syntax(source))
            except SyntaxError:
                raise error from None


def utf8_lines(source: bytes) -> list[bytes]:
    """The lines in UTF-8, whose bytes ``ast`` counts whatever encoding the file declares."""
    if source.isascii():
        return source.splitlines(keepends=True)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding, "replace").encode("utf-8", "replace").splitlines(keepends=True)
