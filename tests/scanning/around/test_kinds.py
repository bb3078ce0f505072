"""Each kind of file, both sides: what is a mention, and what only looks like one."""

from __future__ import annotations

import textwrap

import pytest

from envlift.scanning.around.kinds import KINDS, kinds_of, read_around


def said(path: str, text: str) -> list[str]:
    """``line role NAME@owner=value`` of each mention of a dedented text."""
    found = read_around(path, textwrap.dedent(text).lstrip("\n").encode())
    assert found.troubles == ()
    return [
        f"{m.line} {m.role.value} {m.name}{'@' + m.owner if m.owner else ''}{f'={m.value.reveal()}' if m.value else ''}"
        for m in found.mentions
    ]


def handed(path: str, text: str) -> list[str]:
    found = read_around(path, textwrap.dedent(text).lstrip("\n").encode())
    return [f"{use.line} {use.file}@{use.owner}" for use in found.files]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM x\nENV A=1 B='x y' C=a\\ b\n", ["2 sets A=1", "2 sets B=x y", "2 sets C=a b"]),
        ("FROM x\nENV A=1 \\\n    # why\n    B=2\n", ["2 sets A=1", "4 sets B=2"]),
        ("FROM x\nENV A some words here\n", ["2 sets A=some words here"]),
        ("ARG TAG\nFROM x:$TAG AS one\nENV A=1\n", ["1 reads TAG", "3 sets A@one=1"]),
        ("ARG TAG=1\nFROM x:${TAG}\n", ["1 sets TAG=1"]),
        ("FROM x\nENV A=$B\n", ["2 reads B", "2 sets A"]),
        ("FROM x\nCMD run --key $A\n", ["2 reads A"]),
        ('FROM x\nCMD ["sh", "-c", "run $A"]\n', ["2 reads A"]),
        ("FROM x\nRUN apt update \\\n && run $A\n", ["3 reads A"]),
        ("FROM x\nRUN --mount=type=secret,id=t,env=TOKEN run\n", ["2 secret_reference TOKEN"]),
        ("FROM x\nRUN <<EOF\nENV A=1\nEOF\nENV B=2\n", ["5 sets B=2"]),
        ("from x\nenv A=1\r\n", ["2 sets A=1"]),
        ("# ENV A=1\nFROM x\n", []),
        ('FROM x\nCMD ["run", "$A"]\n', []),  # no shell there to expand it
        ("FROM x\nRUN A=1 && echo $A\n", []),
        ("FROM x\nRUN echo '$A' \\$B\n", []),
        ("FROM x\nENV PATH=/opt:$PATH\n", []),
        ("FROM x:$TARGETARCH\nARG TARGETPLATFORM\n", []),
        ("FROM x\nLABEL A=1\nCOPY .env ./\n", []),
    ],
)
def test_dockerfile(text: str, expected: list[str]) -> None:
    assert sorted(said("build/Dockerfile", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            """
            services:
              web:
                image: shop:${TAG:-latest}
                environment:
                  A: "1"
                  B: ${C}
                  D:
            """,
            ["3 reads TAG@web", "5 sets A@web=1", "6 reads C@web", "6 sets B@web", "7 reads D@web"],
        ),
        (
            """
            services:
              web:
                environment:
                  - A=1
                  - B=$C
                  - D
            """,
            ["4 sets A@web=1", "5 reads C@web", "5 sets B@web", "6 reads D@web"],
        ),
        (
            """
            x-env: &env
              A: ${B}
            services:
              one: {environment: *env}
              two: {environment: {<<: *env, A: "2"}}
            """,
            ["2 reads B@one", "2 sets A@one", "5 sets A@two=2"],
        ),
        (
            """
            services:
              web:
                build: {context: ., args: {VERSION: "3"}}
                command: >
                  run ${A}
                  and ${B:?missing}
            """,
            ["3 sets VERSION@web=3", "5 reads A@web", "5 reads B@web"],
        ),
        ("secrets:\n  token:\n    environment: TOKEN\n", ["2 secret_reference TOKEN"]),
        ("services:\n  web:\n    # A: ${B}\n    environment: !reset {}\n", []),
        ("services:\n  web:\n    command: echo $$A $${B}\n", []),
        ("services:\n  web:\n    labels: {A: '1'}\n    ports: ['80:80']\n", []),
        ("services:\n  web:\n    environment: {A: '$$x'}\n", ["3 sets A@web=$x"]),
    ],
)
def test_compose(text: str, expected: list[str]) -> None:
    assert sorted(said("docker-compose.yml", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("env_file", "expected"),
    [
        (".env", ["3 .env@web"]),
        ("[a.env, b.env]", ["3 a.env@web", "3 b.env@web"]),
        ("[{path: a.env, required: false}]", ["3 a.env@web"]),
        ("", []),
        ("${WHICH}.env", []),
    ],
)
def test_compose_hands_whole_files_on(env_file: str, expected: list[str]) -> None:
    assert handed("compose.yaml", f"services:\n  web:\n    env_file: {env_file}\n") == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("prefect worker start --pool p", "prefect worker"),
        ('["prefect", "agent", "start"]', "prefect worker"),
        ("python -u flows/etl.py", "flows/etl.py"),
        ("uv run python -m jobs.etl", "jobs.etl"),
        ("uv run ./serve.py", "serve.py"),
        ("nginx -g 'daemon off;'", ""),
    ],
)
def test_what_a_service_runs(command: str, expected: str) -> None:
    text = f"services:\n  w:\n    command: {command}\n    environment: [A=1]\n"
    assert [m.runs for m in read_around("compose.yml", text.encode()).mentions] == [expected]
    docker = f"FROM x\nENV A=1\nCMD {command}\n"
    assert [m.runs for m in read_around("Dockerfile", docker.encode()).mentions] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            """
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  containers:
                    - name: app
                      env:
                        - name: A
                          value: "1"
                        - name: B
                          valueFrom: {secretKeyRef: {name: s, key: b}}
                        - name: C
                          valueFrom: {configMapKeyRef: {name: m, key: c}}
                        - name: D
                          value: $(A)/x
            """,
            ["9 sets A@app=1", "11 secret_reference B@app", "13 sets C@app", "15 sets D@app"],
        ),
        (
            """
            kind: ConfigMap
            metadata: {name: conf}
            data:
              A: "1"
              app.ini: |
                [x]
              lower: x
            """,
            ["4 sets A@conf=1"],
        ),
        ("kind: Secret\nmetadata: {name: s}\ndata:\n  A: eA==\nstringData:\n  B: x\n", ["4 sets A@s", "6 sets B@s=x"]),
        (
            """
            kind: Kustomization
            configMapGenerator:
              - name: conf
                literals: [A=1]
            """,
            ["4 sets A@conf=1"],
        ),
        (
            """
            kind: Deployment
            spec:
              {{- if .Values.on }}
              env:
                - name: A
                  value: {{ .Values.a }}
                - name: B
                  value: "2"
                - name: C
                  valueFrom:
                    secretKeyRef:
                      name: {{ .Release.Name }}
              {{- end }}
            """,
            ["5 sets A", "7 sets B=2", "9 secret_reference C"],
        ),
        ("kind: Deployment\nspec:\n  containers: [{name: app, image: env}]\n", []),
        ("kind: Deployment\n# env: [{name: A, value: b}]\nx: 1\n", []),
        ("kind: Role\nrules: [{name: A, value: b}]\nenv: x\n", []),
    ],
)
def test_kubernetes(text: str, expected: list[str]) -> None:
    assert sorted(said("k8s/app.yaml", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("worker:\n  env:\n    - name: A\n      value: x\n", ["3 sets A=x"]),
        ("worker:\n  extraEnvVars:\n    - {name: A, value: x}\n", ["3 sets A=x"]),
        ("web:\n  env:\n    A: x\n    B: null\n", ["3 sets A=x", "4 sets B"]),
        ("web:\n  env:\n    create: true\n    name: x\n", []),
        ("environment: production\nimage: {tag: A}\n", []),
    ],
)
def test_helm_values(text: str, expected: list[str]) -> None:
    assert sorted(said("chart/values-prod.yaml", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            """
            env:
              A: "1"
            jobs:
              test:
                env: {B: "${{ secrets.C }}"}
                steps:
                  - run: run $A $B $D
                  - uses: x/y
                    with: {token: "${{ secrets.TOKEN }}", place: "${{ vars.PLACE || 'x' }}"}
            """,
            [
                "2 sets A=1",
                "5 secret_reference C@test",
                "5 sets B@test",
                "7 reads D@test",
                "9 reads PLACE@test",
                "9 secret_reference TOKEN@test",
            ],
        ),
        (
            """
            jobs:
              build:
                steps:
                  - run: |
                      export A=1
                      echo "B=2" >> "$GITHUB_ENV"
                  - run: echo $B
            """,
            ["5 sets A@build=1", "5 sets B@build"],
        ),
        (
            "jobs:\n  a:\n    if: secrets.X\n    steps:\n      - run: echo ${{ secrets['Y'] }}\n",
            ["5 secret_reference Y@a"],
        ),
        ("jobs:\n  a:\n    steps:\n      - run: echo ${{ env.A }} ${{ inputs.secrets }} ${{ github.sha }}\n", []),
        ("jobs:\n  a:\n    steps:\n      - run: echo ${{ needs.secrets.outputs.x }} $GITHUB_SHA $RUNNER_OS $CI\n", []),
        ("jobs:\n  a:\n    # env: {A: '${{ secrets.B }}'}\n    steps: [{run: 'echo $1'}]\n", []),
        (
            """
            jobs:
              a:
                steps:
                  - run: |
                      export A=${{ secrets.B }} C='${{ env.X }}'
                      run ${{ inputs.a
                        || 'x' }}
                      run $D
            """,
            ["5 secret_reference B@a", "5 sets A@a", "5 sets C@a", "8 reads D@a"],
        ),
        ("jobs:\n  a:\n    steps:\n      - shell: pwsh\n        run: Write-Host $A\n", []),
        ("on: {workflow_call: {secrets: {A: {required: true}}}}\njobs: {}\n", []),
    ],
)
def test_workflow(text: str, expected: list[str]) -> None:
    assert sorted(said(".github/workflows/ci.yml", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            """
            variables:
              A: "1"
              B: {value: "2", description: x}
            test:
              variables: {C: $D}
              script:
                - run $A $C $E
            """,
            ["2 sets A=1", "3 sets B=2", "5 reads D@test", "5 sets C@test", "7 reads E@test"],
        ),
        (
            "a:\n  script:\n    - !reference [b, script]\n    - export A=1\n    - echo $A $B\n",
            ["4 sets A@a=1", "5 reads B@a"],
        ),
        ("a:\n  script: [echo $CI_COMMIT_SHA $GITLAB_USER_ID]\n", []),
        ("a:\n  image: x:$A\n  rules: [{if: $B}]\n", []),
    ],
)
def test_gitlab(text: str, expected: list[str]) -> None:
    assert sorted(said(".gitlab-ci.yml", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export A := 1\nexport B\n", ["1 sets A=1", "2 sets B"]),
        ("run:\n\techo $$A $${B}\n", ["2 reads A", "2 reads B"]),
        ("run:\n\tA=1 ./run.sh\n", ["2 sets A=1"]),
        ("run: export A = 1\n", ["1 sets A=1"]),
        ("run:\n\t./run.sh $(A) ${B}\n", ["2 reads A", "2 reads B"]),  # only the environment can give them
        ("A ?= 1\nrun:\n\techo $(A)\n", ["1 reads A", "3 reads A"]),
        ("run:\n\t./run.sh \\\n\t  $(A)\n", ["3 reads A"]),
        ("A = 1\nrun:\n\techo $(A)\n", []),
        ("A := $(shell date)\nB := $(A:.c=.o) $(word 1,$(A))\n", []),
        ("run:\n\t$(MAKE) x CC=$(CC) && echo $@ $< $^ $$1\n", []),
        ("run:\n\tfor i in 1 2; do echo $$i; done\n", []),
        ("# export A := $(B)\n", []),
        ("run:\n\techo '$$A'\n", []),
        ("define A\nx\nendef\nrun:\n\techo $(A)\n", []),
    ],
)
def test_makefile(text: str, expected: list[str]) -> None:
    assert sorted(said("Makefile", text)) == sorted(expected)


def test_makefile_includes_a_dotenv_file() -> None:
    assert handed("ops/Makefile", "-include .env\ninclude rules.mk\nexport\n") == ["1 .env@"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("profiles.yml", "x:\n  password: \"{{ env_var('A') }}\"\n", ["2 reads A"]),
        ("models/a.sql", "select '{{ env_var(\"A\", 'x') }}'\n-- {{ env_var('B') }}\n", ["1 reads A", "2 reads B"]),
        ("profiles.yml", "# {{ env_var('A') }}\nx: 1 # env_var('B')\n", []),
        (
            "models/a.sql",
            "{# env_var('A')\n#}select {{ env_var('B') }}, my_env_var('C'), {{ env_var(d) }}\n",
            ["2 reads B"],
        ),
        ("models/a.sql", "select 1\n", []),
    ],
)
def test_dbt(path: str, text: str, expected: list[str]) -> None:
    assert sorted(said(path, text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("build:\n  - image: x:{{ $TAG }}\n# {{ $OLD }}\n", ["2 reads TAG"]),
        ("x: '{{ prefect.blocks.secret.a }} {{ $A }}'\n", ["1 reads A"]),
        ("x: $A\ny: '{{ image }}'\n", []),
    ],
)
def test_prefect_yaml(text: str, expected: list[str]) -> None:
    assert sorted(said("prefect.yaml", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('variable "region" {}\n', ["1 reads TF_VAR_region"]),
        ('env {\n  name  = "A"\n  value = "1"\n}\n', ["2 sets A=1"]),
        ('env {\n  name = "A"\n  value_source {\n  }\n}\n', ["2 sets A"]),
        (
            'x = [{ name = "A", value = var.a }, { name = "B", valueFrom = "arn" }]\n',
            ["1 sets A", "1 secret_reference B"],
        ),
        ('environment {\n  variables = {\n    A = "1"\n    B = var.b\n  }\n}\n', ["3 sets A=1", "4 sets B"]),
        ('# env { name = "A"\n#  value = "1" }\n/* variable "x" {} */\n', []),
        ('resource "x" "y" {\n  name = "app"\n  value = "1"\n}\n', []),
    ],
)
def test_terraform(text: str, expected: list[str]) -> None:
    assert sorted(said("main.tf", text)) == sorted(expected)


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("Dockerfile", ["dockerfile"]),
        ("a/Dockerfile.prod", ["dockerfile"]),
        ("api.dockerfile", ["dockerfile"]),
        ("Containerfile", ["dockerfile"]),
        ("compose.yaml", ["compose", "dbt"]),
        ("docker-compose.override.yml", ["compose", "dbt"]),
        (".github/workflows/ci.yml", ["workflow", "dbt"]),
        (".gitlab-ci.yml", ["gitlab", "dbt"]),
        ("prefect.yaml", ["prefect_yaml", "dbt"]),
        (".envrc", ["shell"]),
        ("run.sh", ["shell"]),
        ("Makefile", ["make"]),
        ("chart/values.yaml", ["dbt", "helm"]),
        ("k8s/app.yml", ["dbt", "kubernetes"]),
        ("models/a.sql", ["dbt"]),
        ("main.tf", ["terraform"]),
        ("a.ipynb", ["notebook"]),
        ("Dockerfile.dockerignore", []),
        ("Dockerfile.md", []),
        ("a.py", []),
        (".env", []),
        ("mydockerfiles/readme.txt", []),
        ("compose.py", []),
    ],
)
def test_a_name_tells_the_kinds(path: str, kinds: list[str]) -> None:
    assert [kind.kind.value for kind in kinds_of(path)] == kinds


def test_a_kind_stands_once() -> None:
    assert len({kind.kind for kind in KINDS}) == len(KINDS)
