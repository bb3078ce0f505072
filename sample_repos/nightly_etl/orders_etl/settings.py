"""Settings that are not secret. Secrets are read where they are used."""

import os

# The shop
ORDERS_API_URL = os.getenv("ORDERS_API_URL", "https://orders.brightcart.example/v2")
ORDERS_REGION = os.getenv("ORDERS_REGION", "eu-west")
PAGE_SIZE = int(os.environ.get("ORDERS_PAGE_SIZE", "500"))

# Reporting
REPORT_CURRENCY = os.getenv("REPORT_CURRENCY", "EUR")

# Carriers send weights in grams
GRAMS_PER_KILO = 1000
