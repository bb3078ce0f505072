"""A plan applied to real files: settings move whole or not at all, and only from what the plan was made from."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from envlift.applying.apply import apply_plan, preview
from envlift.applying.files import Mending
from envlift.applying.git import head_commit
from envlift.applying.journal import Entry, begin, home_of
from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import SiteKind
from envlift.plan import Confidence, Decision, Layer, Plan, PlannedSite, Target, TargetKind, ValueSource
from envlift.planning.fingerprints import files_behind, fingerprints_of
from envlift_codemods.edits import Form, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import Span

Git = Callable[..., str]

ETL = """\
import os

from prefect import flow


@flow
def etl():
    token = os.environ["API_TOKEN"]
    bucket = "s3://raw"
    return token, bucket
"""
MORE = """\
import os

from prefect import task


@task
def more():
    return os.environ["API_TOKEN"]
"""
PREFECT = """\
deployments:
  - name: nightly   # every night
    entrypoint: etl.py:etl
    work_pool: {name: pool}
  - name: hourly
    entrypoint: etl.py:etl
    work_pool:
      name: pool
"""
FILES = {"etl.py": ETL, "more.py": MORE, "prefect.yaml": PREFECT, ".env": "API_TOKEN=hunter2\nREGION=eu\n"}
TOKEN = Span(8, 12, 8, 35)
BUCKET = Span(9, 13, 9, 23)
MORE_TOKEN = Span(8, 11, 8, 34)
NIGHTLY = Target(TargetKind.PREFECT_YAML, "nightly", "prefect.yaml", 0)
HOURLY = Target(TargetKind.PREFECT_YAML, "hourly", "prefect.yaml", 1)


def secret(path: str, span: Span) -> PlannedSite:
    return PlannedSite(path, span, SiteKind.ENV_READ, "API_TOKEN", LoadSecret(span, "api-token", Form.LOAD))


def decision(setting: str, layer: Layer, source: ValueSource | None, **more: object) -> Decision:
    usual = Decision(
        setting,
        layer,
        "rule",
        "reason",
        Confidence.SURE,
        None,
        sensitive=False,
        block="",
        source=source,
        targets=(),
        sites=(),
    )
    return replace(usual, **more)  # type: ignore[arg-type]


API_TOKEN = decision(
    "API_TOKEN",
    Layer.SECRET,
    ValueSource(".env", "API_TOKEN"),
    sensitive=True,
    block="api-token",
    sites=(secret("etl.py", TOKEN), secret("more.py", MORE_TOKEN)),
)
REGION = decision("REGION", Layer.DEPLOYMENT, ValueSource(".env", "REGION"), targets=(NIGHTLY, HOURLY))


def bucket(root: Path) -> Decision:
    site = PlannedSite("etl.py", BUCKET, SiteKind.LITERAL, "BUCKET", ReadEnvironment(BUCKET, "BUCKET"))
    source = ValueSource("etl.py", "BUCKET", BUCKET, head_commit(root))
    return decision("BUCKET", Layer.DEPLOYMENT, source, targets=(NIGHTLY, HOURLY), sites=(site,))


def plan_of(root: Path, *decisions: Decision) -> Plan:
    contents = {path: (root / path).read_bytes() for path in files_behind(decisions)}
    return Plan(head_commit(root), fingerprints_of(decisions, contents), decisions, (), ())


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).write_text(text, newline="")


def tree(root: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in root.iterdir() if p.is_file()}


@pytest.fixture
def committed(root: Path, git: Git) -> Path:
    write(root, {**FILES, ".gitignore": ".env\n"})
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return root


def test_a_plan_is_applied(committed: Path) -> None:
    plan = plan_of(committed, API_TOKEN, bucket(committed), REGION)
    outcome = apply_plan(committed, plan, Confidence.SURE)
    assert [change.path for change in outcome.changes] == ["etl.py", "more.py", "prefect.yaml"]
    assert outcome.settings == ("API_TOKEN", "BUCKET", "REGION")
    assert (outcome.refusals, outcome.left) == ((), ())
    assert outcome.mended.mending is Mending.NOTHING
    etl = (committed / "etl.py").read_text()
    assert 'token = Secret.load("api-token").get()' in etl
    assert 'bucket = os.environ["BUCKET"]' in etl
    yaml = (committed / "prefect.yaml").read_text()
    assert yaml.count('BUCKET: "s3://raw"') == yaml.count('REGION: "eu"') == 2
    assert "# every night" in yaml
    assert (committed / ".env").read_text() == FILES[".env"]
    assert not any(b"hunter2" in text for name, text in tree(committed).items() if name != ".env")


def test_applied_again_it_changes_nothing(committed: Path, git: Git) -> None:
    plan = plan_of(committed, API_TOKEN, bucket(committed), REGION)
    apply_plan(committed, plan, Confidence.SURE)
    before = tree(committed)
    assert apply_plan(committed, plan, Confidence.SURE).changes == ()
    git("commit", "-q", "-a", "-m", "migrated")
    assert apply_plan(committed, plan, Confidence.SURE).changes == ()
    assert tree(committed) == before


def test_a_preview_writes_nothing(committed: Path) -> None:
    before = tree(committed)
    outcome = preview(committed, plan_of(committed, API_TOKEN, REGION), Confidence.SURE)
    assert len(outcome.changes) == 3
    assert tree(committed) == before


def test_what_needs_a_person_is_not_touched(committed: Path) -> None:
    plan = plan_of(committed, replace(API_TOKEN, confidence=Confidence.REVIEW), REGION)
    assert [c.path for c in preview(committed, plan, Confidence.SURE).changes] == ["prefect.yaml"]
    assert len(preview(committed, plan, Confidence.REVIEW).changes) == 3


# ---- whole or not at all --------------------------------------------------------------------------------------------


def test_a_refused_file_stops_all_that_its_settings_touch(committed: Path, git: Git) -> None:
    """more.py cannot take the token, so etl.py keeps it too, and its other setting moves."""
    write(committed, {"more.py": MORE.replace("return ", "x = 1\n    return ")})
    git("commit", "-q", "-a", "-m", "odd")
    odd = replace(API_TOKEN, sites=(secret("etl.py", TOKEN), secret("more.py", Span(8, 4, 8, 9))))
    outcome = apply_plan(committed, plan_of(committed, odd, bucket(committed)), Confidence.SURE)
    assert [change.path for change in outcome.changes] == ["etl.py", "prefect.yaml"]
    assert [refusal.path for refusal in outcome.refusals] == ["more.py"]
    assert [left.setting for left in outcome.left] == ["API_TOKEN"]
    assert outcome.left[0].reason.startswith("more.py:8 cannot be rewritten")
    assert outcome.settings == ("BUCKET",)
    assert 'os.environ["API_TOKEN"]' in (committed / "etl.py").read_text()


def test_a_refusal_stops_the_settings_that_cause_it_and_no_others(committed: Path) -> None:
    """The token is refused in more.py, the bucket in prefect.yaml, where the region goes too."""
    odd = replace(API_TOKEN, sites=(secret("etl.py", TOKEN), secret("more.py", Span(1, 0, 1, 3))))
    wrong = replace(bucket(committed), targets=(replace(NIGHTLY, index=9),))
    outcome = preview(committed, plan_of(committed, odd, wrong, REGION), Confidence.SURE)
    assert [change.path for change in outcome.changes] == ["prefect.yaml"]
    assert b"BUCKET" not in outcome.changes[0].after
    assert outcome.settings == ("REGION",)
    assert [left.setting for left in outcome.left] == ["API_TOKEN", "BUCKET"]
    assert [refusal.path for refusal in outcome.refusals] == ["more.py", "prefect.yaml"]


def test_a_file_that_refuses_everything_keeps_all_its_bytes(committed: Path, git: Git) -> None:
    write(committed, {"prefect.yaml": PREFECT + "deployments: []\n"})
    git("commit", "-q", "-a", "-m", "a second list")
    outcome = preview(committed, plan_of(committed, API_TOKEN, bucket(committed), REGION), Confidence.SURE)
    assert [change.path for change in outcome.changes] == ["etl.py", "more.py"]
    assert b'bucket = "s3://raw"' in outcome.changes[0].after
    assert [left.setting for left in outcome.left] == ["BUCKET", "REGION"]


def test_settings_that_only_clash_together_all_stay(committed: Path) -> None:
    """Two edits of one place: neither setting is to blame more than the other."""
    site = PlannedSite("etl.py", TOKEN, SiteKind.ENV_READ, "OTHER", LoadSecret(TOKEN, "other", Form.LOAD))
    other = replace(API_TOKEN, setting="OTHER", block="other", sites=(site,))
    outcome = preview(committed, plan_of(committed, API_TOKEN, other, REGION), Confidence.SURE)
    assert [change.path for change in outcome.changes] == ["prefect.yaml"]
    assert [left.setting for left in outcome.left] == ["API_TOKEN", "OTHER"]


def test_a_variable_without_a_value_is_reported_and_the_others_go(committed: Path) -> None:
    lost = decision("LOST", Layer.DEPLOYMENT, ValueSource(".env", "LOST"), targets=(NIGHTLY,))
    outcome = preview(committed, plan_of(committed, lost, REGION), Confidence.SURE)
    assert [left.setting for left in outcome.left] == ["LOST"]
    assert "no value known for LOST in .env" in outcome.left[0].reason
    assert "--from-environment" in outcome.left[0].reason
    assert b"LOST" not in outcome.changes[0].after
    assert outcome.changes[0].after.count(b"REGION") == 2


def test_a_value_from_the_environment_when_told(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGION", "us")
    plan = plan_of(committed, REGION)
    assert b'"eu"' in preview(committed, plan, Confidence.SURE).changes[0].after
    assert b'"us"' in preview(committed, plan, Confidence.SURE, from_environment=True).changes[0].after


@pytest.mark.parametrize("targets", [(), (Target(TargetKind.POOL, "pool"),)])
def test_a_literal_that_nothing_would_set_stays(committed: Path, targets: tuple[Target, ...]) -> None:
    outcome = preview(
        committed, plan_of(committed, replace(bucket(committed), targets=targets), REGION), Confidence.SURE
    )
    assert [change.path for change in outcome.changes] == ["prefect.yaml"]
    assert "its literals stay" in outcome.left[0].reason


def test_a_value_that_prefect_would_blank_stays(committed: Path) -> None:
    (committed / ".env").write_text("REGION=a {{ ds }} b\n")
    outcome = preview(committed, plan_of(committed, REGION), Confidence.SURE)
    assert outcome.changes == ()
    assert "{{ word }}" in outcome.left[0].reason


def test_a_deployment_call_gets_its_variables(committed: Path, git: Git) -> None:
    call = 'etl.deploy(\n    name="x",\n    work_pool_name="pool",\n)'
    write(committed, {"deploy.py": f"from etl import etl\n\n{call}\n"})
    git("add", ".")
    git("commit", "-q", "-m", "deploy")
    here = Target(TargetKind.CALL, "x", "deploy.py", span=Span(3, 0, 6, 1))
    plan = plan_of(committed, replace(REGION, targets=(here,)), replace(bucket(committed), targets=(here,)))
    apply_plan(committed, plan, Confidence.SURE)
    assert (committed / "deploy.py").read_text() == textwrap.dedent(
        """\
        from etl import etl

        etl.deploy(
            name="x",
            work_pool_name="pool",
            job_variables={"env": {"BUCKET": "s3://raw", "REGION": "eu"}},
        )
        """
    )


# ---- refused --------------------------------------------------------------------------------------------------------


def refusal(root: Path, plan: Plan, **options: bool) -> EnvliftError:
    before = tree(root)
    with pytest.raises(EnvliftError) as caught:
        apply_plan(root, plan, Confidence.SURE, **options)  # type: ignore[arg-type]
    assert tree(root) == before
    assert caught.value.exit_code is ExitCode.REFUSED
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("path", ["etl.py", "more.py"])
def test_a_stale_plan(committed: Path, git: Git, path: str) -> None:
    plan = plan_of(committed, API_TOKEN, REGION)
    write(committed, {path: FILES[path] + "# more\n"})
    assert f"stale: {path} changed" in refusal(committed, plan, allow_dirty=True).message
    git("commit", "-q", "-a", "-m", "more")
    assert "stale" in refusal(committed, plan).message


def test_another_value_in_the_dotenv_file_makes_no_plan_stale(committed: Path) -> None:
    plan = plan_of(committed, REGION)
    (committed / ".env").write_text("API_TOKEN=other\nREGION=asia\n")
    assert b'"asia"' in preview(committed, plan, Confidence.SURE).changes[0].after


def test_half_of_the_changes_made_by_hand_is_stale(committed: Path) -> None:
    plan = plan_of(committed, API_TOKEN, REGION)
    change = preview(committed, plan, Confidence.SURE).changes[0]
    (committed / change.path).write_bytes(change.after)
    assert "stale" in refusal(committed, plan, allow_dirty=True).message


@pytest.mark.parametrize("path", ["more.py", "unrelated.py"])
def test_a_dirty_tree(committed: Path, git: Git, path: str) -> None:
    write(committed, {"unrelated.py": "a = 1\n"})
    git("add", ".")
    git("commit", "-q", "-m", "more")
    write(committed, {path: "a = 2\n" if path == "unrelated.py" else MORE + "\n"})
    error = refusal(committed, plan_of(committed, API_TOKEN))
    assert f"not committed: {path}" in error.message
    assert "--allow-dirty" in error.hint
    assert apply_plan(committed, plan_of(committed, API_TOKEN), Confidence.SURE, allow_dirty=True).changes


def test_the_plan_file_itself_is_not_dirt(committed: Path, git: Git) -> None:
    write(committed, {"envlift-plan.yaml": "old\n"})
    git("add", ".")
    git("commit", "-q", "-m", "plan")
    write(committed, {"envlift-plan.yaml": "new\n"})
    assert apply_plan(committed, plan_of(committed, API_TOKEN), Confidence.SURE).changes


def test_without_git(root: Path) -> None:
    write(root, FILES)
    plan = plan_of(root, API_TOKEN, bucket(root), REGION)
    assert "--allow-dirty" in refusal(root, plan).hint
    assert len(apply_plan(root, plan, Confidence.SURE, allow_dirty=True).changes) == 3
    assert set(tree(root)) == set(FILES)


@pytest.mark.parametrize("layer", [Layer.DEPLOYMENT, Layer.POOL_DEFAULT])
def test_a_secret_in_clear(committed: Path, layer: Layer) -> None:
    wrong = replace(REGION, sensitive=True, layer=layer)
    error = refusal(committed, plan_of(committed, wrong))
    assert "REGION is a secret" in error.message
    assert "REGION=secret_env" in error.hint


def test_an_interrupted_apply_is_mended_first(committed: Path) -> None:
    begin(home_of(committed), committed, [Entry("etl.py", ".envlift-0-etl.py", 0o644)])
    plan = plan_of(committed, API_TOKEN)
    with pytest.raises(EnvliftError, match="interrupted"):
        preview(committed, plan, Confidence.SURE)
    outcome = apply_plan(committed, plan, Confidence.SURE)
    assert outcome.mended.mending is Mending.ROLLED_BACK
    assert len(outcome.changes) == 2


DSN_THEN = "postgresql://localhost/dev"
DSN_NOW = "postgresql://etl:q7Rk92mz-Lw41@db.example.org/etl"


@pytest.mark.parametrize("from_environment", [False, True])
def test_a_value_that_is_a_secret_by_now_goes_nowhere_in_clear(
    root: Path, git: Git, monkeypatch: pytest.MonkeyPatch, *, from_environment: bool
) -> None:
    write(root, {**FILES, ".gitignore": ".env\n", ".env": f"DATABASE_URL={DSN_THEN}\nREGION=eu\n"})
    git("add", ".")
    git("commit", "-q", "-m", "first")
    dsn = replace(REGION, setting="DATABASE_URL", source=ValueSource(".env", "DATABASE_URL"))
    plan = plan_of(root, dsn, REGION)
    if from_environment:
        monkeypatch.setenv("DATABASE_URL", DSN_NOW)
    else:
        write(root, {".env": f"DATABASE_URL={DSN_NOW}\nREGION=eu\n"})
    outcome = apply_plan(root, plan, Confidence.SURE, from_environment=from_environment)
    assert [entry.setting for entry in outcome.left] == ["DATABASE_URL"]
    assert "plan again" in outcome.left[0].reason
    assert outcome.settings == ("REGION",)
    assert not any(b"q7Rk92mz" in text for name, text in tree(root).items() if name != ".env")


@pytest.mark.parametrize(
    ("setting", "value", "rule", "given"),
    [
        ("REPORT_TOKEN", "weekly-report", "rule", False),
        ("REPORT_TOKEN", "weekly-report", "answer", True),
        ("DATABASE_URL", DSN_NOW, "answer", False),  # it came after the answer, or the answer was a mistake
    ],
)
def test_a_person_may_say_that_a_value_is_no_secret_unless_it_shows_one(
    committed: Path, setting: str, value: str, rule: str, *, given: bool
) -> None:
    write(committed, {".env": f"{setting}={value}\n"})
    decision = replace(REGION, setting=setting, source=ValueSource(".env", setting), rule=rule)
    outcome = apply_plan(committed, plan_of(committed, decision), Confidence.SURE)
    assert (outcome.settings, bool(outcome.left)) == (((setting,), False) if given else ((), True))
    assert ("--answer" in repr(outcome.left)) == (rule != "answer")
    assert not any(b"q7Rk92mz" in text for name, text in tree(committed).items() if name != ".env")


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ("from more import *\n\n\ndef here():\n    return os.getcwd()\n", True),
        ("from more import os\n", True),
        ("from more import (\n    more,\n    os as system,\n)\n", True),
        ("from more import more, \\\n    os\n", True),
        ("import more\n\nHERE = more.os.getcwd()\n", True),
        ("import more as m\n\nHERE = m.os.getcwd()\n", True),
        ("def test(monkeypatch):\n    monkeypatch.setattr('more.os.getcwd', str)\n", True),
        ("import os\n\nfrom more import more\n\nX = os.environ['X']\n", False),
        ("import os\n\nONE_MORE = os.getenv('X')\n", False),
        ("from other import *\n", False),
    ],
)
def test_an_import_that_another_module_takes_from_there_stays(root: Path, git: Git, other: str, *, kept: bool) -> None:
    write(root, {**FILES, ".gitignore": ".env\n", "other.py": other})
    git("add", ".")
    git("commit", "-q", "-m", "first")
    apply_plan(root, plan_of(root, API_TOKEN), Confidence.SURE)
    assert (root / "more.py").read_text().startswith("import os\n") is kept
    assert (root / "other.py").read_text() == other
