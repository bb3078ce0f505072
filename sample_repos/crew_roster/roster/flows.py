"""Rosters of a region, to its ships."""

import asyncio
import os

from prefect import flow, get_run_logger, task
from prefect.blocks.system import Secret

from roster.crew import rosters
from roster.mail import login


@task
async def send(roster: dict) -> str:
    password = (await Secret.aload("ship-mail-password")).get()
    await asyncio.sleep(0)
    return f"{login(password)}: {roster['ship']} {', '.join(roster['crew'])}"


@flow(name="send-rosters")
async def send_rosters() -> int:
    region = os.environ["ROSTER_REGION"]
    sent = [await send(roster) for roster in rosters(region)]
    get_run_logger().info("%s: %d sent", region, len(sent))
    return len(sent)
