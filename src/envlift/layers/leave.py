"""``leave``: what is not the repository's configuration, or not its flows'."""

from __future__ import annotations

import re

from envlift.layers.claims import Claim, serves_itself
from envlift.layers.prefect_setting import prefect_setting_names
from envlift.layers.setting import Setting
from envlift.plan import Confidence, Layer
from envlift.scanning.libraries.settings_classes import FORM as SETTINGS_FIELD
from envlift.sensitivity.judgement import judge

CONSTANT = "domain-constant"

# Variables that the operating system, the shell, CI or a toolchain sets; their value belongs to the machine.
_MACHINE = frozenset(
    [
        "HOME",
        "USER",
        "USERNAME",
        "LOGNAME",
        "PATH",
        "PWD",
        "OLDPWD",
        "SHELL",
        "TERM",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TMPDIR",
        "TMP",
        "TEMP",
        "HOSTNAME",
        "COMPUTERNAME",
        "APPDATA",
        "LOCALAPPDATA",
        "USERPROFILE",
        "PROGRAMFILES",
        "SYSTEMROOT",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "DISPLAY",
        "EDITOR",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "CONDA_DEFAULT_ENV",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTEST_CURRENT_TEST",
        "PYTEST_VERSION",
        "CI",
        "TOX_ENV_NAME",
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "FORCE_COLOR",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
        "GITHUB_ACTOR",
        "GITHUB_ENV",
        "GITHUB_EVENT_NAME",
        "GITHUB_OUTPUT",
        "GITHUB_REF",
        "GITHUB_REF_NAME",
        "GITHUB_SHA",
        "GITHUB_STEP_SUMMARY",
        "AWS_LAMBDA_FUNCTION_NAME",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "CUDA_VISIBLE_DEVICES",
        "OMP_NUM_THREADS",
    ]
)
_MACHINE_PREFIXES = (
    # What the worker tells each run, e.g. ``PREFECT__FLOW_RUN_ID`` (prefect.workers.base, ``_base_environment``).
    "PREFECT__",
    "ECS_CONTAINER_METADATA",
    "GITHUB_ACTION",
    "GITHUB_RUN",
    "GITHUB_WORKFLOW",
    "CI_JOB",
    "CI_PIPELINE",
    "BUILDKITE_",
    # What batch schedulers tell the job that runs.
    "SLURM_JOB",
    "SLURM_ARRAY",
    "SLURM_PROC",
    "SLURM_NODE",
    "SLURM_CPUS",
    "SLURM_NTASKS",
    "PBS_JOB",
    "PBS_NODE",
    "PBS_O_",
    "LSB_JOB",
)

# What tells one run from the next, under the names that people guess for it.
_OF_A_RUN = re.compile(r"(?:^|_)(?:FLOW|TASK)_RUN_(?:ID|NAME)$")


# Fields in which a settings class keeps what the program is.
_OWN_NAMES = frozenset(
    [
        "APP_NAME",
        "APP_TITLE",
        "APP_VERSION",
        "APP_DESCRIPTION",
        "API_TITLE",
        "PROJECT_NAME",
        "PROJECT_VERSION",
        "VERSION",
    ]
)


def claim(setting: Setting) -> Claim | None:
    """Variables of the machine or the code itself, and literals that no rule moves: constants, placeholders."""
    if setting.name in _MACHINE or setting.name.startswith(_MACHINE_PREFIXES):
        reason = "set by the operating system, CI or the toolchain, not by this project"
        return Claim(Layer.LEAVE, "machine-variable", reason, Confidence.SURE)
    if _OF_A_RUN.search(setting.name):
        reason = "it names one run, so whoever starts the run sets it"
        return Claim(Layer.LEAVE, "name-of-a-run", reason, Confidence.SURE)
    if setting.judgement.reference and judge(setting.name).sensitive and setting.name not in prefect_setting_names():
        reason = "its value is a reference to a secret kept elsewhere, not the secret itself"
        return Claim(Layer.LEAVE, "reference", reason, Confidence.SURE)
    if setting.settled_at and setting.name not in prefect_setting_names():
        reason = f"the code sets it itself ({setting.settled_at}), whatever it was before"
        return Claim(Layer.LEAVE, "set-by-code", reason, Confidence.SURE)
    if _is_own_name(setting):
        reason = "what the program calls itself, the same wherever it runs"
        return Claim(Layer.LEAVE, "application-constant", reason, Confidence.SURE)
    if setting.literals and not setting.reads and setting.worth_moving is None:
        reason = setting.staying or "a constant of the program, not configuration"
        return Claim(Layer.LEAVE, CONSTANT, reason, Confidence.SURE)
    return None


def _is_own_name(setting: Setting) -> bool:
    """Whether only fields with a default hold it, and nothing gives it another value."""
    fields = setting.reads and all(s.form.startswith(SETTINGS_FIELD) and serves_itself(s) for s in setting.reads)
    named = setting.name.upper() in _OWN_NAMES
    return named and bool(fields) and setting.source is None and not setting.differs and not setting.set_at
