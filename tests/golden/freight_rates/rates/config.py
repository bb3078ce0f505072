"""All settings of the package, read once."""

import os

from dotenv import load_dotenv

load_dotenv()

CARRIER_API_URL = os.getenv("CARRIER_API_URL", "https://rates.polarfracht.example/v3")
CARRIER_API_KEY = os.environ["CARRIER_API_KEY"]

DB_HOST = os.environ["PRICING_DB_HOST"]

# Read by rates.signing, which makes its signer when it is imported.
EXPORT_SIGNING_KEY = os.environ["EXPORT_SIGNING_KEY"]

ALERTS_URL = os.getenv("ALERTS_URL", "https://alerts.nordkai.internal")

RATES_DIR = os.getenv("RATES_DIR", "data")
# A rate may exceed what was agreed by this much.
TOLERANCE = "0.05"
