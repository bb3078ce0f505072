"""LibCST codemods of envlift; each runs alone under ``python -m libcst.tool codemod``."""
