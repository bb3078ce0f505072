"""Every row of the tables of libraries takes its examples and leaves the others."""

from __future__ import annotations

import pytest

from envlift.inventory import SiteKind
from envlift.scanning.glances import glance
from envlift.scanning.libraries.ambient_reads import find_ambient_reads, named_only
from envlift.scanning.libraries.config_readers import CONFIG_READERS, ConfigReader
from envlift.scanning.libraries.self_reading import SELF_READING, SelfReading
from envlift.scanning.python import PythonFile, scan_python
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import READ_IDIOMS


def forms_of(source: str) -> list[tuple[str, str]]:
    scanned = scan_python("a.py", source.encode())
    assert isinstance(scanned, PythonFile)
    reads = [s for s in scanned.sites if s.kind is SiteKind.ENV_READ]
    return [(s.form.removesuffix("[]"), s.name) for s in reads]


@pytest.mark.parametrize(
    ("row", "source"), [(row, source) for row in CONFIG_READERS for source in row.takes], ids=lambda v: repr(v)[:60]
)
def test_a_configuration_library_takes(row: ConfigReader, source: str) -> None:
    assert (row.library, "A") in forms_of(source)


@pytest.mark.parametrize(
    ("row", "source"), [(row, source) for row in CONFIG_READERS for source in row.leaves], ids=lambda v: repr(v)[:60]
)
def test_a_configuration_library_leaves(row: ConfigReader, source: str) -> None:
    assert row.library not in {form for form, _ in forms_of(source)}


def ambient(row: SelfReading, source: str) -> bool:
    wanted = (f"{row.library} reads it", next(iter(row.variables)))
    return wanted in {(s.form, s.name) for s in find_ambient_reads(ParsedModule(source.encode()), "a.py")}


@pytest.mark.parametrize(
    ("row", "source"), [(row, source) for row in SELF_READING for source in row.takes], ids=lambda v: repr(v)[:60]
)
def test_a_self_reading_library_takes(row: SelfReading, source: str) -> None:
    assert ambient(row, source)


@pytest.mark.parametrize(
    ("row", "source"), [(row, source) for row in SELF_READING for source in row.leaves], ids=lambda v: repr(v)[:60]
)
def test_a_self_reading_library_leaves(row: SelfReading, source: str) -> None:
    assert not ambient(row, source)


def test_every_row_has_examples_of_both_kinds() -> None:
    assert [row.library for row in (*CONFIG_READERS, *SELF_READING) if not row.takes or not row.leaves] == []


def test_no_library_has_two_rows() -> None:
    names = [row.library for row in (*CONFIG_READERS, *SELF_READING)]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    "source", [source for row in (*READ_IDIOMS, *CONFIG_READERS) for source in row.takes], ids=repr
)
def test_the_first_look_passes_no_example_by(source: str) -> None:
    assert glance("a.py", source.encode()).facts() is not None


def test_a_tracer_reads_what_is_its_own_and_not_what_its_agent_or_a_page_reads() -> None:
    reads = find_ambient_reads(ParsedModule(b"from ddtrace import patch_all\npatch_all()\n"), "a.py")
    known = ["DD_AGENT_HOST", "DD_SERVICE", "DD_TRACE_ENABLED"]
    others = ["DD_APM_NON_LOCAL_TRAFFIC", "DD_LOGS_CONFIG_CONTAINER_COLLECT_ALL", "DD_RUM_CLIENT_TOKEN"]
    assert sorted(site.name for site in named_only(reads, [*known, *others])) == known
