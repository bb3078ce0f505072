import os

# The modules read their settings when they are imported.
os.environ.setdefault("ORDERS_API_URL", "https://orders.test/v2")
os.environ.setdefault("MANIFEST_SIGNING_KEY", "test-key")
