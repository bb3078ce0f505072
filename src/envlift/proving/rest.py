"""Prefect's REST API over plain HTTP: the proof starts its own servers and must not import what it tests."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envlift.errors import EnvliftError, ExitCode

REQUEST_SECONDS = 30.0
BUSY = 503
BUSY_ATTEMPTS = 20
BUSY_SECONDS = 0.5
# The proxies of the caller's environment do not know a loopback server.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class RestApi:
    """One server.

    Args:
        url: With ``/api`` at its end, without a slash after it.
    """

    url: str

    def get(self, path: str) -> Any:
        """The decoded answer to GET ``path`` (which starts with a slash).

        Raises:
            EnvliftError: The server does not answer, or says no; with the status and path, never the body.
        """
        return self._send(urllib.request.Request(self.url + path))  # noqa: S310 - our own loopback address

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The decoded answer to POST ``path``; raises as :meth:`get`."""
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        return self._send(request)

    def answers(self) -> bool:
        """Whether the server is up."""
        try:
            with _OPENER.open(self.url + "/health", timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def _send(self, request: urllib.request.Request) -> Any:
        what = f"{self.url}: {request.get_method()} {request.selector}"
        for attempt in range(1, BUSY_ATTEMPTS + 1):
            try:
                with _OPENER.open(request, timeout=REQUEST_SECONDS) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                # A busy server has written nothing: it could not lock its SQLite file.
                if error.code != BUSY or attempt == BUSY_ATTEMPTS:
                    # Its body can hold values, so neither it nor the original exception is shown.
                    raise EnvliftError(f"{what} answered {error.code}", exit_code=ExitCode.SERVER) from None
            except OSError as error:
                trouble = type(error).__name__
                raise EnvliftError(f"{what} had no answer ({trouble})", exit_code=ExitCode.SERVER) from None
            time.sleep(BUSY_SECONDS)
        raise AssertionError("the last attempt returns or raises")
