"""What `python -m gchat` does besides serving: `export`, `backup`, `config` and more."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from gchat.config import AccountsConfig, ConfigError, load
from gchat.config.document import document
from gchat.journal.engines import engine_of
from gchat.journal.sqlite.engine import data_folder
from gchat.journal.sqlite.export import backup, export
from gchat.wire.authenticate import SaslError
from gchat.wire.sasl import Verifier


def _export(arguments: argparse.Namespace) -> None:
    for line in export(data_folder(arguments.data)):
        sys.stdout.write(line + "\n")


def _backup(arguments: argparse.Namespace) -> None:
    backup(data_folder(arguments.data), arguments.file)
    print(f"Copied to {arguments.file}")


def _verifier(arguments: argparse.Namespace) -> None:
    """Asks twice on a terminal, otherwise reads a line."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise CommandError("The two are not the same.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise CommandError("A password is needed.")
    try:
        print(Verifier.make(password, AccountsConfig().iterations))
    except SaslError:
        raise CommandError("This cannot be a password.") from None


def _check_config(arguments: argparse.Namespace) -> None:
    try:
        engine_of(load(arguments.file))
    except ConfigError as error:
        raise CommandError(str(error)) from None
    print(f"{arguments.file} is in order")


def _config(arguments: argparse.Namespace) -> None:
    sys.stdout.write(document())


class CommandError(Exception):
    """A sentence with what to do next."""


def parser(name: str) -> argparse.ArgumentParser:
    """The command line of one of COMMANDS."""
    description = COMMANDS[name][1]
    found = argparse.ArgumentParser(prog=f"gchat {name}", description=description)
    if name == "check-config":
        found.add_argument("file", type=Path, metavar="FILE", help="a TOML file with settings")
    if name in ("export", "backup"):
        help_ = "where the server keeps messages"
        found.add_argument("--data", default="", metavar="DIR", help=help_)
    if name == "backup":
        found.add_argument("file", type=Path, metavar="FILE", help="the copy; must not exist yet")
    return found


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], None], str]] = {
    "export": (_export, "Prints all that is kept as JSON Lines; the server may run meanwhile."),
    "backup": (_backup, "Copies all that is kept into one file; the server may run meanwhile."),
    "verifier": (_verifier, "Prints what [operators] and server.password take for a password."),
    "config": (_config, "Prints a file with every setting, its default and what it is for."),
    "check-config": (_check_config, "Says what is wrong with a file of settings."),
}
