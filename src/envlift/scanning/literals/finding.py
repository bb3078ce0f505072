"""Literals in code that could be configuration: found by what they look like and by who takes them. Facts only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from envlift.concealed import Concealed
from envlift.inventory import Site, SiteKind
from envlift.scanning.literals import shapes
from envlift.scanning.literals.kinds import Kind, is_secret_shape, kind_by_receiver, kind_by_shape
from envlift.scanning.literals.naming import propose_name
from envlift.scanning.literals.surroundings import (
    credential_role,
    direct_receiver,
    form_of,
    is_member,
    server_role,
    template_of,
)
from envlift.scanning.literals.token_formats import token_format
from envlift.scanning.roles import is_test
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name, surroundings


@dataclass(frozen=True, slots=True, repr=False)
class _Candidate:
    node: ast.expr
    kind: Kind
    text: str | None  # None where the value is computed
    template: str
    receiver: str
    callee: str
    wrapper: str
    holds_secret: bool = False  # in the fixed parts of a composed text


# Calls that take a literal as a name, a pattern, a message or a fall-back: what stands there is no setting.
_DEAF_CALLS = frozenset(
    "getenv environ.get get_key load_dotenv print log debug info warning warn error exception critical compile"
    " match search sub findall fullmatch split rsplit strip lstrip rstrip removeprefix removesuffix startswith"
    " endswith replace join format execute executemany read_sql read_sql_query text add_argument Option Argument"
    " option argument setdefault pop getattr setattr hasattr delattr isinstance import_module env_var TypeVar"
    " namedtuple patch get_run_logger getLogger skip fail raises warns index count encode decode strftime strptime"
    " create_markdown_artifact create_table_artifact select_one select find find_all find_element xpath css"
    " locator wait_for_selector query_selector get_by_text task flow get_secret load aload save set_key unset"
    " setenv delenv emit_event mount get post put delete patch route".split()
)
_OPTIONS = frozenset({"flow", "task"})
_FIELD_CALLS = frozenset({"Field", "field", "SecretStr", "mapped_column"})
# Of those, the ones that do take addresses: only a value that is secret or private in itself counts there.
_REQUESTS = frozenset("get post put delete patch request head options".split())
_LITERAL_PASSWORD = re.compile(r"(?i)(?:^|[;\s])(?:pwd|password|accountkey|sharedaccesskey)\s*=\s*[^;{}\s]")
# What is connected to by these is somebody's own database, wherever it stands.
_DATABASE_CALL = re.compile(
    r"^(?:psycopg2?|asyncpg|pg8000|pymysql|MySQLdb|mysql\.connector|pymssql|oracledb|cx_Oracle|trino|clickhouse_\w+)\."
    r"|(?:^|\.)URL\.create$",
)
_OBJECT_STORES = re.compile(
    r"boto|s3|minio|gcs|google\.cloud|azure|obstore|fsspec|cloudpathlib|oss2|dlt|prefect_(?:aws|gcp|azure)|storage",
    re.IGNORECASE,
)
_TEST_ALTERNATIVES = frozenset({"or", "and", "==", "!=", "in", "not in", "is", "is not", "not", "comparison"})


def find_literals(module: ParsedModule, path: str) -> tuple[Site, ...]:
    """The literals of a module that could be configuration or a secret, sorted by position; none in test files.

    Ports, users and database names are reported only beside a host that is reported itself.
    """
    if is_test(path):
        return ()
    found = _Finder(module).candidates()
    sites = [_site(module, path, candidate) for candidate in found]
    return tuple(sorted(sites, key=lambda site: site.span))


class _Finder:
    """Goes through a module's nodes once; cheap looks first, the way up the tree only for what passed them."""

    def __init__(self, module: ParsedModule) -> None:
        self.module = module
        self.main_blocks = [node for node in module.tree.body if _is_main_guard(node)]

    @cached_property
    def stores_objects(self) -> bool:
        """Whether the module imports what stores objects; else the word after ``bucket=`` may name any group."""
        return any(_OBJECT_STORES.search(name) for node in self.module.nodes for name in _imported(node))

    def candidates(self) -> list[_Candidate]:
        alone = [c for node in self.module.nodes if (c := self.candidate(node)) is not None]
        anchors = {g for c in alone if c.kind in (Kind.HOST, Kind.ADDRESS) and _anchors(c) for g in self.groups(c)}
        return [c for c in alone if c.kind is not Kind.BESIDE_A_HOST or anchors.intersection(self.groups(c))]

    def candidate(self, node: ast.AST) -> _Candidate | None:
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
            return self.composed(node)
        return None

    def constant(self, node: ast.Constant) -> _Candidate | None:
        above = self.module.parent(node)
        if isinstance(above, (ast.Expr, ast.JoinedStr, ast.FormattedValue, ast.Compare, ast.Subscript, ast.MatchValue)):
            return None
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return self.port(node)
        if not isinstance(node.value, str) or not 2 <= len(node.value) <= shapes.LONGEST:
            return None
        text = node.value
        kind = kind_by_shape(text)
        receiver = self.receiver(node)
        if kind is None and receiver:
            kind = kind_by_receiver(receiver, text, self.call_above(node))
        if kind is Kind.BUCKET and text.isalpha() and not self.stores_objects:
            return None
        if kind is None or (isinstance(above, ast.BinOp) and not isinstance(above.op, ast.Mod)):
            return None
        return self.accepted(node, kind, text, text)

    def port(self, node: ast.Constant) -> _Candidate | None:
        receiver = self.receiver(node)
        if not re.search(r"(?:^|_)port$", receiver, re.IGNORECASE) or not 1 <= int(node.value) <= 65_535:  # type: ignore[arg-type]
            return None
        return self.accepted(node, Kind.BESIDE_A_HOST, str(node.value), "")

    def composed(self, node: ast.expr) -> _Candidate | None:
        """An f-string or a sum with a token, or an address with a literal private host or a literal password in it."""
        if isinstance(self.module.parent(node), (ast.BinOp, ast.FormattedValue)):
            return None
        template = "".join(template_of(node))
        if token_format(template) is not None:
            return self.accepted(node, Kind.CREDENTIAL, None, template, holds_secret=True)
        if shapes.is_key_value_dsn(template) and _LITERAL_PASSWORD.search(template):
            return self.accepted(node, Kind.ADDRESS, None, template, holds_secret=True)
        if shapes.starts_with_machine_path(template):
            return self.accepted(node, Kind.PATH, None, template)
        if "://" not in template or len(template) > shapes.LONGEST:
            return None
        url = shapes.parse_url(template)
        if url is None:
            return None
        literal_password = bool(url.password) and "{" not in (url.password or "") and "@" in template
        literal_host = "{" not in url.host and (shapes.is_private_url(url) or shapes.is_managed_host(url.host))
        if literal_password or literal_host:
            kind = Kind.BUCKET if shapes.is_bucket_uri(template) else Kind.ADDRESS
            return self.accepted(node, kind, None, template, holds_secret=literal_password)
        return self.accepted(node, Kind.TEMPLATE, None, template) if url.is_database else None

    def accepted(
        self, node: ast.expr, kind: Kind, text: str | None, template: str, *, holds_secret: bool = False
    ) -> _Candidate | None:
        receiver, callee, wrapper = surroundings(self.module, node)
        own = self.receiver(node)
        # The name of a list says what all of it is for, not what one of its members is.
        receiver = own or ("" if kind is not Kind.CREDENTIAL and is_member(self.module, node) else receiver)
        certain = kind is Kind.CREDENTIAL and text is not None and is_secret_shape(text)
        if not certain and (wrapper in _TEST_ALTERNATIVES or self.is_deaf(node, kind, callee)):
            return None
        if self.reads_environment(node) or (kind is not Kind.CREDENTIAL and self.writes_environment(node)):
            return None
        return _Candidate(node, kind, text, template, receiver, callee, wrapper, holds_secret)

    def is_deaf(self, node: ast.expr, kind: Kind, callee: str) -> bool:
        """Whether a literal stands where no setting can: a message, a name, a default of a lookup, a demo."""
        last = callee.rpartition(".")[2]
        private = kind in (Kind.ADDRESS, Kind.HOST)
        if last in _DEAF_CALLS and not (last in _REQUESTS and private and self.is_first_argument(node)):
            return True
        below: ast.AST = node
        for above in self.module.ancestors(node):
            if isinstance(above, (ast.Raise, ast.Assert)):
                return True
            if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and below in above.decorator_list:
                return not private  # the address of a task runner's cluster
            if isinstance(above, ast.Call) and below is not above.func and _last(above) in _DEAF_CALLS - _REQUESTS:
                return not (private and _last(above) in _OPTIONS)
            if isinstance(above, ast.ClassDef) and any("Settings" in dotted_name(base) for base in above.bases):
                return kind is not Kind.CREDENTIAL  # the fields are read from the environment
            if isinstance(above, (ast.List, ast.Tuple, ast.Set)) and kind is Kind.PATH and len(above.elts) > 1:
                return True  # places to look in, or the words of a command
            if above in self.main_blocks:
                return True
            below = above
        return last in _FIELD_CALLS and kind is not Kind.CREDENTIAL and not self.receiver(node)

    def is_first_argument(self, node: ast.expr) -> bool:
        above = self.module.parent(node)
        return isinstance(above, ast.Call) and bool(above.args) and above.args[0] is node

    def reads_environment(self, node: ast.expr) -> bool:
        above = self.module.parent(node)
        if isinstance(above, ast.keyword):
            above = self.module.parent(above)
        if not isinstance(above, ast.Call):
            return False
        return (
            re.search(
                r"(?:^|[._])(?:getenv|environ|env\w*|get_env\w*|config|get_config|get_setting)(?:\.get|\.str)?$",
                dotted_name(above.func),
            )
            is not None
        )

    def writes_environment(self, node: ast.expr) -> bool:
        above = self.module.parent(node)
        target = above.targets[0] if isinstance(above, ast.Assign) else None
        return isinstance(target, ast.Subscript) and dotted_name(target.value).rpartition(".")[2] == "environ"

    def receiver(self, node: ast.expr) -> str:
        """Who takes a constant directly; the default of a field belongs to the field's own name."""
        above = self.module.parent(node)
        call = self.module.parent(above) if isinstance(above, ast.keyword) and above.arg == "default" else above
        if isinstance(call, ast.Call) and dotted_name(call.func).rpartition(".")[2] in _FIELD_CALLS:
            return direct_receiver(call, self.module.parent(call))
        return direct_receiver(node, above) or credential_role(self.module, node) or server_role(self.module, node)

    def call_above(self, node: ast.AST) -> str:
        above = self.module.parent(node)
        above = self.module.parent(above) if isinstance(above, ast.keyword) else above
        return dotted_name(above.func) if isinstance(above, ast.Call) else ""

    def groups(self, candidate: _Candidate) -> Iterator[tuple[int, str]]:
        """What a literal stands together with: its call, dict, parameters, or statements with its variable's prefix.

        A call has what it takes in common with the variables that it takes, so a user stands beside ``host=db_host``.
        """
        together: ast.AST | None = None
        for above in self.module.ancestors(candidate.node):
            if together is None and isinstance(above, (ast.Call, ast.Dict, ast.arguments)):
                together = above
                yield id(above), ""
            if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
                if together is None:
                    prefix, _, _ = candidate.receiver.lower().rpartition("_")
                    yield id(above), prefix
                    yield id(above), f"={candidate.receiver}"
                elif isinstance(together, ast.Call):
                    yield from ((id(above), f"={name}") for name in _names_taken(together))
                return


def _names_taken(call: ast.Call) -> Iterator[str]:
    """The variables that a call takes as a whole."""
    taken = (*call.args, *(keyword.value for keyword in call.keywords))
    return (value.id for value in taken if isinstance(value, ast.Name))


def _last(call: ast.Call) -> str:
    return dotted_name(call.func).rpartition(".")[2]


def _imported(node: ast.AST) -> Iterator[str]:
    """The dotted names that an import statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and dotted_name(node.test.left) == "__name__"


def _anchors(candidate: _Candidate) -> bool:
    """Whether a host is somebody's own, so that the port and the user beside it belong to the same setting."""
    url = shapes.parse_url(candidate.template)
    host = url.host if url is not None else re.sub(r":\d+$", "", candidate.template)
    if shapes.is_loopback(host):
        return False
    own = shapes.is_private_host(host) or shapes.is_managed_host(host) or shapes.is_ip(host)
    return own or _DATABASE_CALL.search(candidate.callee) is not None


def _site(module: ParsedModule, path: str, candidate: _Candidate) -> Site:
    node = candidate.node
    text = candidate.text
    kind = (
        "DSN" if (url := shapes.parse_url(candidate.template)) is not None and url.is_database else candidate.kind.value
    )
    name = propose_name(module, node, path, candidate.receiver, kind, candidate.template)
    template = candidate.kind is Kind.TEMPLATE
    return Site(
        path=path,
        span=module.span(node),
        kind=SiteKind.LITERAL,
        name=f"{name}_TEMPLATE" if template else name,
        form="template" if template else form_of(module, node, computed=text is None),
        place=module.place(node),
        function=module.enclosing_name(node),
        receiver=candidate.receiver,
        callee=candidate.callee,
        wrapper=candidate.wrapper,
        value=None if text is None else Concealed(text),
        fixed=Concealed(candidate.template) if candidate.holds_secret else None,
    )
