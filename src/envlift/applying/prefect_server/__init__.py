"""The one place that talks to a Prefect server, through Prefect's own client and settings.

The library takes a second to import and reads its settings meanwhile, so it is imported when it is first needed.
"""

from envlift.applying.prefect_server.connection import is_configured
from envlift.applying.prefect_server.reading import BlockFacts, Deployed, ServerFacts, read_facts
from envlift.applying.prefect_server.writing import ServerState, read_state, save_secret, set_pool_defaults

__all__ = [
    "BlockFacts",
    "Deployed",
    "ServerFacts",
    "ServerState",
    "is_configured",
    "read_facts",
    "read_state",
    "save_secret",
    "set_pool_defaults",
]
