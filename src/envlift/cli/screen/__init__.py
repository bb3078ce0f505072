"""What people see: the terminal itself and one view a file. The one room that knows rich."""

from envlift.cli.screen.terminal import Screen, open_screen

__all__ = ["Screen", "open_screen"]
