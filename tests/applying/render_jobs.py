"""What a run's container would get, by Prefect's own worker classes; a program for an environment that has them.

Standard input is a JSON list of objects of worker type to base job template, standard output one of objects of worker
type to the variables of the container: a text, or the platform's reference to a secret.
"""

import asyncio
import importlib
import json
import sys
from uuid import uuid4

from prefect.client.schemas import FlowRun

WORKERS = {
    "process": "prefect.workers.process.ProcessWorker",
    "docker": "prefect_docker.worker.DockerWorker",
    "kubernetes": "prefect_kubernetes.worker.KubernetesWorker",
    "ecs": "prefect_aws.workers.ecs_worker.ECSWorker",
    "cloud-run": "prefect_gcp.workers.cloud_run.CloudRunWorker",
    "cloud-run-v2": "prefect_gcp.workers.cloud_run_v2.CloudRunWorkerV2",
    "vertex-ai": "prefect_gcp.workers.vertex.VertexAIWorker",
    "azure-container-instance": "prefect_azure.workers.container_instance.AzureContainerWorker",
}
DEPLOYMENT_ENV = {"OF_DEPLOYMENT": "1"}
# What would otherwise be asked of a cloud: its default network, the account behind its credentials.
ELSEWHERE = {"ecs": {"launch_type": "EC2"}, "vertex-ai": {"service_account_name": "x"}}


def worker_class(worker_type):
    module, _, name = WORKERS[worker_type].rpartition(".")
    return getattr(importlib.import_module(module), name)


def written(entries):
    """Variables from a list of names with a value or a reference, as container platforms have it."""
    return {e["name"]: next(v for k, v in e.items() if k != "name") for e in entries}


def of_process(configuration, _):
    return configuration.env


def of_kubernetes(configuration, _):
    return written(configuration.job_manifest["spec"]["template"]["spec"]["containers"][0]["env"])


def of_ecs(configuration, worker_type):
    worker = worker_type(work_pool_name="etl")
    definition = worker._prepare_task_definition(configuration, "eu-west-1", FlowRun(id=uuid4(), flow_id=uuid4()))
    request = worker._prepare_task_run_request(configuration, definition, "arn", new_task_definition_registered=True)
    (container,) = definition["containerDefinitions"]
    (override,) = request["overrides"]["containerOverrides"]
    given = [*container.get("environment", []), *override.get("environment", [])]
    return {**written(container.get("secrets", [])), **written(given)}


def of_cloud_run(configuration, _):
    spec = configuration.job_body["spec"]["template"]["spec"]["template"]["spec"]
    return written(spec["containers"][0]["env"])


def of_cloud_run_v2(configuration, _):
    return written(configuration.job_body["template"]["template"]["containers"][0]["env"])


def of_vertex(configuration, _):
    return written(configuration.job_spec["worker_pool_specs"][0]["container_spec"]["env"])


def of_azure(configuration, _):
    container = configuration.arm_template["resources"][0]["properties"]["containers"][0]
    return written(container["properties"]["environmentVariables"])


SEEN = {
    "process": of_process,
    "docker": of_process,
    "kubernetes": of_kubernetes,
    "ecs": of_ecs,
    "cloud-run": of_cloud_run,
    "cloud-run-v2": of_cloud_run_v2,
    "vertex-ai": of_vertex,
    "azure-container-instance": of_azure,
}


async def rendered(worker_type, template):
    worker = worker_class(worker_type)
    values = {"env": dict(DEPLOYMENT_ENV), **ELSEWHERE.get(worker_type, {})}
    for name in template["variables"].get("required", []):
        values.setdefault(name, "x")
    configuration = await worker.job_configuration.from_template_and_values(template, values)
    configuration.prepare_for_flow_run(FlowRun(id=uuid4(), flow_id=uuid4(), name="run"))
    seen = SEEN[worker_type](configuration, worker)
    return {name: value for name, value in seen.items() if not name.startswith("PREFECT")}


async def main():
    if "--templates" in sys.argv:
        return {worker_type: worker_class(worker_type).get_default_base_job_template() for worker_type in WORKERS}
    return [
        {worker_type: await rendered(worker_type, template) for worker_type, template in templates.items()}
        for templates in json.load(sys.stdin)
    ]


sys.stdout.write(json.dumps(asyncio.run(main())) + "\n")
