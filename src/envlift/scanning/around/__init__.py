"""What stands around Python: who else reads a variable, and where a value comes from. One kind of file a module.

A new kind is a module with ``read(path, content) -> Found`` and one row in ``kinds.KINDS``.
"""

from envlift.scanning.around.walking import mentions_around

__all__ = ["mentions_around"]
