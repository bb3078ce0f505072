"""Move a module-level constant into the functions of one file that use it: what goes, and what they load instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from envlift_codemods.constant_uses import Making, brought_by, reference_nodes, uses_of_constant, why_a_star
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.document import Document
from envlift_codemods.edits import Edit, Form, Refused, SinkConstant, WhenMissing
from envlift_codemods.free_names import all_names, free_name
from envlift_codemods.kept_missing import HANDLED
from envlift_codemods.made_constants import Made, Recipe, imported_names, imports_from, made_from, needed_for
from envlift_codemods.parsed import Span
from envlift_codemods.source_text import LINTER
from envlift_codemods.value_edits import BLOCK_NAME, is_shown_as_text

_CONVERSION = re.compile(r"\b(\w+)\((?=[\w({])")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Others:
    """What the edits of other files mean for one file.

    Args:
        recipes: How other files make what an import brings, for the edits that ask for it.
        taken: What the file makes from its constants and others import.
    """

    recipes: Mapping[SinkConstant, Recipe] = field(default_factory=dict)
    taken: Set[str] = frozenset()


ALONE = Others()


@dataclass(frozen=True, slots=True)
class Sinking:
    """One constant of a file on its way into functions.

    Args:
        edit: What asks for it.
        local: The variable in the functions that holds what they load.
        functions: The functions that load it, in the order of the source.
        statements: The statements that go: assignment and guards; none where the constant is imported.
        references: What becomes the variable: what is written ``config.TOKEN`` today, or a part of what is made.
        imported: The imported name that goes for certain; None where only its module is imported.
        remark: A comment that moves along with the constant.
        made: What the module makes from the constant, and what each function makes by itself.
        default: What the functions go on with where there is no block, where the file writes that.
        recipe: How the functions make what the import brings; None where that is the constant itself.
        brings: What has to be imported in the place of what is made, as it is made with that.
    """

    edit: SinkConstant
    local: str
    functions: tuple[Function, ...]
    statements: tuple[ast.stmt, ...] = ()
    references: tuple[ast.expr, ...] = ()
    imported: Span | None = None
    remark: str = ""
    made: tuple[Made, ...] = ()
    default: str = ""
    recipe: Recipe | None = None
    brings: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """What stands in the place of the references."""
        return self.local if self.recipe is None else self.recipe.name

    @property
    def gone(self) -> tuple[ast.AST, ...]:
        """What is nowhere any more; what is made from the constant is still made, in functions."""
        return (*self.statements, *self.references)

    def hands_on(self, name: str) -> bool:
        """Whether other files can import something by this name that is made from the constant."""
        passed_on = self.recipe is not None and self.imported is not None and self.recipe.name == name
        return passed_on or name in {made.name for made in self.made}

    def needed_by(self, document: Document, function: Function) -> tuple[Made, ...]:
        """What a function makes from the constant, in the order of the source."""
        names = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and _is_of_module(document, n)}
        return needed_for(self.made, names)


def sinking_of(document: Document, edit: SinkConstant, others: Others = ALONE) -> Sinking:
    """What an edit means in its file.

    Raises:
        Refused: the file uses the constant in a way that no local variable can stand for.
    """
    line = edit.span.line
    if not BLOCK_NAME.fullmatch(edit.block):
        raise Refused("the block name is not made of lower-case letters, digits and dashes", line)
    if edit.form is Form.ALOAD:
        raise Refused("`await` is not allowed in a plain function", line)
    alias = next((a for a in document.syntax.of(ast.alias) if document.syntax.span(a) == edit.span), None)
    sinking = _of_definition(document, edit, others) if alias is None else _of_import(document, edit, alias, others)
    for conversion in (*_CONVERSION.findall(edit.wrapped), HANDLED):
        if any(document.syntax.scope(f.body[0]).lookup(conversion) is not None for f in sinking.functions):
            raise Refused(f"the name {conversion} means something else in this file", line)
    return sinking


def refuse_edits_in_what_moves(document: Document, edits: Sequence[Edit], sinkings: Sequence[Sinking]) -> None:
    """What is made in functions holds nothing that is edited at the module's level, but the parts that they load."""
    moving = [document.syntax.span(made.statement) for sinking in sinkings for made in sinking.made]
    parts = {sinking.edit for sinking in sinkings}
    for edit in edits:
        if edit not in parts and any(edit.span.within(span) for span in moving):
            raise Refused("another edit stands in what moves into functions", edit.span.line)


def _of_definition(document: Document, edit: SinkConstant, others: Others) -> Sinking:
    line = edit.span.line
    constant = constant_of(document.syntax, document.reads.get(edit.span, edit.span))
    if isinstance(constant, str):
        raise Refused(constant, line)
    if (constant.name, constant.wrapped) != (edit.constant, edit.wrapped):
        raise Refused("the constant is not what the plan says", line)
    functions = _functions(document, constant.name, line, constant.around, others.taken)
    default = _default(document, constant, edit)
    if default and len(functions) > 1:
        raise Refused("the default would stand in several functions", line)
    if constant.remark and not functions and not LINTER.fullmatch(constant.remark):
        raise Refused("a comment stands on the constant's line, and nothing here could take it", line)
    made = made_from(document.syntax, constant.name)
    statements = tuple(_statements(document, constant))
    whole = Sinking(edit, constant.name, functions, statements, remark=constant.remark, made=made, default=default)
    return whole if constant.around is None else _of_part(document, whole, constant.around)


def _of_part(document: Document, whole: Sinking, around: Made) -> Sinking:
    """Functions load a part into a variable of its own and make the constant from that."""
    document.writing(whole.edit.span)
    if is_shown_as_text(document, whole.edit.span):
        raise Refused("an f-string shows the text of this expression", whole.edit.span.line)
    read = document.reads.get(whole.edit.span)
    called = re.sub(r"\W", "_", read.name if read is not None and read.name else whole.edit.block).lower()
    local = free_name(called, all_names(document.syntax.tree), whole.edit.span.line)
    return replace(
        whole,
        local=local,
        references=(document.meaning(whole.edit.span),),
        made=(replace(around, uses=frozenset({local})), *whole.made),
    )


def _default(document: Document, constant: Constant, edit: SinkConstant) -> str:
    """The code of the default that the file writes, where that stands in for a missing block."""
    missing = constant.when_missing()
    if isinstance(missing, str):
        raise Refused(missing, edit.span.line)
    if missing is not edit.missing:
        raise Refused("the constant is not what the plan says", edit.span.line)
    if missing is not WhenMissing.DEFAULT or constant.default is None:
        return ""
    return document.text.at(document.syntax.span(constant.default))


def _of_import(document: Document, edit: SinkConstant, alias: ast.alias, others: Others) -> Sinking:
    brought = brought_by(document.syntax, alias, edit.constant)
    if isinstance(brought, str):
        raise Refused(brought, edit.span.line)
    recipe = others.recipes.get(edit)
    if edit.made_in and recipe is None:
        raise Refused(f"what {edit.constant} is made from is told by {edit.made_in} alone", edit.span.line)
    functions = _functions(document, brought.reference, edit.span.line, recipe, others.taken)
    if edit.missing is WhenMissing.DEFAULT and functions:
        raise Refused("the default stands in another file", edit.span.line)
    if functions and (starred := why_a_star(document.syntax, set(_CONVERSION.findall(edit.wrapped)))):
        raise Refused(starred, edit.span.line)
    if brought.own_name:
        made = made_from(document.syntax, brought.reference)
        sinking = Sinking(edit, brought.reference, functions, imported=edit.span, made=made)
    else:
        references = tuple(reference_nodes(document.syntax, brought.reference))
        sinking = Sinking(edit, edit.constant, functions, references=references)
    if recipe is None:
        return sinking
    brings = _brings(document, edit, alias, recipe.imported) if functions else ()
    return replace(_with_recipe(document, sinking, recipe.named(sinking.local)), brings=brings)


def _brings(document: Document, edit: SinkConstant, alias: ast.alias, names: Set[str]) -> tuple[str, ...]:
    """Those of some names of the file that makes something which are not imported from there yet."""
    statement = document.syntax.parent(alias)
    if names and (alias.name != edit.constant or not imports_from(statement, edit.made_in)):
        raise Refused(f"{edit.constant} is made with {min(names)} of its own file", edit.span.line)
    bindings = document.syntax.scopes.module.bindings
    (made,) = bindings[alias.asname or alias.name]
    origin = str(made).removesuffix(alias.name)
    there = {n for n in imported_names(document.syntax) if bindings.get(n) == [f"{origin}{n}"]}
    return tuple(sorted(names - there))


def _with_recipe(document: Document, sinking: Sinking, recipe: Recipe) -> Sinking:
    """Functions load the constant into a variable of its own and make what the import brings from that."""
    local = recipe.local
    if recipe.is_open:
        taken = all_names(document.syntax.tree) | recipe.variables | {recipe.name}
        local = free_name(local, taken, sinking.edit.span.line)
    return replace(sinking, local=local, recipe=recipe)


def _functions(
    document: Document, reference: str, line: int, around: Making | None, elsewhere: Set[str]
) -> tuple[Function, ...]:
    uses = uses_of_constant(document.syntax, reference, around, elsewhere)
    stopped = next((use for use in uses if use.obstacle), None)
    if stopped is not None:
        raise Refused(stopped.obstacle, stopped.span.line)
    found: dict[int, Function] = {}
    names = [reference, *(made.name for made in made_from(document.syntax, reference))]
    for node in (node for name in names for node in reference_nodes(document.syntax, name)):
        outer = document.syntax.outermost(node)
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[outer.lineno] = outer
        elif outer is not None:
            raise Refused("it is used in a lambda outside of functions", line)
    return tuple(found[at] for at in sorted(found))


def _is_of_module(document: Document, node: ast.Name) -> bool:
    found = document.syntax.scope(node).lookup(node.id)
    return found is not None and found[0].parent is None


def _statements(document: Document, constant: Constant) -> Iterator[ast.stmt]:
    wanted = {*constant.guards} if constant.around is not None else {constant.statement, *constant.guards}
    return (s for s in document.syntax.tree.body if document.syntax.span(s) in wanted)
