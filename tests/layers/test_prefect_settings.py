"""What is a setting of Prefect is Prefect's own list, not a prefix."""

from __future__ import annotations

import pytest
from prefect.settings import Settings
from prefect.settings.legacy import _get_settings_fields

from envlift.layers.prefect_setting import prefect_setting_names


def test_the_list_holds_every_setting_of_the_installed_prefect() -> None:
    installed = {name for name in _get_settings_fields(Settings) if name.startswith("PREFECT_")}
    assert len(installed) > 100
    assert installed <= prefect_setting_names()


@pytest.mark.parametrize("name", ["PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_HOME", "PREFECT_PROFILE"])
def test_what_prefect_reads_is_on_it(name: str) -> None:
    assert name in prefect_setting_names()


@pytest.mark.parametrize("name", ["PREFECT_ENVIRONMENT", "PREFECT_TASK_RETRIES", "PREFECT_POOL", "API_URL", ""])
def test_what_an_application_invented_is_not(name: str) -> None:
    assert name not in prefect_setting_names()
