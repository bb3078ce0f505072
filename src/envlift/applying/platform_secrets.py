"""Secrets of the platform that runs a pool's containers, named in the pool's template; their values are never here."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from envlift.applying.pool_templates import PoolOutcome, PoolState, Template
from envlift.applying.server_state import SaveOutcome
from envlift.errors import EnvliftError

_ENV = "{{ env }}"
_FROM_SECRETS = "{{ env_from_secrets }}"


@dataclass(frozen=True, slots=True)
class Platform:
    """How one worker type's template names secrets.

    Args:
        reference: What the template says for a variable and its secret.
        read: The references that a template holds, by variable; KeyError, IndexError or TypeError where it is built
            in another way.
        write: Puts references into a template.
        task: What a person does so that a variable's secret is there.
        manifest: What describes all secrets of a pool to the platform; None where it has no such files.
    """

    reference: Callable[[str, str], dict[str, Any]]
    read: Callable[[Any], dict[str, Any]]
    write: Callable[[Any, dict[str, Any]], None]
    task: str
    manifest: Callable[[str, Mapping[str, str]], str] | None = None


def with_secrets(
    state: PoolState, template: Template, secrets: Mapping[str, str], overwrite: Collection[str]
) -> PoolOutcome:
    """Name secrets in a copy of the template: those that are new, and those that may replace another.

    Args:
        state: Of this template.
        secrets: Variable to the secret's name on the platform.
        overwrite: Variables whose other secret may be replaced.

    Raises:
        EnvliftError: The pool's workers start no containers that take secrets so, or its template is built in another
            way (REFUSED).
    """
    platform = PLATFORMS.get(state.type)
    if platform is None:
        raise EnvliftError(
            f"{state.type} workers take no secrets from a platform (work pool {state.name})",
            hint='Choose another secret-env-feed in the policy, such as "pool", and plan again',
        )
    result = copy.deepcopy(dict(template))
    try:
        held = platform.read(result)
        wanted = {name: platform.reference(name, secret) for name, secret in secrets.items()}
        outcomes = tuple((name, _outcome(state, name, held, wanted, overwrite)) for name in sorted(wanted))
        new = {n: wanted[n] for n, done in outcomes if done in (SaveOutcome.CREATED, SaveOutcome.OVERWRITTEN)}
        if new:
            platform.write(result, {**held, **new})
            _drop_defaults(result, new)
    except (KeyError, IndexError, TypeError):
        raise EnvliftError(
            f"the base job template of the work pool {state.name} is not built as {state.type} templates are",
            hint=f"One from an older release may name no secrets: `prefect work-pool get-default-base-job-template "
            f"--type {state.type}` shows a newer one. Or choose another secret-env-feed in the policy",
        ) from None
    tasks = tuple((name, platform.task.format(name=name, secret=secrets[name])) for name in sorted(new))
    manifest = platform.manifest
    beside = (("secrets.yaml", manifest(state.name, secrets)),) if manifest is not None else ()
    return PoolOutcome(state.name, outcomes, result, tasks, beside)


def _drop_defaults(template: Any, names: Collection[str]) -> None:
    """A default goes before the platform's secret: what a person lets replace it takes its place."""
    env = template["variables"]["properties"].get("env", {})
    if isinstance(env.get("default"), dict):
        env["default"] = {name: value for name, value in env["default"].items() if name not in names}


def _outcome(
    state: PoolState,
    name: str,
    held: Mapping[str, Any],
    wanted: Mapping[str, Any],
    overwrite: Collection[str],
) -> SaveOutcome:
    if name not in held and name not in state.defaults:
        return SaveOutcome.CREATED
    if name in held and held[name] == wanted[name] and name not in state.defaults:
        return SaveOutcome.SAME
    return SaveOutcome.OVERWRITTEN if name in overwrite else SaveOutcome.DIFFERS


# ---- Kubernetes: the job's own list of variables, to which the worker adds those of pool, deployment and run --------


def _pod_container(template: Any) -> Any:
    return template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]["containers"][0]


def _pod_env(template: Any) -> dict[str, Any]:
    env = _pod_container(template).get("env", _ENV)
    # The worker fills `env` of the configuration in, whatever the manifest lists; without it runs would lose theirs.
    if template["job_configuration"]["env"] != _ENV or isinstance(env, dict) or (isinstance(env, str) and env != _ENV):
        raise TypeError
    return {} if env == _ENV else {entry["name"]: entry for entry in env}


def _put_pod_env(template: Any, references: dict[str, Any]) -> None:
    _pod_container(template)["env"] = list(references.values())


def _secret_objects(pool: str, secrets: Mapping[str, str]) -> str:
    """The Secrets without what they hold: whoever applies them gives each its key where secrets are managed."""
    head = f"# What the jobs of the work pool {pool} read. No value belongs into this file.\n"
    objects = (
        f"# With the key {name}: kubectl create secret generic {secret} --from-file={name}=FILE\n"
        f'apiVersion: v1\nkind: Secret\nmetadata:\n  name: "{secret}"\ntype: Opaque\n'
        for name, secret in sorted(secrets.items())
    )
    return head + "---\n".join(objects)


# ---- ECS: the secrets of the container in the task's definition -----------------------------------------------------


def _task_container(template: Any) -> Any:
    if template["variables"]["properties"].get("task_definition_arn", {}).get("default"):
        raise KeyError  # a definition that stands elsewhere goes before the template's
    return template["job_configuration"]["task_definition"]["containerDefinitions"][0]


def _task_secrets(template: Any) -> dict[str, Any]:
    return {entry["name"]: entry for entry in _task_container(template).get("secrets", [])}


def _put_task_secrets(template: Any, references: dict[str, Any]) -> None:
    _task_container(template)["secrets"] = list(references.values())


# ---- Cloud Run: a variable of the template, as `env` is -------------------------------------------------------------


def _run_secrets(template: Any) -> dict[str, Any]:
    if template["job_configuration"]["env_from_secrets"] != _FROM_SECRETS:
        raise KeyError
    return dict(template["variables"]["properties"]["env_from_secrets"].get("default") or {})


def _put_run_secrets(template: Any, references: dict[str, Any]) -> None:
    template["variables"]["properties"]["env_from_secrets"]["default"] = references


PLATFORMS: Mapping[str, Platform] = {
    "kubernetes": Platform(
        lambda name, secret: {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}},
        _pod_env,
        _put_pod_env,
        "create the Kubernetes Secret {secret} with the key {name} in the namespace of the jobs",
        _secret_objects,
    ),
    "ecs": Platform(
        lambda name, secret: {"name": name, "valueFrom": secret},
        _task_secrets,
        _put_task_secrets,
        "create the SSM parameter {secret}, and let the execution role of the task read it",
    ),
    "cloud-run-v2": Platform(
        lambda _, secret: {"secret": secret, "version": "latest"},
        _run_secrets,
        _put_run_secrets,
        "create the secret {secret} in the Secret Manager of the project, and let the job's service account read it",
    ),
}
