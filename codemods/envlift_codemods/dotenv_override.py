"""The codemod after which a ``.env`` file no longer beats variables that are set."""

from __future__ import annotations

import libcst as cst
from libcst.codemod import CodemodCommand

from envlift_codemods.dotenv_calls import overriding_calls
from envlift_codemods.edits import DropOverride
from envlift_codemods.one_file import edited, parsed


class DotenvOverride(CodemodCommand):
    """Leave ``override=True`` out of calls of ``load_dotenv``; one that is computed stays."""

    DESCRIPTION = "Let variables that are set, such as those of a Prefect deployment, win over a .env file."

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        module = parsed(self, tree)
        if module is None:
            return tree
        return edited(self, tree, [DropOverride(module.span(call)) for call in overriding_calls(module)])
