"""One source file seen twice: the standard library's tree for meaning, LibCST's for text; both must agree."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from envlift_codemods.edits import Refused
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import Read, find_reads
from envlift_codemods.source_text import SourceText


@dataclass(frozen=True, slots=True)
class Layout:
    """Where LibCST's nodes of a piece of a file stand.

    Args:
        spans: The span of each node.
        expressions: The expressions by span, the innermost where several share one.
        formatted: The f-strings and the expressions in them.
    """

    spans: Mapping[cst.CSTNode, Span]
    expressions: Mapping[Span, cst.BaseExpression]
    formatted: tuple[cst.FormattedString | cst.FormattedStringExpression, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file.

    Args:
        text: Its decoded source.
        syntax: The standard library's view, for scopes and places.
        nodes: The expressions of ``syntax`` by span, the outermost first where several share one.
        reads: The environment reads by span.
        layouts: LibCST's view, for comments, quotes, commas and parentheses, of the lines that were asked about.
    """

    text: SourceText
    syntax: ParsedModule
    nodes: Mapping[Span, tuple[ast.expr, ...]]
    reads: Mapping[Span, Read]
    layouts: dict[tuple[int, int], Layout] = field(default_factory=dict)

    def layout(self, span: Span) -> Layout:
        """LibCST's view of the module's own statements around a span; the whole file would take seconds.

        Raises:
            Refused: LibCST cannot read them, or would not give them back character for character.
        """
        lines = self._statement_lines(span)
        if lines not in self.layouts:
            self.layouts[lines] = _layout(self.text, *lines)
        return self.layouts[lines]

    def _statement_lines(self, span: Span) -> tuple[int, int]:
        """The first and last line of the statements of the module itself that a span stands in."""
        first, last = span.line, span.end_line
        for statement in self.syntax.tree.body:
            decorators = getattr(statement, "decorator_list", [])
            start = min(node.lineno for node in (statement, *decorators))
            end = statement.end_lineno or statement.lineno
            if start <= last and first <= end:
                first, last = min(first, start), max(last, end)
        return first, last

    def span(self, node: cst.CSTNode) -> Span:
        return next(layout.spans[node] for layout in self.layouts.values() if node in layout.spans)

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
        found = self.layout(span).expressions.get(span)
        if found is None or not self._reads_as(span):
            raise Refused("the parsers disagree about what stands here", span.line)
        return found

    def _reads_as(self, span: Span) -> bool:
        """Whether the text at the span, parsed alone, is the expression that the file's own tree has there."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                alone = ast.parse(f"({self.text.at(span)}\n)", mode="eval")
        except (SyntaxError, ValueError):
            return False
        return ast.dump(alone.body) == ast.dump(self.meaning(span))


def open_document(source: bytes) -> Document:
    """Parse a file for rewriting.

    Args:
        source: The file as it is on disk.

    Raises:
        Refused: it cannot be read.
    """
    try:
        text = SourceText.decoded(source)
        syntax = ParsedModule(source)
    except SyntaxError as error:
        raise Refused("the file does not parse", error.lineno or 1) from None
    except (ValueError, LookupError):
        raise Refused("the file is not text in the encoding that it declares", 1) from None
    except RecursionError:
        raise Refused("an expression is nested too deeply", 1) from None
    return Document(text, syntax, _by_span(syntax), {read.span: read for read in find_reads(syntax)})


class _Positions(MetadataWrapper):
    """Resolves positions without the walk through the whole tree for visitors that there are none of."""

    def visit_batched(
        self, visitors: Iterable[cst.BatchableCSTVisitor], before_visit: Any = None, after_leave: Any = None
    ) -> cst.CSTNode:
        wanted = list(visitors)
        return super().visit_batched(wanted, before_visit, after_leave) if wanted else self.module


def _layout(text: SourceText, first: int, last: int) -> Layout:
    piece = text.text[text.line_starts[first - 1] : text.line_range(last)[1]]
    try:
        tree = cst.parse_module(piece)
    except cst.ParserSyntaxError as error:
        raise Refused("the file does not parse", first - 1 + error.raw_line) from None
    except RecursionError:
        raise Refused("an expression is nested too deeply", first) from None
    if tree.code != piece:
        raise Refused("the file holds characters that the parser would not keep", first)
    positions = _Positions(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    spans = {node: _span(at, first - 1) for node, at in positions.items()}
    return Layout(
        spans,
        {span: node for node, span in spans.items() if isinstance(node, cst.BaseExpression)},
        tuple(node for node in spans if isinstance(node, (cst.FormattedString, cst.FormattedStringExpression))),
    )


def _span(at: CodeRange, above: int) -> Span:
    return Span(above + at.start.line, at.start.column, above + at.end.line, at.end.column)


def _by_span(syntax: ParsedModule) -> Mapping[Span, tuple[ast.expr, ...]]:
    found: dict[Span, tuple[ast.expr, ...]] = {}
    for node in syntax.nodes:
        if isinstance(node, ast.expr):
            span = syntax.span(node)
            found[span] = (*found.get(span, ()), node)
    return found
