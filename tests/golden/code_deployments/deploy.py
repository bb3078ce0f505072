"""Deploys both flows from this checkout: python deploy.py"""

from pathlib import Path

from prefect import flow

HERE = Path(__file__).resolve().parent
POOL = "ops-pool"


def main() -> None:
    flow.from_source(
        source=str(HERE),
        entrypoint="flows/crm_sync.py:crm_sync",
    ).deploy(
        name="hourly",
        work_pool_name=POOL,
        interval=3600,
        paused=True,
        tags=["crm"],
        job_variables={
            "env": {
                "CRM_ACCOUNT": "harbourlight-prod",
                "CRM_BASE_URL": "https://crm.harbourlight.internal",
                "CRM_BATCH_SIZE": "2",
            },
        },
    )

    flow.from_source(
        source=str(HERE),
        entrypoint="flows/invoice_mails.py:invoice_mails",
    ).deploy(
        name="mondays",
        work_pool_name=POOL,
        cron="0 7 * * 1",
        paused=True,
        job_variables={"env": {
            "PYTHONUNBUFFERED": "1",
            "INVOICE_SENDER": "billing@harbourlight.example",
            "SMTP_HOST": "mail.harbourlight.internal",
            "SMTP_PORT": "2525",
        }},
        print_next_steps=False,
    )


if __name__ == "__main__":
    main()
