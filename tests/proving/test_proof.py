"""The proof on a real server and worker: it holds for a good migration and notices every planted fault."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from envlift.applying.prefect_server import save_secret, set_pool_defaults
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Layer
from envlift.proving.comparison import Expected, Verdict
from envlift.proving.flow_runs import Subject, create_pools, deploy, masked, observe
from envlift.proving.loopback import LoopbackServer
from envlift.proving.proof import Stage, copy_of, dotenv_files, prove
from envlift.proving.records import Recording

POOL, PLANTED = "proof-pool", "planted-pool"
DSN = "postgresql://app:hunter2-dsn@db.internal/app"
FLOW = """
    import os
    from dotenv import load_dotenv

    load_dotenv()

    import names
    from prefect import flow


    @flow
    def read():
        pin = os.environ["PIN"]
        assert pin.zfill(6) == pin
        key = os.environ["KEY_LINES"]
        account = os.environ["ACCOUNT"]
        dsn = "postgresql://app:hunter2-dsn@db.internal/app"
        return len(dsn) + len(key) + len(account) + len(names.REGION) + len(os.getenv("SIZE", "3"))
"""
FILES = {
    "read.py": FLOW,
    "names.py": 'import os\nREGION = os.environ["REGION"]\n',
    "prefect.yaml": """
        deployments:
          - name: d
            entrypoint: read.py:read
            work_pool:
              name: proof-pool
        """,
    ".env": """
        PIN=482913
        KEY_LINES="-----BEGIN KEY-----\\nhunter2-line\\n-----END KEY-----\\n"
        ACCOUNT=730192
        REGION=eu
        """,
    ".env.example": "PIN=\n",
}
KEY_LINES = "-----BEGIN KEY-----\nhunter2-line\n-----END KEY-----\n"


def write(folder: Path, files: Mapping[str, str]) -> Subject:
    for name, text in files.items():
        (folder / name).write_text(textwrap.dedent(text))
    hidden = tuple(map(Concealed, ("482913", KEY_LINES, "hunter2-dsn", "730192")))
    return Subject(folder, (POOL,), hidden=hidden)


def rewrite(stage: Stage) -> None:
    path = stage.repository / "read.py"
    text = path.read_text().replace('os.environ["PIN"]', 'Secret.load("pin").get()')
    text = text.replace(f'"{DSN}"', 'Secret.load("app-dsn").get()')
    path.write_text(text.replace("import os\n", "import os\nfrom prefect.blocks.system import Secret\n", 1))


def at(stage: Stage, act: Callable[[], None]) -> None:
    """Act with this process's Prefect settings pointing at the stage's server."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: stage.environment["PREFECT_API_URL"]}):
        act()


def push(stage: Stage, pool: str = POOL, **other: str) -> None:
    """What a push does; ``other`` plants another value."""

    def act() -> None:
        save_secret("pin", Concealed(other.get("PIN", "482913")), for_get=True)
        save_secret("app-dsn", Concealed(DSN), for_get=True)
        # These two feed placeholders: their text must arrive as it is, lines, digits and all.
        save_secret("key-lines", Concealed(KEY_LINES), for_get=False)
        save_secret("account", Concealed("730192"), for_get=False)
        defaults = {
            "KEY_LINES": "{{ prefect.blocks.secret.key-lines }}",
            "ACCOUNT": "{{ prefect.blocks.secret.account }}",
            "REGION": other.get("REGION", "eu"),
        }
        set_pool_defaults(pool, {name: Concealed(value) for name, value in defaults.items()})

    at(stage, act)


def settings(recording: Recording) -> list[Expected]:
    return [
        Expected("PIN", Layer.SECRET, block="pin"),
        Expected("KEY_LINES", Layer.SECRET_ENV),
        Expected("ACCOUNT", Layer.SECRET_ENV),
        Expected("REGION", Layer.POOL_DEFAULT, secret=False),
        Expected("SIZE", Layer.LEAVE, secret=False),
        Expected("APP_DSN", Layer.SECRET, block="app-dsn", literal=recording.digest(Concealed(DSN))),
    ]


@pytest.mark.server
def test_a_good_migration_is_proven(tmp_path: Path) -> None:
    subject = write(tmp_path, FILES)
    recording = Recording(harmless=frozenset({"REGION", "SIZE"}))
    proof = prove(subject, [rewrite, push], settings, recording=recording)
    assert [(row.setting, row.before, row.after, row.verdict) for row in proof.rows] == [
        ("PIN", "********", "********", Verdict.SAME),
        ("KEY_LINES", "********", "********", Verdict.SAME),
        ("ACCOUNT", "********", "********", Verdict.SAME),
        ("REGION", "eu", "eu", Verdict.SAME),
        ("SIZE", "3", "3", Verdict.SAME),
        ("APP_DSN", "********", "********", Verdict.SAME),
    ]
    assert proof.holds
    assert (proof.before.exposed, proof.after.exposed) == ((), ())
    # names.py reads REGION when it is imported, and `prefect deploy` imports it where no pool default is set.
    assert [note.partition(":")[2] for note in proof.after.notes] == [" KeyError: 'REGION'"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        name: textwrap.dedent(text) for name, text in FILES.items()
    }, "the original must stay untouched"


REGIONS = """
    deployments:
      - name: north
        entrypoint: read.py:read
        work_pool: {name: planted-pool, job_variables: {env: {TENANT: "arctic"}}}
      - name: south
        entrypoint: read.py:read
        work_pool: {name: planted-pool, job_variables: {env: {TENANT: "antarctic"}}}
"""


@pytest.mark.server
def test_planted_faults_are_caught(
    tmp_path: Path, prefect_server: LoopbackServer, migrated_server: LoopbackServer
) -> None:
    """Each kind of fault in a setting of its own, all in one migration, beside settings that stay as they are."""
    from prefect.blocks.system import Secret

    lenient = FLOW.replace("assert pin.zfill(6) == pin", 'print(type(pin), os.getenv("QUEUE"), os.environ["TENANT"])')
    env = FILES[".env"] + "    QUEUE=orders\n"
    subject = write(tmp_path, {**FILES, "read.py": lenient, "prefect.yaml": REGIONS, ".env": env})
    subject = replace(subject, pools=(PLANTED,))

    def sabotage(stage: Stage) -> None:
        push(stage, PLANTED, REGION="us")

        def act() -> None:
            Secret(value="482913").save("pin", overwrite=True)  # what a naive push stores: it comes back as an int
            Secret(value=DSN.replace("app:", "other:")).save("app-dsn", overwrite=True)
            Secret(value=KEY_LINES.strip()).save("key-lines", overwrite=True)
            in_clear = {"ACCOUNT": Concealed("730192")}
            set_pool_defaults(PLANTED, in_clear, overwrite=["ACCOUNT"])

        at(stage, act)
        declared = stage.repository / "prefect.yaml"
        swapped = declared.read_text().replace('"arctic"', "?").replace('"antarctic"', '"arctic"')
        declared.write_text(swapped.replace("?", '"antarctic"'))

    moved = (Expected("QUEUE", Layer.POOL_DEFAULT), Expected("TENANT", Layer.DEPLOYMENT, secret=False))
    proof = prove(
        subject,
        [rewrite, sabotage],
        lambda recording: [*settings(recording), *moved],
        serving={"before": lambda: nullcontext(prefect_server), "after": lambda: nullcontext(migrated_server)},
    )
    assert {(row.setting, row.deployment.partition("/")[2], row.verdict) for row in proof.rows} == {
        (setting, deployment, verdict)
        for deployment in ("north", "south")
        for setting, verdict in {
            "PIN": Verdict.OTHER_TYPE,
            "KEY_LINES": Verdict.OTHER_VALUE,
            "ACCOUNT": Verdict.SAME,
            "REGION": Verdict.OTHER_VALUE,
            "SIZE": Verdict.SAME,
            "APP_DSN": Verdict.OTHER_VALUE,
            "QUEUE": Verdict.LOST,
            "TENANT": Verdict.OTHER_VALUE,
        }.items()
    }
    # The value is right, and it stands where everybody sees it.
    assert proof.exposed == ("base_job_template of work pool planted-pool",)
    assert not replace(proof, rows=tuple(row for row in proof.rows if row.same)).holds
    assert not replace(proof, after=replace(proof.after, exposed=())).holds


SET_UP = """
    import os
    from prefect.blocks.system import Secret

    Secret(value=os.environ["SET_UP_TOKEN"]).save("set-up-token", overwrite=True)
"""


@pytest.mark.server
def test_a_program_sets_the_server_up_and_what_it_made_is_hidden(
    prefect_server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SET_UP_TOKEN", "tok-made-by-hand")
    written = write(tmp_path, {"set_up.py": SET_UP, "deploy.py": 'raise SystemExit("no login with tok-made-by-hand")'})
    blocks = {"set-up-token": "flows.py:3", "set-up-other": "flows.py:9"}
    subject = replace(written, pools=("set-up-pool",), scripts=("deploy.py",), set_up="set_up.py", blocks=blocks)
    with pytest.raises(EnvliftError) as caught:
        prove(subject, [], [], serving={"before": lambda: nullcontext(prefect_server)})
    assert "no login with ********" in caught.value.message
    assert "lacks Secret blocks that the code loads: set-up-other (flows.py:9)" in caught.value.message
    assert "--set-up FILE" in caught.value.hint


FAILING = """
    import os, sys, time
    from dotenv import load_dotenv
    from prefect import flow

    load_dotenv()


    @flow
    def fails():
        raise ValueError("cannot log in with " + os.environ["PIN"])


    @flow
    def sleeps():
        time.sleep(600)
"""


@pytest.mark.server
def test_a_failing_flow_is_shown_without_its_secrets(prefect_server: LoopbackServer, tmp_path: Path) -> None:
    subject = replace(failing(tmp_path, "fails"), only=("fails/d",))
    create_pools(prefect_server, subject.pools)
    deploy(prefect_server, subject)
    with pytest.raises(EnvliftError) as caught:
        observe(prefect_server, subject, Recording())
    assert caught.value.exit_code is ExitCode.FOUND
    assert "fails/d: the flow run ended as Failed" in caught.value.message
    assert "ValueError: cannot log in with ********" in caught.value.message
    assert "in fails" in caught.value.message, "the log says where"
    assert "482913" not in caught.value.message


@pytest.mark.server
def test_a_flow_that_does_not_end_is_ended(prefect_server: LoopbackServer, tmp_path: Path) -> None:
    subject = replace(failing(tmp_path, "sleeps"), only=("sleeps/d",))
    create_pools(prefect_server, subject.pools)
    deploy(prefect_server, subject)
    with pytest.raises(EnvliftError, match=r"sleeps/d: still \w+ after"):
        observe(prefect_server, subject, Recording(), run_seconds=8)
    until = time.monotonic() + 10  # a process that was killed takes a moment to go
    while processes_of(prefect_server) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_of(prefect_server) == [], "the flow run must not outlive its worker"
    with pytest.raises(EnvliftError, match="no deployment is called nothing/d"):
        observe(prefect_server, replace(subject, only=("nothing/d",)), Recording())


def failing(folder: Path, flow: str) -> Subject:
    deployments = FILES["prefect.yaml"].replace("read.py:read", f"read.py:{flow}")
    return write(folder, {**FILES, "read.py": FAILING, "prefect.yaml": deployments})


def processes_of(server: LoopbackServer) -> list[str]:
    """Command lines of the recorded processes of a server that still run."""
    mark = f"ENVLIFT_RECORD={server.home}".encode()
    processes = {path: environment(path) for path in Path("/proc").glob("[0-9]*")}
    return [(path / "cmdline").read_text() for path, found in processes.items() if mark in found]


def environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def test_masking_covers_lines_and_longer_values_first() -> None:
    hidden = [Concealed("abc"), Concealed("abcdef"), Concealed("one\ntwo"), Concealed("x")]
    assert masked("abcdef abc two axe", hidden) == "******** ******** ******** axe"


def test_dotenv_files_are_found_and_examples_are_not(tmp_path: Path) -> None:
    names = [".env", ".env.prod", "prod.env", "deep/.env", ".env.example", ".env.sample", "environment.py", ".envrc"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in dotenv_files(tmp_path)] == [
        ".env",
        ".env.prod",
        "deep/.env",
        "prod.env",
    ]


def test_a_copy_leaves_git_and_caches_behind(tmp_path: Path) -> None:
    source = tmp_path / "shop"
    for name in (".git/config", "flows/a.py", "flows/__pycache__/a.pyc", ".venv/bin/python", ".env"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).touch()
    copied = copy_of(Subject(source, ("p",)), tmp_path / "copy").repository
    files = sorted(path.relative_to(copied).as_posix() for path in copied.rglob("*") if path.is_file())
    assert (copied.name, files) == ("shop", [".env", "flows/a.py"])
