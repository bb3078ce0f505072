"""How Terraform's language writes what we put into it."""

from __future__ import annotations

import json


def hcl_text(text: str) -> str:
    """A quoted text of HCL: as JSON, but that ``${`` and ``%{`` would begin a template."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
