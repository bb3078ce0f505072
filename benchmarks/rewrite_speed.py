"""How long it takes to rewrite many made-up modules of some hundred lines, each with reads and a constant that sinks.
    python benchmarks/rewrite_speed.py [FILES] [LINES]

Only the rewriting is measured: parsing, edits and the check of each result. 200 files of 300 lines belong under 60 s.
"""

from __future__ import annotations

import sys
import time

from envlift.rewriting import rewrite_files
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.constant_uses import uses_of_constant
from envlift_codemods.constants import constant_of
from envlift_codemods.edits import Edit, Form, LoadSecret, SinkConstant, WhenMissing
from envlift_codemods.parsed import ParsedModule, Place
from envlift_codemods.reads import find_reads

_HEAD = '''\
"""Nightly load number {number}."""

import logging
import os
from datetime import datetime, timedelta

from prefect import flow, task

log = logging.getLogger(__name__)
API_TOKEN = os.environ["API_TOKEN_{number}"]
HEADERS = {{"Authorization": f"Bearer {{API_TOKEN}}"}}
'''
_FUNCTION = '''

@task(retries=2)
def load_{part}(day: datetime, *, limit: int = 100) -> dict[str, object]:
    """Load one day of part {part}."""
    start, end = day, day + timedelta(days=1)
    rows = []
    for page in range(limit):
        # pages end with an empty one
        found = fetch(f"https://shop.test/{part}/{{page}}", headers=HEADERS, params={{"from": start, "to": end}})
        if not found:
            break
        rows += [{{"id": row["id"], "total": round(row["total"] * 1.19, 2)}} for row in found if row.get("paid")]
    log.info("part %s: %d rows", {part}, len(rows))
    return {{"rows": rows, "part": {part}, "until": end}}
'''
_FLOW = '''

@flow
def nightly(day: datetime) -> None:
    """Load all parts."""
    password = os.environ["WAREHOUSE_PASSWORD"]
    key = os.getenv("SIGNING_KEY", "")
    store([load_0(day)], user="etl", password=password, key=key)
'''


def module(number: int, lines: int) -> bytes:
    """A module of about that many lines."""
    parts = [_HEAD.format(number=number)]
    while sum(part.count("\n") for part in parts) < lines - _FLOW.count("\n"):
        parts.append(_FUNCTION.format(part=len(parts) - 1))
    return "".join([*parts, _FLOW]).encode()


def edits(source: bytes) -> list[Edit]:
    """All that can be rewritten in a module."""
    parsed = ParsedModule(source)
    found: list[Edit] = []
    for read in find_reads(parsed):
        block = (read.name or "").lower().replace("_", "-")
        form = form_for(parsed, read, loop_above=False)
        if read.place is Place.MODULE:
            constant = constant_of(parsed, read)
            if not isinstance(constant, str) and not any(u.obstacle for u in uses_of_constant(parsed, constant.name)):
                found.append(
                    SinkConstant(read.span, block, constant.name, Form.LOAD, constant.wrapped, WhenMissing.RAISES)
                )
        elif not isinstance(form, Stays):
            found.append(LoadSecret(read.span, block, form))
    return found


def main() -> None:
    files, lines = (int(argument) for argument in (*sys.argv[1:], *("200", "300")[len(sys.argv) - 1 :]))
    sources = {f"flows/nightly_{number}.py": module(number, lines) for number in range(files)}
    planned = {path: edits(source) for path, source in sources.items()}
    began, busy = time.perf_counter(), time.process_time()
    rewritten = rewrite_files(planned, sources)
    seconds, processor = time.perf_counter() - began, time.process_time() - busy
    length = sum(source.count(b"\n") for source in sources.values()) // files
    print(
        f"{len(rewritten.changes)} of {files} files of {length} lines with {sum(map(len, planned.values()))} edits "
        f"in {seconds:.1f} s ({processor:.1f} s of one processor), {len(rewritten.refusals)} refused"
    )


if __name__ == "__main__":
    main()
