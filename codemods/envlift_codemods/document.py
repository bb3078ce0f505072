"""One source file seen twice: the standard library's tree for meaning, LibCST's for text; both must agree."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from envlift_codemods.edits import Refused
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import Read, find_reads
from envlift_codemods.source_text import SourceText


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file.

    Args:
        text: Its decoded source.
        syntax: The standard library's view, for scopes and places.
        tree: LibCST's view, for comments, quotes, commas and parentheses.
        positions: Where each node of ``tree`` stands.
        nodes: The expressions of ``syntax`` by span, the outermost first where several share one.
        written: The expressions of ``tree`` by span, likewise.
        formatted: The f-strings of ``tree`` and the expressions in them.
        reads: The environment reads by span.
    """

    text: SourceText
    syntax: ParsedModule
    tree: cst.Module
    positions: Mapping[cst.CSTNode, CodeRange]
    nodes: Mapping[Span, tuple[ast.expr, ...]]
    written: Mapping[Span, cst.BaseExpression]
    formatted: tuple[cst.FormattedString | cst.FormattedStringExpression, ...]
    reads: Mapping[Span, Read]

    def span(self, node: cst.CSTNode) -> Span:
        return _span(self.positions[node])

    def meaning(self, span: Span) -> ast.expr:
        """The expression at a span.

        Raises:
            Refused: nothing stands there.
        """
        found = self.nodes.get(span)
        if not found:
            raise Refused("no expression stands where the edit expects one", span.line)
        return found[0]

    def writing(self, span: Span) -> cst.BaseExpression:
        """LibCST's node for the expression at a span.

        Raises:
            Refused: the two parsers do not find the same expression there.
        """
        found = self.written.get(span)
        if found is None or not self._reads_as(span):
            raise Refused("the parsers disagree about what stands here", span.line)
        return found

    def _reads_as(self, span: Span) -> bool:
        try:
            alone = quietly_parsed(f"({self.text.at(span)}\n)", "eval")
        except (SyntaxError, ValueError):
            return False
        return isinstance(alone, ast.Expression) and ast.dump(alone.body) == ast.dump(self.meaning(span))


def open_document(source: bytes) -> Document:
    """Parse a file for rewriting.

    Raises:
        Refused: a parser cannot read it, or LibCST would not give it back byte for byte.
    """
    try:
        text = SourceText.decoded(source)
        syntax = ParsedModule(source)
        tree = cst.parse_module(source)
        positions = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    except SyntaxError as error:
        raise Refused("the file does not parse", error.lineno or 1) from None
    except cst.ParserSyntaxError as error:
        raise Refused("the file does not parse", error.raw_line) from None
    except (ValueError, LookupError):
        raise Refused("the file is not text in the encoding that it declares", 1) from None
    except RecursionError:
        raise Refused("an expression is nested too deeply", 1) from None
    if tree.code != text.text:
        raise Refused("the file holds characters that the parser would not keep", 1)
    written = {_span(at): node for node, at in positions.items() if isinstance(node, cst.BaseExpression)}
    formatted = tuple(n for n in positions if isinstance(n, (cst.FormattedString, cst.FormattedStringExpression)))
    reads = {read.span: read for read in find_reads(syntax)}
    return Document(text, syntax, tree, positions, _by_span(syntax), written, formatted, reads)


def quietly_parsed(code: str | bytes, mode: str = "exec") -> ast.AST:
    """``ast.parse`` without the warnings that the code's own oddities cause."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code, mode=mode)


def _span(at: CodeRange) -> Span:
    return Span(at.start.line, at.start.column, at.end.line, at.end.column)


def _by_span(syntax: ParsedModule) -> Mapping[Span, tuple[ast.expr, ...]]:
    found: dict[Span, tuple[ast.expr, ...]] = {}
    for node in syntax.nodes:
        if isinstance(node, ast.expr):
            span = syntax.span(node)
            found[span] = (*found.get(span, ()), node)
    return found
