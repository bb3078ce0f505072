"""Which files keep the template of a work pool, so that a push there would not last; and which let it be."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.scanning.around.kinds import read_around
from envlift.scanning.around.terraform import work_pools
from envlift.scanning.repository import scan_repository


def kept(path: str, text: str) -> list[str]:
    return [f"{o.line} {o.pool} {o.tool.value}" for o in read_around(path, textwrap.dedent(text).encode()).owners]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('resource "prefect_work_pool" "a" {\n  name = "etl"\n  base_job_template = file("etl.json")\n}\n', ["etl"]),
        (
            'variable "pool" {\n  type = string\n  default = "etl"\n}\n'
            'resource "prefect_work_pool" "a" {\n  base_job_template = jsonencode({ a = { "}" = "${var.b}" } })\n'
            "  name = var.pool\n}\n",
            ["etl"],
        ),
        (
            'resource "prefect_work_pool" "a" {\n  base_job_template = <<-EOT\n    { "name = 1": "}}}" }\n  EOT\n'
            '  name = "etl" # not "x"\n}\n',
            ["etl"],
        ),
        # the provider leaves alone what is not given
        ('resource "prefect_work_pool" "a" {\n  name = "etl"\n}\n', []),
        ('data "prefect_work_pool" "a" {\n  name = "etl"\n  base_job_template = "x"\n}\n', []),
        ('# resource "prefect_work_pool" "a" {\n# name = "etl"\n# base_job_template = "x"\n# }\n', []),
        # what stands in another resource
        ('resource "prefect_work_pool" "a" {\n  name = "etl"\n}\nresource "x" "b" {\n  base_job_template = 1\n}\n', []),
    ],
)
def test_terraform(text: str, expected: list[str]) -> None:
    assert [line.split()[1] for line in kept("infra/pools.tf", text)] == expected


@pytest.mark.parametrize("name", ["var.pool", '"etl-${var.x}"', "local.pool", "each.key"])
def test_the_name_that_terraform_computes_is_empty(name: str) -> None:
    text = f'resource "prefect_work_pool" "a" {{\n  name = {name}\n  base_job_template = "x"\n}}\n'
    assert kept("infra/pools.tf", text) == ["1  terraform"]


def test_terraform_tells_the_line_and_the_expression() -> None:
    head = b'x = 1\n\nresource "prefect_work_pool" "a-b" {\n'
    text = head + b"  base_job_template = jsonencode(merge(\n    {}, # c\n  ))\n}\n"
    (pool,) = work_pools(text)
    assert (pool.label, pool.line, "".join(pool.template.split())) == ("a-b", 3, "jsonencode(merge({},))")


@pytest.mark.parametrize(
    "template",
    [
        '<<-EOT\n    {"help": "see // the # docs", "like": "/* this */"}\n  EOT',
        'jsonencode({ "help" = "a # or // or /* */ b" })',
    ],
)
def test_what_looks_like_a_comment_in_a_text_is_kept(template: str) -> None:
    text = f'resource "prefect_work_pool" "a" {{\n  base_job_template = {template}\n  name = "etl" // "x"\n}}\n'
    (pool,) = work_pools(text.encode())
    assert (pool.name, pool.template) == ("etl", template)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "deploy/values.yaml",
            """\
            worker:
              config:
                workPool: etl
                baseJobTemplate:
                  configuration: |
                    {}
            """,
            ["4 etl helm"],
        ),
        (
            "values-prod.yml",
            "prefect-worker:\n  worker:\n    config:\n      baseJobTemplate: {existingConfigMapName: t}\n"
            "      workPool: etl\n",
            ["4 etl helm"],
        ),
        (
            "release.yaml",
            "kind: HelmRelease\nspec:\n  values:\n    worker:\n      config:\n        workPool: etl\n"
            "        baseJobTemplate:\n          configuration: '{}'\n",
            ["7 etl helm"],
        ),
        (
            "values.yaml",
            "worker:\n  config:\n    workPool: '{{ .Values.pool }}'\n    baseJobTemplate: {configuration: x}\n",
            ["4  helm"],
        ),
        # without a template the chart only starts workers
        ("values.yaml", "worker:\n  config:\n    workPool: etl\n    baseJobTemplate:\n      configuration:\n", []),
        ("values.yaml", "worker:\n  config:\n    workPool: etl\n  env: []\n", []),
        ("notes.yaml", "worker:\n  config:\n    workPool: etl\n    baseJobTemplate: {configuration: x}\n", []),
    ],
)
def test_helm(path: str, text: str, expected: list[str]) -> None:
    assert kept(path, text) == expected


POOL = 'resource "prefect_work_pool" "a" {{\n  name = {}\n  base_job_template = file("etl.json")\n}}\n'


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("var.pool", {"variables.tf": 'variable "pool" {\n  default = "etl"\n}\n'}, "etl"),
        (
            "var.pool",
            {"variables.tf": 'variable "pool" {\n  default = "x"\n}\n', "terraform.tfvars": 'pool = "etl"\n'},
            "etl",
        ),
        ("local.pool", {"locals.tf": 'locals {\n  other = "x"\n  pool = "etl"\n}\n'}, "etl"),
        ("var.pool", {"variables.tf": 'variable "pool" {\n  type = string\n}\n'}, ""),
        ("var.pool", {"other/variables.tf": 'variable "pool" {\n  default = "etl"\n}\n'}, ""),
        ("each.key", {"variables.tf": 'variable "key" {\n  default = "etl"\n}\n'}, ""),
    ],
)
def test_a_name_that_another_file_of_the_module_holds(
    make_repository: Callable[[Mapping[str, str]], Path], name: str, beside: dict[str, str], expected: str
) -> None:
    root = make_repository({"infra/main.tf": POOL.format(name), **{f"infra/{path}": t for path, t in beside.items()}})
    assert [owner.pool for owner in scan_repository(root).pool_owners] == [expected]


def test_values_that_argo_takes_as_a_text() -> None:
    values = "worker:\n  config:\n    workPool: etl\n    baseJobTemplate:\n      configuration: '{}'\n"
    text = "kind: Application\nspec:\n  source:\n    helm:\n      values: |\n" + textwrap.indent(values, " " * 8)
    assert kept("argo/app.yaml", text) == ["9 etl helm"]
