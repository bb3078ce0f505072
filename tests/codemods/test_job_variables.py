"""Deployment calls that are given environment variables, in their own layout; and calls that cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from envlift_codemods.deployment_calls import deployment_calls, deployment_name, quoted
from envlift_codemods.edits import AddJobVariables, Edit
from envlift_codemods.parsed import ParsedModule, Span

CheckEdit = Callable[[str, Callable[[Span], Edit], str], None]


def one(span: Span) -> Edit:
    return AddJobVariables(span, (("K", "v"),))


def two(span: Span) -> Edit:
    return AddJobVariables(span, (("K", "v"), ("L", "w")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f.deploy('n')", "f.deploy('n', job_variables={'env': {'K': 'v'}})"),
        ('f.deploy("n", )', 'f.deploy("n", job_variables={"env": {"K": "v"}}, )'),
        ("f.deploy()", 'f.deploy(job_variables={"env": {"K": "v"}})'),
        ("f.deploy(name)", 'f.deploy(name, job_variables={"env": {"K": "v"}})'),
        (
            'f.deploy(\n    name="n",\n    work_pool_name="p",\n)',
            'f.deploy(\n    name="n",\n    work_pool_name="p",\n    job_variables={"env": {"K": "v"}},\n)',
        ),
        (
            'f.deploy(\n    name="n",\n    work_pool_name="p"\n)',
            'f.deploy(\n    name="n",\n    work_pool_name="p",\n    job_variables={"env": {"K": "v"}}\n)',
        ),
        (
            'f.deploy(\n    name="n",  # first\n    work_pool_name="p"  # last\n    # paused=True\n)',
            'f.deploy(\n    name="n",  # first\n    work_pool_name="p",  # last\n'
            '    job_variables={"env": {"K": "v"}}\n    # paused=True\n)',
        ),
        (
            'f.deploy(\n\tname="n",  # a, b\n)',
            'f.deploy(\n\tname="n",  # a, b\n\tjob_variables={"env": {"K": "v"}},\n)',
        ),
        (
            'f.deploy(name="n",\n         work_pool_name="p")',
            'f.deploy(name="n",\n         work_pool_name="p",\n         job_variables={"env": {"K": "v"}})',
        ),
        ('f.deploy(\n    name="n", tags=[])', 'f.deploy(\n    name="n", tags=[], job_variables={"env": {"K": "v"}})'),
        (
            "g.from_source(\n    source='s',\n).deploy(\n    name='n',\n)",
            "g.from_source(\n    source='s',\n).deploy(\n    name='n',\n    job_variables={'env': {'K': 'v'}},\n)",
        ),
        (
            "f.to_deployment('n', work_pool_name='p')",
            "f.to_deployment('n', work_pool_name='p', job_variables={'env': {'K': 'v'}})",
        ),
        (
            "RunnerDeployment.from_flow(f, work_pool_name='p')",
            "RunnerDeployment.from_flow(f, work_pool_name='p', job_variables={'env': {'K': 'v'}})",
        ),
    ],
)
def test_the_argument_is_added_in_the_layout_of_the_call(check_edit: CheckEdit, before: str, after: str) -> None:
    head = "from prefect.deployments.runner import RunnerDeployment\n"
    check_edit(f"{head}x = «{before}»  # end\n", one, f"{head}x = {after}  # end\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", "{'env': {'K': 'v', 'L': 'w'}}"),
        ("{'cpu': 1}", "{'cpu': 1, 'env': {'K': 'v', 'L': 'w'}}"),
        ("{'env': {}}", "{'env': {'K': 'v', 'L': 'w'}}"),
        ("{'env': {'A': x()}, 'cpu': 1}", "{'env': {'A': x(), 'K': 'v', 'L': 'w'}, 'cpu': 1}"),
        ("{'env': {'K': 'v', 'L': 'w'}}", "{'env': {'K': 'v', 'L': 'w'}}"),
        ('{"env": {"L": "w"}}', '{"env": {"L": "w", \'K\': \'v\'}}'),
        (
            "{\n    'env': {\n        'A': '1',  # why\n    },\n}",
            "{\n    'env': {\n        'A': '1',  # why\n        'K': 'v',\n        'L': 'w',\n    },\n}",
        ),
        (
            "{\n    'env': {\n        'A': '1'  # why\n    }\n}",
            "{\n    'env': {\n        'A': '1',  # why\n        'K': 'v',\n        'L': 'w'\n    }\n}",
        ),
        ("{  # none yet\n}", "{'env': {'K': 'v', 'L': 'w'}  # none yet\n}"),
    ],
)
def test_variables_are_merged_into_what_is_written(check_edit: CheckEdit, before: str, after: str) -> None:
    frame = "x = {}f.deploy('n', job_variables={}){}\n"
    check_edit(frame.format("«", before, "»"), two, frame.format("", after, ""))


def test_two_layers_at_once(check_edit: CheckEdit) -> None:
    before = "serve_all(«f.deploy(name='n')», 1)\n"
    check_edit(before, two, "serve_all(f.deploy(name='n', job_variables={'env': {'K': 'v', 'L': 'w'}}), 1)\n")


def test_a_deployment_without_a_pool_gets_it_from_prefect_deploy(check_edit: CheckEdit) -> None:
    frame = "from prefect import deploy\ndeploy({}, work_pool_name='p')\n"
    check_edit(
        frame.format("«f.to_deployment('n')»"),
        one,
        frame.format("f.to_deployment('n', job_variables={'env': {'K': 'v'}})"),
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("«f.serve('n')»", "serve\\(\\) runs flows in its own process"),
        ("from prefect import deploy\n«deploy(x)»", "prefect.deploy\\(\\) takes no job variables"),
        ("import prefect\n«prefect.deploy(x)»", "prefect.deploy\\(\\) takes no job variables"),
        ("«f.to_deployment('n')»", "names no work pool"),
        ("«f.deploy('n', **options)»", "\\* or \\*\\*"),
        ("«f.deploy(*names)»", "\\* or \\*\\*"),
        ("«f.deploy('n', 'p', 'image', True)»", "by position"),
        ("«f.deploy('n', job_variables=variables)»", "not a dict"),
        ("«f.deploy('n', job_variables=None)»", "not a dict"),
        ("«f.deploy('n', job_variables=dict(env=x))»", "not a dict"),
        ("«f.deploy('n', job_variables={**x})»", "spread"),
        ("«f.deploy('n', job_variables={key: 1})»", "computed"),
        ("«f.deploy('n', job_variables={'env': env})»", "not a dict"),
        ("«f.deploy('n', job_variables={'env': {**x}})»", "spread"),
        ("«f.deploy('n', job_variables={'env': {}, 'env': {}})»", "twice"),
        ("«f.deploy('n', job_variables={'env': {'K': 'other'}})»", "sets K already"),
        ("«f.deploy('n', job_variables={'env': {'K': os.sep}})»", "sets K already"),
        ("«f.deploy('n', job_variables={'env': {'K': 5}})»", "sets K already"),
        ("«f.run('n')»", "no deployment call"),
        ("«from_flow(f)»", "no deployment call"),
        ("«Other.from_flow(f)»", "no deployment call"),
        ("x = «'n'»", "no call"),
    ],
)
def test_what_is_refused(
    check_refused: Callable[[str, Callable[[Span], Edit], str], None], source: str, reason: str
) -> None:
    check_refused(source + "\n", one, reason)


def test_a_refusal_names_no_value(check_refused: Callable[[str, Callable[[Span], Edit], str], None]) -> None:
    check_refused(
        "«f.deploy('n', job_variables={'env': {'K': 'hunter2'}})»\n",
        one,
        "^line 1: the deployment sets K already, to something else$",
    )


@pytest.mark.parametrize(
    "value", ["", "v", "it's", 'say "x"', "both ' and \"", "a\\b", "a\nb\tc", "é😀", "\x00\ud800", "{x}"]
)
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_value_reads_back(value: str, quote: str) -> None:
    code = quoted(value, quote)
    assert eval(code) == value  # noqa: S307 - our own literal
    assert code.startswith(quote)
    assert code.endswith(quote)


def test_the_deployments_of_a_file_and_their_names() -> None:
    module = ParsedModule(
        b"from prefect.deployments.runner import RunnerDeployment\n"
        b"f.deploy('a')\nf.deploy(name='b')\nf.to_deployment(name)\nf.serve('c')\nx.run('d')\n"
        b"RunnerDeployment.from_flow(f, name='e')\nOther.from_flow(f, name='z')\n"
    )
    assert [deployment_name(call) for call in deployment_calls(module)] == ["a", "b", None, None, "e"]


LONG = "https://warehouse.example/" + "x" * 40


def long(span: Span) -> Edit:
    return AddJobVariables(span, (("URL", LONG), ("L", "w")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'f.deploy(\n    name="n",\n    work_pool_name="p",\n)',
            'f.deploy(\n    name="n",\n    work_pool_name="p",\n    job_variables={\n        "env": {\n'
            '            "URL": "{}",\n            "L": "w",\n        },\n    },\n)',
        ),
        (
            "f.deploy('n', work_pool_name='p')",
            "f.deploy('n', work_pool_name='p', job_variables={\n    'env': {\n"
            "        'URL': '{}',\n        'L': 'w',\n    },\n})",
        ),
        (
            "f.deploy(\n\tname='n',\n\tjob_variables={'env': {'A': x(1, 2), 'B': \"b\"}},\n)",
            "f.deploy(\n\tname='n',\n\tjob_variables={'env': {\n\t\t'A': x(1, 2),\n\t\t'B': \"b\",\n"
            "\t\t'URL': '{}',\n\t\t'L': 'w',\n\t}},\n)",
        ),
        (
            "f.deploy('n', job_variables={'env': {}, 'cpu': 1})",
            "f.deploy('n', job_variables={'env': {\n    'URL': '{}',\n    'L': 'w',\n}, 'cpu': 1})",
        ),
        (
            "f.deploy(\n    'n',\n    job_variables={'cpu': 1},\n)",
            "f.deploy(\n    'n',\n    job_variables={'cpu': 1, 'env': {\n        'URL': '{}',\n"
            "        'L': 'w',\n    }},\n)",
        ),
        (
            "f.deploy('n', job_variables={\n    'env': {\n        'A': '1',\n    },\n})",
            "f.deploy('n', job_variables={\n    'env': {\n        'A': '1',\n        'URL': '{}',\n"
            "        'L': 'w',\n    },\n})",
        ),
    ],
)
def test_what_would_be_a_long_line_is_written_in_several(check_edit: CheckEdit, before: str, after: str) -> None:
    check_edit(f"x = «{before}»\n", long, f"x = {after.replace('{}', LONG)}\n")
