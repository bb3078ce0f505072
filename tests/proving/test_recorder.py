"""The recorder notes what the repository's code reads, and the program does not notice."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from envlift.concealed import Concealed
from envlift.proving.records import Boundary, Recording, Records, Seen, read_records

RUN = "0190"


def record(
    tmp_path: Path,
    code: str,
    *,
    recording: Recording | None = None,
    files: dict[str, str] | None = None,
    run: str = RUN,
    **variables: str,
) -> tuple[Records, str]:
    """Run code as a file of a repository under the recorder; returns the records and what it printed."""
    repository, folder = tmp_path / "repository", tmp_path / "records"
    repository.mkdir()
    folder.mkdir()
    for name, text in {"flow.py": code, **(files or {})}.items():
        path = repository / name if name == "flow.py" else tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "outside"), "PREFECT__FLOW_RUN_ID": run}
    environment = (recording or Recording()).environment(folder, repository, {**base, **variables})
    done = subprocess.run(
        [sys.executable, "-W", "error", repository / "flow.py"],
        env=environment,
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return read_records(folder, {RUN: "f/d"}), done.stdout


def one(records: Records) -> Seen:
    (seen,) = records.seen
    return seen


@pytest.mark.parametrize(
    "read",
    [
        'os.environ["TOKEN"]',
        'os.environ.get("TOKEN")',
        'os.environ.get("TOKEN", "d")',
        'os.getenv("TOKEN")',
        'os.getenv("TOKEN", default="d")',
        'os.environb[b"TOKEN"].decode()',
        'os.environ.pop("TOKEN")',
        'dict(os.environ.items())["TOKEN"] if False else os.environ["TOKEN"]',
    ],
)
def test_every_way_to_read_is_noted_once(tmp_path: Path, read: str) -> None:
    recording = Recording()
    records, printed = record(tmp_path, f"import os\nprint({read})", recording=recording, TOKEN="hush")
    assert printed == "hush\n"
    assert one(records) == Seen(
        deployment="f/d",
        boundary=Boundary.ENVIRONMENT,
        name="TOKEN",
        found=True,
        type="bytes" if "environb" in read else "str",
        digest=one(records).digest if "environb" in read else recording.digest(Concealed("hush")),
        plain=None,
        path="flow.py",
        line=2,
        function="<module>",
    )


@pytest.mark.parametrize(
    ("read", "type_name", "default"),
    [
        ('os.getenv("X")', "NoneType", None),
        ('os.environ.get("X", None)', "NoneType", None),
        ('os.getenv("X", "dflt")', "str", "dflt"),
        ('os.environ.get("X", 7)', "int", "7"),
        ('os.environ.pop("X", None)', "NoneType", None),
    ],
)
def test_a_missing_value_is_noted_with_its_default(
    tmp_path: Path, read: str, type_name: str, default: str | None
) -> None:
    recording = Recording()
    records, printed = record(tmp_path, f"import os\nprint({read})", recording=recording)
    assert printed == f"{default}\n"
    seen = one(records)
    assert (seen.found, seen.type) == (False, type_name)
    assert seen.digest == ("" if default is None else recording.digest(Concealed(default)))


def test_a_key_error_stays_a_key_error(tmp_path: Path) -> None:
    code = """
        import os
        try:
            os.environ["X"]
        except KeyError as error:
            print(error.args, error.__cause__, error.__suppress_context__)
    """
    records, printed = record(tmp_path, code)
    assert printed == "('X',) None True\n"
    assert not one(records).found


def test_membership_is_no_read(tmp_path: Path) -> None:
    records, printed = record(tmp_path, 'import os\nprint("A" in os.environ, "B" in os.environ)', A="1")
    assert printed == "True False\n"
    assert [(seen.boundary, seen.name, seen.found) for seen in records.seen] == [
        (Boundary.MEMBERSHIP, "A", True),
        (Boundary.MEMBERSHIP, "B", False),
    ]


def test_writes_stay_writes(tmp_path: Path) -> None:
    code = """
        import os
        os.environ["A"] = "x"
        os.environ.update(B="y")
        del os.environ["A"]
        print(os.environ.get("A"), os.environ["B"], isinstance(os.environ, os._Environ))
    """
    records, printed = record(tmp_path, code)
    assert printed == "None y True\n"
    assert [seen.name for seen in records.seen] == ["A", "B"]


def test_only_harmless_values_are_in_the_file(tmp_path: Path) -> None:
    code = 'import os\nos.environ["HOST"], os.environ["TOKEN"]'
    recording = Recording(harmless=frozenset({"HOST"}))
    records, _ = record(tmp_path, code, recording=recording, HOST="db.internal", TOKEN="hush-hush")
    assert {seen.name: seen.plain for seen in records.seen} == {"HOST": "db.internal", "TOKEN": None}
    written = b"".join(path.read_bytes() for path in (tmp_path / "records").iterdir())
    assert b"hush" not in written
    assert recording.key.encode() not in written


def test_two_recordings_share_no_digest() -> None:
    assert Recording().digest(Concealed("x")) != Recording().digest(Concealed("x"))
    assert "key" not in repr(Recording())


LIBRARY = {"outside/library.py": "import os\ndef token(): return os.environ.get('TOKEN')"}


def test_a_library_that_reads_for_the_code_is_noted_for_watched_names(tmp_path: Path) -> None:
    code = "import library\nprint(library.token())"
    recording = Recording(watched=frozenset({"TOKEN"}))
    records, printed = record(tmp_path, code, recording=recording, files=LIBRARY, TOKEN="hush")
    assert printed == "hush\n"
    assert (one(records).boundary, one(records).path, one(records).line) == (Boundary.LIBRARY, "flow.py", 2)


def test_what_a_library_reads_for_itself_is_left_out(tmp_path: Path) -> None:
    code = "import library, tempfile\ntempfile.gettempdir(), library.token()"
    assert record(tmp_path, code, files=LIBRARY, TMPDIR="/nowhere")[0].seen == ()


def test_loading_a_dotenv_file_is_no_read(tmp_path: Path) -> None:
    code = 'import os, dotenv\ndotenv.load_dotenv("../.env")\nprint(os.environ["TOKEN"])'
    recording = Recording(watched=frozenset({"TOKEN"}))
    records, printed = record(tmp_path, code, recording=recording, files={".env": "TOKEN=hush"})
    assert printed == "hush\n"
    assert one(records).line == 3


def test_other_processes_are_left_alone(tmp_path: Path) -> None:
    """The worker itself, and everything that is no flow run."""
    records, _ = record(tmp_path, 'import os\nos.environ["A"], os._Environ.__getitem__', run="", A="1")
    assert records == Records((), ())


def test_a_flow_run_says_that_it_was_recorded(tmp_path: Path) -> None:
    records, printed = record(tmp_path, "import os\nprint(os.getpid())")
    assert records == Records((), ((RUN, int(printed)),))


def test_the_environments_own_sitecustomize_still_runs(tmp_path: Path) -> None:
    files = {"outside/sitecustomize.py": "mark = 'theirs'"}
    assert record(tmp_path, "import sitecustomize\nprint(sitecustomize.mark)", files=files)[1] == "theirs\n"


def test_a_recorder_that_cannot_write_changes_nothing(tmp_path: Path) -> None:
    code = """
        import os, shutil
        shutil.rmtree(os.environ["ENVLIFT_RECORD"])
        print(os.environ["A"], os.getenv("B", "b"))
        os.makedirs(os.environ["ENVLIFT_RECORD"])
    """
    assert record(tmp_path, code, A="a")[1] == "a b\n"


SECRET = """
    import asyncio, sys
    assert "prefect" not in sys.modules
    from pydantic import SecretStr
    from prefect.blocks.system import Secret

    def block(value, name):
        secret = Secret(value=value)
        secret._block_document_name = name
        return secret

    print(repr(block("12", "pin").get()))
    print(repr(block("plain", "token").value.get_secret_value()))
    async def main():
        return block("hush", "in-async").get()
    print(asyncio.run(main()))
    print(block("x", "shown"), Secret(value="unsaved").get())
"""


def test_secret_blocks_are_noted_by_name_and_type(tmp_path: Path) -> None:
    recording = Recording()
    records, printed = record(tmp_path, SECRET, recording=recording, PREFECT_HOME=str(tmp_path))
    assert printed.splitlines()[:3] == ["12", "'plain'", "hush"]
    assert "unsaved" in printed
    assert [(seen.boundary, seen.name, seen.type) for seen in records.seen] == [
        (Boundary.SECRET, "pin", "int"),
        (Boundary.SECRET, "token", "str"),
        (Boundary.SECRET, "in-async", "str"),
    ]
    assert records.seen[2].digest == recording.digest(Concealed("hush"))


@pytest.mark.parametrize(
    "copy",
    [
        "dict(os.environ)",
        "{**os.environ}",
        "os.environ.copy()",
        "{name: value for name, value in os.environ.items()}",
        "(os.environ | {})",
        "dict(os.environ.items())",
    ],
)
def test_a_copy_of_the_whole_environment_asks_for_nothing(tmp_path: Path, copy: str) -> None:
    records, printed = record(tmp_path, f"import os\nprint({copy}['TOKEN'])", TOKEN="hush")
    assert printed == "hush\n"
    assert {seen.boundary for seen in records.seen if seen.name == "TOKEN"} == {Boundary.COPY}


def test_what_is_read_after_a_copy_is_asked_for(tmp_path: Path) -> None:
    code = """
        import os
        everything = dict(os.environ)
        print(os.environ["TOKEN"], [name for name in os.environ if name == "TOKEN"])
        for name in os.environ:
            if name == "OTHER":
                print(os.environ[name])
    """
    records, printed = record(tmp_path, code, TOKEN="hush", OTHER="o")
    assert printed == "hush ['TOKEN']\no\n"
    asked = [(seen.name, seen.line) for seen in records.seen if seen.boundary is Boundary.ENVIRONMENT]
    assert asked == [("TOKEN", 4), ("OTHER", 7)]


SCRIPT = "echo ${TOKEN:-none} $OTHER\n"
PROFILE = "password: \"{{ env_var('TOKEN') }}\"\n"


@pytest.mark.parametrize(
    ("start", "given"),
    [
        ("subprocess.run(['sh', '../outside/job.sh'])", {"TOKEN": "hush", "OTHER": None}),
        ("subprocess.run('echo $TOKEN', shell=True)", {"TOKEN": "hush"}),
        ("subprocess.run('echo $TOKEN', shell=True, env={'TOKEN': 'other'})", {"TOKEN": "other"}),
        (
            "subprocess.run(['sh', 'job.sh'], cwd='../outside', env={'PATH': '/bin:/usr/bin'})",
            {"TOKEN": None, "OTHER": None},
        ),
        ("subprocess.run(['ls', '-d', '../outside'])", {"TOKEN": "hush"}),
        ("subprocess.run(['ls', '-d', '.'], cwd='../outside')", {"TOKEN": "hush"}),
        ("asyncio.run(started('echo $TOKEN'))", {"TOKEN": "hush"}),
        ("os.system('echo $TOKEN')", {"TOKEN": "hush"}),
        ("subprocess.run(['echo', 'TOKEN', 'OTHER', '$HOME'])", {}),
        ("subprocess.run(['true'])", {}),
    ],
)
def test_what_another_program_is_given_is_noted(tmp_path: Path, start: str, given: dict[str, str | None]) -> None:
    code = f"""
        import asyncio, os, subprocess
        async def started(command):
            await (await asyncio.create_subprocess_shell(command)).wait()
        {start}
    """
    recording = Recording(watched=frozenset({"TOKEN", "OTHER"}))
    files = {"outside/job.sh": SCRIPT, "outside/profiles.yml": PROFILE}
    records, _ = record(tmp_path, code, recording=recording, files=files, TOKEN="hush")
    children = {seen.name: seen.digest for seen in records.seen if seen.boundary is Boundary.CHILD}
    assert children == {n: "" if v is None else recording.digest(Concealed(v)) for n, v in given.items()}
    assert "hush" not in repr(records)


def test_programs_that_only_libraries_start_are_nobodys_matter(tmp_path: Path) -> None:
    files = {
        "outside/lib.py": "import atexit, subprocess\natexit.register(subprocess.run, ['sh', '-c', 'echo $TOKEN'])\n"
    }
    recording = Recording(watched=frozenset({"TOKEN"}))
    records, printed = record(tmp_path, "import lib", recording=recording, files=files, TOKEN="hush")
    assert (printed, records.seen) == ("hush\n", ())
