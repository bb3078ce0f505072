"""Which Python files are services that run for long or programs for people, and which only use the same libraries."""

from __future__ import annotations

import pytest

from envlift.scanning.roles import is_command, is_service


@pytest.mark.parametrize(
    "source",
    [
        "from fastapi import FastAPI\napp = FastAPI()",
        "import streamlit as st",
        "from discord.ext import commands",
        "from discord import Client, Intents",
        "import discord\nclient = discord.Client(intents=intents)",
        "from telegram.ext import Application",
    ],
)
def test_a_service(source: str) -> None:
    assert is_service(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "from discord import Webhook, Embed",
        "import discord\nhook = discord.SyncWebhook.from_url(url)",
        "from telegram import Bot",
        "import typer\napp = typer.Typer()",
        "import requests",
    ],
)
def test_no_service(source: str) -> None:
    assert not is_service(source.encode())


@pytest.mark.parametrize(
    "source",
    ["import typer\napp = typer.Typer()", "import click\n@click.command()\ndef main(): ...", "fire.Fire(main)"],
)
def test_a_program_for_the_command_line(source: str) -> None:
    assert is_command(source.encode())


@pytest.mark.parametrize(
    "source",
    ["@bot.command()\nasync def roll(ctx): ...", "import click\nclick.echo('x')", "parser = argparse.ArgumentParser()"],
)
def test_no_program_for_the_command_line(source: str) -> None:
    assert not is_command(source.encode())
