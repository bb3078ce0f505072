"""Settings classes of pydantic: each field is a read of the environment, under a name that the class makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from envlift.concealed import Concealed
from envlift.inventory import DotenvLoad, Site, SiteKind
from envlift.scanning.definitions.definitions import Definition, SettingsClass, SettingsField, Sight
from envlift.scanning.definitions.targets import target_of
from envlift.scanning.libraries.settings_fields import (
    annotated_fields,
    default_of,
    field_call,
    is_required,
    is_true,
    makes_a_model,
    options_of,
    single_types,
    words_of,
)
from envlift.scanning.prefect_code.deploy_calls import entry_of
from envlift.scanning.prefect_code.flows import origins
from envlift.scanning.read_sites import concealed, file_named, is_none, keyword
from envlift_codemods.parsed import ParsedModule, Place
from envlift_codemods.read_idioms import Missing
from envlift_codemods.receivers import dotted_name

FORM = "settings field"
OBSTACLE = "pydantic reads it from the environment"

_BASES = {
    "pydantic_settings.BaseSettings": False,
    "pydantic_settings.main.BaseSettings": False,
    "pydantic.BaseSettings": True,
    "pydantic.v1.BaseSettings": True,
    "pydantic.env_settings.BaseSettings": True,
    "pydantic.v1.env_settings.BaseSettings": True,
}
_SECRET_TYPES = frozenset({"SecretStr", "SecretBytes"})
_DEEPEST = 4
UNKNOWN = ("?",)  # the fields of a model class that another file defines


@dataclass(frozen=True, slots=True)
class FoundSettings:
    """The settings classes of one file with their reads and the ``.env`` files that they name."""

    definitions: dict[str, Definition]
    sites: tuple[Site, ...]
    loads: tuple[DotenvLoad, ...]


def find_settings(module: ParsedModule, path: str, sight: Sight) -> FoundSettings:
    """Every class of a file that descends from pydantic's ``BaseSettings``, bases before their heirs."""
    found: dict[str, Definition] = {}
    sites: list[Site] = []
    loads: list[DotenvLoad] = []
    for node in sorted(module.classes, key=lambda c: c.lineno):
        base = _base(module, node, sight, found)
        if base is None:
            continue
        own = _Class(module, node, base)
        found[module.qualified_name(node)] = own.definition()
        sites += own.sites(path)
        loads += own.env_files(path)
    loads += [load for call in module.calls for load in _env_file_argument(module, path, call)]
    return FoundSettings(found, tuple(sites), tuple(sorted(loads, key=lambda load: load.line)))


def _base(module: ParsedModule, node: ast.ClassDef, sight: Sight, found: dict[str, Definition]) -> SettingsClass | None:
    """What a class inherits from its settings bases; None where it has none."""
    inherited: SettingsClass | None = None
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        root = next((_BASES[o] for o in sorted(origins(module.scope(inner), inner)) if o in _BASES), None)
        definition = found.get(target_of(module, inner).removeprefix("#")) or sight.definition(module, inner)
        if root is not None:
            inherited = inherited or SettingsClass("", (), "", case_sensitive=False, delimiter="", old=root)
        elif isinstance(definition, SettingsClass):
            inherited = definition if inherited is None or not inherited.fields else inherited
    return inherited


def _env_file_argument(module: ParsedModule, path: str, call: ast.Call) -> Iterator[DotenvLoad]:
    value = keyword(call, "_env_file")
    if value is not None and not is_none(value):
        yield DotenvLoad(path, call.lineno, override=False, file=file_named(module, value), by="env_file")


class _Class:
    """One settings class while it is read."""

    def __init__(self, module: ParsedModule, node: ast.ClassDef, base: SettingsClass) -> None:
        self.module = module
        self.node = node
        self.base = base
        self.options = dict(options_of(node))
        self.fields = [f for s in node.body if (f := self.field(s)) is not None]

    @property
    def prefix(self) -> str:
        return self.text("env_prefix", self.base.prefix)

    @property
    def case_sensitive(self) -> bool:
        option = self.options.get("case_sensitive")
        return self.base.case_sensitive if option is None else is_true(option)

    @property
    def delimiter(self) -> str:
        return self.text("env_nested_delimiter", self.base.delimiter)

    def text(self, option: str, inherited: str) -> str:
        value = self.options.get(option)
        return inherited if value is None else self.module.constant(value) or ""

    def definition(self) -> SettingsClass:
        own = {field.name for _, field in self.fields}
        inherited = tuple(f for f in self.base.fields if f.name not in own)
        fields = (*inherited, *(field for _, field in self.fields))
        name = self.module.qualified_name(self.node)
        return SettingsClass(name, fields, self.prefix, self.case_sensitive, self.delimiter, self.base.old)

    def sites(self, path: str) -> Iterator[Site]:
        """The fields' reads; fields of a base are reads of this class too where it gives them other names."""
        for statement, field in self.fields:
            for name in self.names(field):
                if not _read_in_default(self.module, statement, name):
                    yield self.site(path, statement, field, name)
        if (self.prefix, self.delimiter) != (self.base.prefix, self.base.delimiter):
            own = {field.name for _, field in self.fields}
            for field in self.base.fields:
                if field.name not in own and not field.aliases:
                    yield from (self.site(path, self.node.bases[0], field, name) for name in self.names(field))

    def site(self, path: str, at: ast.stmt | ast.expr, field: SettingsField, name: str) -> Site:
        missing = Missing.RAISES if field.required else Missing.DEFAULT if self.has_value(field) else Missing.NONE
        return Site(
            path=path,
            span=self.module.span(at),
            kind=SiteKind.ENV_READ,
            name=name,
            form=FORM,
            place=Place.CLASS_BODY,
            function=self.module.enclosing_name(self.node),
            missing=missing,
            receiver=field.name,
            wrapper="SecretStr" if field.secret else "",
            value=field.default,
            obstacle=OBSTACLE,
            any_case=not self.case_sensitive,
        )

    def has_value(self, field: SettingsField) -> bool:
        """Whether the default is more than None; a computed one counts."""
        statement = next((s for s, f in self.fields if f is field), None)
        return field.default is not None or (statement is not None and not is_none(default_of(statement)))

    def names(self, field: SettingsField) -> Iterator[str]:
        yield from field.aliases
        if field.aliases and not field.by_name:
            return
        whole = self.prefix + field.name
        if not field.nested:
            yield whole
        elif self.delimiter and field.nested != UNKNOWN:
            yield from (f"{whole}{self.delimiter}{inner.replace('.', self.delimiter)}" for inner in field.nested)

    def field(self, statement: ast.stmt) -> tuple[ast.stmt, SettingsField] | None:
        annotation: ast.expr | None
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                if name.startswith("_") or name == "model_config" or "ClassVar" in words_of(annotation):
                    return None
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self.base.old:
                if name.startswith("_") or isinstance(value, ast.Lambda):
                    return None
                annotation = None
            case _:
                return None
        default = default_of(statement)
        aliases, by_name = self.aliases(statement, annotation)
        return statement, SettingsField(
            name=name,
            aliases=aliases,
            by_name=by_name or is_true(self.options.get("populate_by_name") or self.options.get("validate_by_name")),
            default=self.concealed(default),
            required=is_required(statement, annotation, old=self.base.old),
            secret=bool(_SECRET_TYPES & words_of(annotation)),
            nested=tuple(self.nested(annotation)) or (UNKNOWN if makes_a_model(statement) else ()),
        )

    def concealed(self, default: ast.expr | None) -> Concealed | None:
        wraps_one = isinstance(default, ast.Call) and len(default.args) == 1 and not default.keywords
        if wraps_one and isinstance(default, ast.Call) and dotted_name(default.func).rpartition(".")[2] in {
            *_SECRET_TYPES, "Path", "str",
        }:  # fmt: skip
            default = default.args[0]
        return concealed(self.module, default)

    def aliases(self, statement: ast.stmt, annotation: ast.expr | None) -> tuple[tuple[str, ...], bool]:
        """The names that ``Field`` gives to the variable, and whether the field's own name counts beside them."""
        calls = [c for c in (field_call(statement), *annotated_fields(annotation)) if c is not None]
        wanted = ("env",) if self.base.old else ("validation_alias", "alias")
        given = next((v for c in calls for k in wanted if not is_none(v := keyword(c, k))), None)
        given = given or self.renamed(statement)
        return (tuple(self.alias_names(given)), False) if given is not None else ((), True)

    def renamed(self, statement: ast.stmt) -> ast.expr | None:
        """What pydantic 1's ``Config.fields`` says instead of the field itself."""
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        name = target.id if isinstance(target, ast.Name) else ""
        found = entry_of(self.module, self.options.get("fields") if self.base.old else None, name)
        return entry_of(self.module, found, "env") if isinstance(found, ast.Dict) else found

    def alias_names(self, node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Call(func=called, args=args):
                wanted = args[:1] if dotted_name(called).endswith("AliasPath") else args
                for argument in wanted:
                    yield from self.alias_names(argument)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                for part in parts:
                    yield from self.alias_names(part)
            case _:
                name = self.module.constant(node)
                if name is not None:
                    yield name

    def nested(self, annotation: ast.expr | None, depth: int = 0) -> Iterator[str]:
        """The fields of the model class that an annotation names; none where it names no class of this file."""
        for name in single_types(annotation) if depth < _DEEPEST else ():
            model = self.module.defined(name)
            if not isinstance(model, ast.ClassDef) or model is self.node or not model.bases:
                continue
            if any("Enum" in word for base in model.bases for word in words_of(base)):
                continue
            for inner in model.body:
                if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                    deeper = tuple(self.nested(inner.annotation, depth + 1))
                    yield from (f"{inner.target.id}.{d}" for d in deeper) if deeper else (inner.target.id,)

    def env_files(self, path: str) -> Iterator[DotenvLoad]:
        option = self.options.get("env_file")
        if option is None or is_none(option):
            return
        files = option.elts if isinstance(option, (ast.Tuple, ast.List)) else [option]
        for file in files:
            yield DotenvLoad(path, file.lineno, override=False, file=file_named(self.module, file), by="env_file")


def _read_in_default(module: ParsedModule, statement: ast.stmt, name: str) -> bool:
    """Whether the default itself reads the same variable from the environment: then that is the site."""
    default = default_of(statement)
    for node in ast.walk(default) if default is not None else ():
        if isinstance(node, ast.Call) and (module.origin(node.func) or "") in {"os.getenv", "os.environ.get"}:
            key = node.args[0] if node.args else None
        elif isinstance(node, ast.Subscript) and module.origin(node.value) == "os.environ":
            key = node.slice
        else:
            continue
        if key is not None and (module.constant(key) or "").upper() == name.upper():
            return True
    return False
