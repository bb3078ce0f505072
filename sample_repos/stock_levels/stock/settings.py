from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="STOCK_", env_file=ROOT / ".env", extra="ignore")

    scanner_url: str
    scanner_password: SecretStr
    max_age_minutes: int = 30
    counts_file: str
