"""Signatures of exports."""

import hashlib
import hmac

from .config import EXPORT_SIGNING_KEY

_SIGNER = hmac.new(EXPORT_SIGNING_KEY.encode(), digestmod=hashlib.sha256)


def sign(text: str) -> str:
    signer = _SIGNER.copy()
    signer.update(text.encode())
    return signer.hexdigest()
