"""What `python -m gchat` does besides serving: `export`, `backup`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs

from gchat.journal.export import backup, export


def data_folder(given: str) -> Path:
    """The folder where messages are kept: the given one, or gchat's own in the user's data
    directory.
    """
    return Path(given or platformdirs.user_data_dir("gchat", appauthor=False))


def _export(arguments: argparse.Namespace) -> None:
    for line in export(data_folder(arguments.data)):
        sys.stdout.write(line + "\n")


def _backup(arguments: argparse.Namespace) -> None:
    backup(data_folder(arguments.data), arguments.file)
    print(f"Copied to {arguments.file}")


def parser(name: str) -> argparse.ArgumentParser:
    """The command line of one of COMMANDS."""
    description = COMMANDS[name][1]
    found = argparse.ArgumentParser(prog=f"gchat {name}", description=description)
    found.add_argument("--data", default="", metavar="DIR", help="where the server keeps messages")
    if name == "backup":
        found.add_argument("file", type=Path, metavar="FILE", help="the copy; must not exist yet")
    return found


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], None], str]] = {
    "export": (_export, "Prints all that is kept as JSON Lines; the server may run meanwhile."),
    "backup": (_backup, "Copies all that is kept into one file; the server may run meanwhile."),
}
