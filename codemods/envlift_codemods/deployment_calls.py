"""Give the deployment that a call makes more environment variables: ``job_variables={"env": {…}}``, merged in."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import libcst as cst

from envlift_codemods.bracketed import Bracketed, appended, item_indent, line_indent, on_one_line, spread
from envlift_codemods.document import Document
from envlift_codemods.edits import AddJobVariables, Refused
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.source_text import SourceText, Splice

_METHODS = frozenset({"deploy", "to_deployment"})
_CONSTRUCTORS = frozenset({"from_flow", "from_storage", "from_entrypoint"})
_DEPLOYS_OTHERS = frozenset(
    {"prefect.deploy", "prefect.deployments.deploy", "prefect.deployments.runner.deploy", "prefect.main.deploy"}
)
# Longer lines than this get one entry a line.
_WIDTH = 100
_UNIT = "    "
# `job_variables` comes later than this in all of Prefect's signatures; more than two by position is unheard of.
_POSITIONAL = 2


def job_variable_splices(document: Document, edit: AddJobVariables) -> tuple[Splice, ...]:
    """Merge the variables into the call; nothing where it sets them all to the same values already.

    Raises:
        Refused: the call is no deployment call, or what it passes is not written out as literals.
    """
    call = document.meaning(edit.span)
    line = edit.span.line
    if not isinstance(call, ast.Call):
        raise Refused("no call stands here", line)
    if reason := _why_another_call(document.syntax, call):
        raise Refused(reason, line)
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        raise Refused("the call passes arguments with * or **, which may hold job variables", line)
    if len(call.args) > _POSITIONAL:
        raise Refused("the call passes so many arguments by position that one may be the job variables", line)
    writing = document.writing(edit.span)
    if not isinstance(writing, cst.Call):
        raise Refused("the parsers disagree about what stands here", line)
    quote = _habitual_quote(writing)
    wanted = dict(edit.env)
    given = next((k.value for k in call.keywords if k.arg == "job_variables"), None)
    if given is None:
        _refuse_without_a_pool(document, call, line)
        arguments = _arguments(document, writing)
        return _with_dict(document.text, arguments, "job_variables=", ("env",), wanted, quote) if wanted else ()
    return _merged(document, given, wanted, quote)


def deployment_calls(syntax: ParsedModule) -> tuple[ast.Call, ...]:
    """The calls of a file that make a deployment by the names of Prefect's methods, in the order of the source."""
    calls = [n for n in syntax.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    found = [call for call in calls if not _why_another_call(syntax, call) or _method(call) == "serve"]
    return tuple(sorted(found, key=syntax.span))


def deployment_name(call: ast.Call) -> str | None:
    """The name that a deployment call gives in writing; None when it is computed or left out."""
    named = next((k.value for k in call.keywords if k.arg == "name"), None)
    method = _method(call)
    first = call.args[0] if call.args and method in _METHODS else None
    given = named or first
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def quoted(value: str, quote: str) -> str:
    """A Python literal of the string in the given quotes, readable where its characters are printable."""
    escapes = {quote: f"\\{quote}", "\\": "\\\\"}
    return quote + "".join(escapes.get(c) or (c if c.isprintable() else repr(c)[1:-1]) for c in value) + quote


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _why_another_call(syntax: ParsedModule, call: ast.Call) -> str:
    """Why the call makes no deployment that takes job variables; empty when it makes one."""
    if syntax.origin(call.func) in _DEPLOYS_OTHERS:
        return "prefect.deploy() takes no job variables: give them to the deployments in it"
    if not isinstance(call.func, ast.Attribute):
        return "no deployment call stands here"
    if call.func.attr == "serve":
        return "serve() runs flows in its own process, without job variables: set them where it starts"
    if call.func.attr in _METHODS:
        return ""
    receiver = syntax.origin(call.func.value) or ""
    if call.func.attr in _CONSTRUCTORS and receiver.rpartition(".")[2] == "RunnerDeployment":
        return ""
    return "no deployment call stands here"


def _refuse_without_a_pool(document: Document, call: ast.Call, line: int) -> None:
    """Prefect refuses job variables of a deployment that gets no work pool (``RunnerDeployment.apply``)."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "deploy":
        return  # `work_pool_name` has a default in Prefect's settings there
    if any(k.arg == "work_pool_name" for k in call.keywords):
        return
    above = (n for n in document.syntax.ancestors(call) if isinstance(n, ast.Call))
    if not any(document.syntax.origin(n.func) in _DEPLOYS_OTHERS for n in above):
        raise Refused("the deployment names no work pool, without which Prefect takes no job variables", line)


def _merged(document: Document, given: ast.expr, wanted: Mapping[str, str], quote: str) -> tuple[Splice, ...]:
    text = document.text
    entries = _entries(given, "job_variables")
    if "env" not in entries:
        into = _dict_items(document, given)
        return _with_dict(text, into, f"{quoted('env', quote)}: ", (), wanted, quote) if wanted else ()
    env = entries["env"]
    there = _entries(env, "the env of job_variables")
    for name in wanted.keys() & there.keys():
        value = there[name]
        if not isinstance(value, ast.Constant) or value.value != wanted[name]:
            raise Refused(f"the deployment sets {name} already, to something else", value.lineno)
    missing = [f"{quoted(n, quote)}: {quoted(v, quote)}" for n, v in wanted.items() if n not in there]
    if not missing:
        return ()
    into = _dict_items(document, env)
    short = appended(text, into, missing)
    if _fits(text, short) or not on_one_line(text, into):
        return short
    return spread(text, into, missing, line_indent(text, into.opening) + _unit(text, into.opening))


def _with_dict(
    text: SourceText, into: Bracketed, head: str, keys: Sequence[str], wanted: Mapping[str, str], quote: str
) -> tuple[Splice, ...]:
    """Add an item that is a dict, ``keys`` being those of the dicts around it; in several lines when it is long."""
    inner = _written_dict(wanted, quote)
    for key in reversed(keys):
        inner = f"{{{quoted(key, quote)}: {inner}}}"
    short = appended(text, into, [head + inner])
    if _fits(text, short):
        return short
    indent = item_indent(text, into)
    outer = line_indent(text, into.closing if into.items else into.opening) if indent is None else indent
    unit, newline = _unit(text, into.opening), text.newline_after(text.position(into.opening)[0])
    depth = len(keys) + 1
    lines = [head + "{"]
    lines += [f"{outer}{unit * (level + 1)}{quoted(key, quote)}: {{" for level, key in enumerate(keys)]
    lines += [f"{outer}{unit * depth}{quoted(n, quote)}: {quoted(v, quote)}," for n, v in wanted.items()]
    lines += [f"{outer}{unit * level}}}," for level in range(len(keys), 0, -1)]
    return appended(text, into, [newline.join([*lines, outer + "}"])])


def _fits(text: SourceText, splices: Sequence[Splice]) -> bool:
    """Whether no line that the splices make is too long."""
    for splice in splices:
        line, column = text.position(splice.start)
        _, end = text.line_range(text.position(splice.end)[0])
        made = text.text[text.line_starts[line - 1] :][:column] + splice.text + text.text[splice.end : end]
        if any(len(part) > _WIDTH for part in made.splitlines()):
            return False
    return True


def _unit(text: SourceText, offset: int) -> str:
    return "\t" if line_indent(text, offset).startswith("\t") else _UNIT


def _entries(node: ast.expr, what: str) -> dict[str, ast.expr]:
    """The entries of a dict that is written out with literal keys."""
    if not isinstance(node, ast.Dict):
        raise Refused(f"{what} is not a dict that is written out here", node.lineno)
    found: dict[str, ast.expr] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or key.value in found:
            raise Refused(f"{what} has keys that are computed, spread in or given twice", node.lineno)
        found[key.value] = value
    return found


def _written_dict(entries: Mapping[str, str], quote: str) -> str:
    return "{" + ", ".join(f"{quoted(n, quote)}: {quoted(v, quote)}" for n, v in entries.items()) + "}"


def _habitual_quote(call: cst.Call) -> str:
    """The quotes of the call's first plain string."""
    for argument in call.args:
        if isinstance(argument.value, cst.SimpleString):
            return argument.value.quote[0]
    return '"'


def _arguments(document: Document, call: cst.Call) -> Bracketed:
    text = document.text
    _, end = text.offsets(document.span(call))
    items = tuple(_with_parentheses(document, argument) for argument in call.args)
    _, function_end = text.offsets(document.span(call.func))
    opening = text.text.index("(", function_end) + 1
    return Bracketed(opening, items, end - 1)


def _dict_items(document: Document, node: ast.expr) -> Bracketed:
    writing = document.writing(document.syntax.span(node))
    if not isinstance(writing, cst.Dict):
        raise Refused("the parsers disagree about what stands here", node.lineno)
    start, end = document.text.offsets(document.span(writing))
    return Bracketed(start + 1, tuple(_with_parentheses(document, element) for element in writing.elements), end - 1)


def _with_parentheses(document: Document, node: cst.CSTNode) -> tuple[int, int]:
    return document.text.offsets(document.span(node))
