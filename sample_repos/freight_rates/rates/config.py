"""All settings of the package, read once."""

import os

from dotenv import load_dotenv

load_dotenv()

CARRIER_API_URL = os.getenv("CARRIER_API_URL", "https://rates.polarfracht.example/v3")
CARRIER_API_KEY = os.environ["CARRIER_API_KEY"]

DB_HOST = os.environ["PRICING_DB_HOST"]
DB_PASSWORD = os.environ["PRICING_DB_PASSWORD"]

# Read by rates.signing, which makes its signer when it is imported.
EXPORT_SIGNING_KEY = os.environ["EXPORT_SIGNING_KEY"]

ALERTS_URL = os.getenv("ALERTS_URL", "https://alerts.nordkai.internal")
ALERTS_TOKEN = os.environ["ALERTS_TOKEN"]
ALERTS_LOGIN = {"X-Team": "pricing", "Authorization": f"Token {ALERTS_TOKEN}"}

RATES_DIR = os.getenv("RATES_DIR", "data")
# A rate may exceed what was agreed by this much.
TOLERANCE = "0.05"
