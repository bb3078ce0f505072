"""One reminder a customer with unpaid invoices."""

import os
from email.message import EmailMessage
from typing import Any

from dotenv import load_dotenv
from prefect import flow, get_run_logger, task
from prefect.blocks.system import Secret

from ops import records

load_dotenv()


class Outbox:
    """Collects mails; the relay on the host picks them up."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.mails: list[EmailMessage] = []

    def login(self, user: str, password: str) -> None:
        if not password.strip():
            raise PermissionError(f"{user}@{self.host}: empty password")

    def send(self, mail: EmailMessage) -> None:
        self.mails.append(mail)


def open_outbox(sender: str) -> Outbox:
    outbox = Outbox(os.environ["SMTP_HOST"], int(os.getenv("SMTP_PORT", "25")))
    outbox.login(sender, Secret.load("code-deployments-smtp-password").get())
    return outbox


@task
def reminders(invoices: list[dict[str, Any]], sender: str) -> list[EmailMessage]:
    mails = []
    for invoice in invoices:
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, invoice["email"]
        mail["Subject"] = f"Invoice {invoice['number']} is due"
        mail.set_content(f"Dear customer, {invoice['amount']} EUR are still open.")
        mails.append(mail)
    return mails


@flow(name="invoice-mails")
def invoice_mails() -> int:
    sender = os.getenv("INVOICE_SENDER", "billing@localhost")
    outbox = open_outbox(sender)
    unpaid = [i for i in records.load("invoices") if not i["paid"]]
    for mail in reminders(unpaid, sender):
        outbox.send(mail)
    get_run_logger().info("%d reminders for %s:%s", len(outbox.mails), outbox.host, outbox.port)
    records.save("outbox", [{"to": m["To"], "subject": m["Subject"]} for m in outbox.mails])
    return len(outbox.mails)


if __name__ == "__main__":
    invoice_mails()
