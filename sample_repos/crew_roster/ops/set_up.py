"""Make what the flows need on a Prefect server, from variables of the shell: python ops/set_up.py"""

import os

from prefect import get_client
from prefect.blocks.system import Secret
from prefect.client.schemas.actions import WorkPoolUpdate

BLOCKS = {"crew-api-token": "CREW_API_TOKEN", "ship-mail-password": "SHIP_MAIL_PASSWORD"}
POOL = "roster-pool"
VARIABLES = {"CREW_API_URL": "https://crew.fjordlinje.example/v2"}


def main() -> None:
    for name, variable in BLOCKS.items():
        Secret(value=os.environ[variable]).save(name, overwrite=True)
    with get_client(sync_client=True) as client:
        template = client.read_work_pool(POOL).base_job_template
        template["variables"]["properties"]["env"]["default"] = VARIABLES
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))


if __name__ == "__main__":
    main()
