"""Values that a person gave because no file of the repository holds one."""

from __future__ import annotations

from dataclasses import replace

from envlift.errors import EnvliftError, ExitCode
from envlift.layers import Setting
from envlift.plan import Layer, ValueSource
from envlift.policy import ANSWERS_FILE, Answers
from envlift.sensitivity.judgement import judge


def with_given_value(setting: Setting, given: Answers) -> Setting:
    """The setting with the value that a person gave where no file holds one.

    Raises:
        EnvliftError: it is a secret, which no file of answers may hold.
    """
    value = given.values.get(setting.name)
    if value is None or setting.source is not None or setting.literals or setting.environments:
        return setting
    answer = given.get(setting.name)
    as_secret = answer is not None and answer.layer in (Layer.SECRET, Layer.SECRET_ENV)
    if as_secret or setting.judgement.sensitive or judge(setting.name, values=[value]).sensitive:
        raise EnvliftError(
            f"{setting.name} is a secret, and {ANSWERS_FILE} would hold it in clear",
            f"answer {setting.name}=secret, without its value: `envlift push` asks for that",
            ExitCode.USAGE,
        )
    return replace(setting, source=ValueSource(ANSWERS_FILE, setting.name), differs="")
