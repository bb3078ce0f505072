"""Blocks and pool defaults on a real server: what is saved is what a reader gets."""

from __future__ import annotations

import http.server
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from envlift.applying.prefect_server import read_state, save_secret, set_pool_defaults
from envlift.applying.prefect_server.connection import _without_credentials
from envlift.applying.server_state import SaveOutcome, same_on_both_roads, stored_form
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.proving.loopback import LoopbackServer

JSON_LOOKING = ["482913", "1.10", "1e5", "true", "null", "NaN", '"q"', '{"a":1}', "[1]", " 7 ", "-0"]
PLAIN = ["", "plain text", "00123", "two\nlines\n", "ünïcode ✓", "a'b\"c\\d", "{{ not_a_block }}", "nul"]


@pytest.fixture
def template() -> dict[str, object]:
    return {
        "job_configuration": {"command": "{{ command }}", "env": "{{ env }}", "name": "{{ name }}"},
        "variables": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "title": "Name"},
                "command": {"type": "string"},
                "env": {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            },
        },
    }


def create_pool(server: LoopbackServer, name: str, template: dict[str, object]) -> None:
    server.api.post("/work_pools/", {"name": name, "type": "process", "base_job_template": template})


def read_template(server: LoopbackServer, name: str) -> dict[str, object]:
    found = server.api.get(f"/work_pools/{name}")["base_job_template"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("text", JSON_LOOKING)
def test_what_get_would_decode_is_stored_encoded(text: str) -> None:
    value = Concealed(text)
    assert stored_form(value, for_get=True) != value
    assert stored_form(value, for_get=False) == value
    assert not same_on_both_roads(value)


@pytest.mark.parametrize("text", PLAIN)
def test_what_get_leaves_alone_is_stored_as_it_is(text: str) -> None:
    value = Concealed(text)
    assert stored_form(value, for_get=True) == stored_form(value, for_get=False) == value
    assert same_on_both_roads(value)


@pytest.mark.server
@pytest.mark.parametrize(("number", "text"), list(enumerate([*JSON_LOOKING, *PLAIN])))
def test_get_gives_the_same_string(prefect_api: LoopbackServer, number: int, text: str) -> None:
    from prefect.blocks.system import Secret

    block, value = f"get-{number}", Concealed(text)
    assert save_secret(block, value, for_get=True) is SaveOutcome.CREATED
    assert save_secret(block, value, for_get=True) is SaveOutcome.SAME
    found = Secret.load(block).get()
    assert isinstance(found, str)
    assert found == text


@pytest.mark.server
@pytest.mark.parametrize("text", ["482913", '{"a":1}', "two\nlines", "plain"])
def test_a_block_for_placeholders_holds_the_text_itself(prefect_api: LoopbackServer, text: str) -> None:
    from prefect.blocks.system import Secret

    block = f"placeholder-{abs(hash(text))}"
    save_secret(block, Concealed(text), for_get=False)
    assert Secret.load(block).value.get_secret_value() == text
    assert save_secret(block, Concealed(text), for_get=False) is SaveOutcome.SAME


@pytest.mark.server
def test_another_value_is_kept_unless_told(prefect_api: LoopbackServer) -> None:
    from prefect.blocks.system import Secret

    save_secret("kept", Concealed("theirs"), for_get=True)
    assert save_secret("kept", Concealed("ours"), for_get=True) is SaveOutcome.DIFFERS
    assert Secret.load("kept").get() == "theirs"
    assert save_secret("kept", Concealed("ours"), for_get=True, overwrite=True, write=False) is SaveOutcome.OVERWRITTEN
    assert Secret.load("kept").get() == "theirs"
    assert save_secret("kept", Concealed("ours"), for_get=True, overwrite=True) is SaveOutcome.OVERWRITTEN
    assert Secret.load("kept").get() == "ours"


@pytest.mark.server
def test_a_value_of_another_type_differs(prefect_api: LoopbackServer) -> None:
    """A block that somebody saved as plain digits comes back as an int: the code would break."""
    from prefect.blocks.system import Secret

    Secret(value="482913").save("typed")
    assert save_secret("typed", Concealed("482913"), for_get=True) is SaveOutcome.DIFFERS
    assert save_secret("typed", Concealed("482913"), for_get=False) is SaveOutcome.SAME
    Secret(value={"a": 1}).save("mapping")
    assert save_secret("mapping", Concealed('{"a": 1}'), for_get=True) is SaveOutcome.DIFFERS


@pytest.mark.server
def test_a_preview_writes_nothing(prefect_api: LoopbackServer) -> None:
    assert save_secret("previewed", Concealed("x"), for_get=True, write=False) is SaveOutcome.CREATED
    assert read_state(["previewed"], []).blocks == frozenset()


@pytest.mark.parametrize("name", ["DB_PASSWORD", "a_b", "", "ümlaut", "a/b", "a\n"])
def test_a_name_that_prefect_refuses_is_refused_first(name: str) -> None:
    with pytest.raises(EnvliftError, match="lowercase") as caught:
        save_secret(name, Concealed("s3cret"), for_get=True)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "s3cret" not in str(caught.value)


def test_the_mask_is_no_value() -> None:
    with pytest.raises(EnvliftError, match="mask"):
        save_secret("masked", Concealed("********"), for_get=True)


@pytest.mark.server
def test_defaults_are_merged_and_nothing_else_changes(prefect_api: LoopbackServer, template: dict[str, object]) -> None:
    create_pool(prefect_api, "merged", template)
    first = set_pool_defaults("merged", {"B": Concealed("2"), "A": Concealed("1")})
    assert first.outcomes == (("A", SaveOutcome.CREATED), ("B", SaveOutcome.CREATED))
    second = set_pool_defaults("merged", {"A": Concealed("1"), "B": Concealed("other"), "C": Concealed("3")})
    assert second.of(SaveOutcome.SAME) == ("A",)
    assert second.of(SaveOutcome.DIFFERS) == ("B",)
    assert second.of(SaveOutcome.CREATED) == ("C",)
    template["variables"]["properties"]["env"]["default"] = {"A": "1", "B": "2", "C": "3"}  # type: ignore[index]
    assert read_template(prefect_api, "merged") == template


@pytest.mark.server
def test_a_default_is_overwritten_by_name_only(prefect_api: LoopbackServer, template: dict[str, object]) -> None:
    create_pool(prefect_api, "overwritten", template)
    set_pool_defaults("overwritten", {"A": Concealed("1"), "B": Concealed("2")})
    new = {"A": Concealed("x"), "B": Concealed("y")}
    assert set_pool_defaults("overwritten", new, overwrite=["A"], write=False).of(SaveOutcome.OVERWRITTEN) == ("A",)
    assert set_pool_defaults("overwritten", new, overwrite=["A"]).of(SaveOutcome.DIFFERS) == ("B",)
    (pool,) = read_state([], ["overwritten"]).pools
    assert dict(pool.defaults) == {"A": Concealed("x"), "B": Concealed("2")}


@pytest.mark.server
def test_state_names_what_exists(prefect_api: LoopbackServer, template: dict[str, object]) -> None:
    template["job_configuration"] = {"command": "{{ command }}"}
    create_pool(prefect_api, "deaf", template)
    save_secret("stated", Concealed("hush-hush"), for_get=True)
    state = read_state(["stated", "absent", "NOT_A_NAME"], ["deaf", "absent"])
    assert state.blocks == {"stated"}
    assert [(pool.name, pool.type, pool.takes_defaults) for pool in state.pools] == [("deaf", "process", False)]
    assert state.api_url == prefect_api.api_url
    assert "hush" not in repr(state)


@pytest.mark.server
def test_a_pool_that_ignores_defaults_gets_none(prefect_api: LoopbackServer, template: dict[str, object]) -> None:
    variables = template["variables"]["properties"]  # type: ignore[index]
    variables["env"] = {"type": "array"}
    create_pool(prefect_api, "listed", template)
    create_pool(prefect_api, "empty", {})
    for pool in ("listed", "empty"):
        before = read_template(prefect_api, pool)
        with pytest.raises(EnvliftError, match="takes no environment defaults"):
            set_pool_defaults(pool, {"A": Concealed("1")})
        assert read_template(prefect_api, pool) == before
    with pytest.raises(EnvliftError, match="no work pool nowhere") as caught:
        set_pool_defaults("nowhere", {"A": Concealed("1")})
    assert "work-pool create nowhere" in caught.value.hint


class Refusal(http.server.BaseHTTPRequestHandler):
    """A server that answers everything with one status or version."""

    status, body = 401, b"{}"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def other_server() -> Iterator[tuple[str, type[Refusal]]]:
    handler = type("Handler", (Refusal,), {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api", handler
    server.shutdown()
    thread.join()
    server.server_close()


def trouble_at(url: str) -> EnvliftError:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: url}), pytest.raises(EnvliftError) as caught:
        read_state(["a"], [])
    assert caught.value.exit_code is ExitCode.SERVER
    assert caught.value.hint
    assert caught.value.__cause__ is None
    return caught.value


def test_an_unauthorised_answer_is_said(other_server: tuple[str, type[Refusal]]) -> None:
    error = trouble_at(other_server[0])
    assert "refused us (HTTP 401)" in error.message
    assert "PREFECT_API_KEY" in error.hint


def test_a_server_that_is_too_old_is_said(other_server: tuple[str, type[Refusal]]) -> None:
    other_server[1].status, other_server[1].body = 200, b'"2.20.27"'
    assert "runs Prefect 2.20.27" in trouble_at(other_server[0]).message


def test_a_server_that_is_down_is_named_without_credentials() -> None:
    error = trouble_at("http://someone:s3cret@127.0.0.1:9/api")
    assert "http://127.0.0.1:9/api does not answer" in error.message
    assert "s3cret" not in error.message + error.hint


def run_alone(code: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


REPORT = """
    from envlift.applying.prefect_server import read_state, save_secret
    from envlift.concealed import Concealed
    from envlift.errors import EnvliftError
    try:
        {call}
    except EnvliftError as error:
        print(error.exit_code.name, error.message, "|", error.hint)
"""


@pytest.mark.server
def test_without_a_server_none_is_started(prefect_server: LoopbackServer, tmp_path: Path) -> None:
    environment = {**prefect_server.environment(without=["PREFECT_API_URL"]), "PREFECT_HOME": str(tmp_path)}
    del environment["PREFECT_API_URL"]
    done = run_alone(REPORT.format(call="read_state([], [])"), environment, tmp_path)
    assert done.stdout.startswith("SERVER no Prefect server is configured")
    assert done.stderr == ""
    assert not list(tmp_path.glob("*.db")), "an ephemeral server leaves its database"


@pytest.mark.server
def test_the_terminal_stays_clean(prefect_server: LoopbackServer, tmp_path: Path) -> None:
    call = "print(save_secret('quiet', Concealed('12'), for_get=True).name)"
    done = run_alone(REPORT.format(call=call), prefect_server.environment(), tmp_path)
    assert (done.stdout, done.stderr) == ("CREATED\n", "")
    down = {**prefect_server.environment(), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    done = run_alone(REPORT.format(call=call), down, tmp_path)
    assert "does not answer" in done.stdout
    assert done.stderr == ""


def test_settings_that_prefect_refuses_are_said(tmp_path: Path) -> None:
    from envlift.proving.loopback import child_environment

    environment = {**child_environment(tmp_path), "PREFECT_API_REQUEST_TIMEOUT": "hunter2"}
    done = run_alone(REPORT.format(call="read_state([], [])"), environment, tmp_path)
    assert done.stdout.startswith("SERVER Prefect does not start with the settings"), done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
        ("https://adm:hunter2@host/api", "https://host/api"),
        ("https://adm:hun/ter2@host/api?key=hunter2", "https://host/api"),
        ("adm:hunter2@host", "host"),
        ("adm:hun@ter2@host:4200/api", "host:4200/api"),
        ("//adm:hunter2@host/api", "host/api"),
    ],
)
def test_an_address_is_shown_without_credentials_though_it_has_no_scheme(url: str, shown: str) -> None:
    assert _without_credentials(url) == shown
