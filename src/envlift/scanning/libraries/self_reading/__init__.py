"""Libraries that read the environment by themselves: a table of data, one row a library, one file a field."""

from envlift.scanning.libraries.self_reading.clouds import CLOUDS
from envlift.scanning.libraries.self_reading.databases import DATABASES
from envlift.scanning.libraries.self_reading.model_services import MODEL_SERVICES
from envlift.scanning.libraries.self_reading.row import SelfReading
from envlift.scanning.libraries.self_reading.web_services import WEB_SERVICES

SELF_READING: tuple[SelfReading, ...] = (*CLOUDS, *DATABASES, *MODEL_SERVICES, *WEB_SERVICES)

__all__ = ["SELF_READING", "SelfReading"]
