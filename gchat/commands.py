"""What `python -m gchat` does besides serving: `export`, `backup`, `config` and more."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from gchat import system
from gchat.config import AccountsConfig, ConfigError, load
from gchat.config.document import document
from gchat.errors import GchatError
from gchat.journal.engines import engine_of
from gchat.journal.sqlite.engine import data_folder
from gchat.journal.sqlite.export import backup, export
from gchat.wire.authenticate import SaslError
from gchat.wire.sasl import Verifier


def _export(arguments: argparse.Namespace) -> None:
    system.readable(sys.stdout, "utf-8")
    for line in export(data_folder(arguments.data)):
        sys.stdout.write(line + "\n")


def _backup(arguments: argparse.Namespace) -> None:
    backup(data_folder(arguments.data), arguments.file)
    print(f"Copied to {arguments.file}")


def _verifier(arguments: argparse.Namespace) -> None:
    """Asks twice on a terminal, otherwise reads a line."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Repeat password: ") != password:
            raise CommandError("The passwords do not match.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise CommandError("The password is empty.")
    try:
        print(Verifier.make(password, AccountsConfig().iterations))
    except SaslError:
        raise CommandError("The password has characters that are not allowed.") from None


def _check_config(arguments: argparse.Namespace) -> None:
    try:
        engine_of(load(arguments.file))
    except ConfigError as error:
        raise CommandError(str(error)) from None
    print(f"{arguments.file} is valid")


def _config(arguments: argparse.Namespace) -> None:
    system.readable(sys.stdout, "utf-8")
    sys.stdout.write(document())


def _cluster(arguments: argparse.Namespace) -> None:
    flags = {"cluster.log": arguments.cluster}
    try:
        config = load(arguments.config, flags=flags)
        if not config.cluster.log:
            raise CommandError("Say where the log is: --cluster redis://host:6379, or --config.")
        engine_of(config)  # says which package is missing
        from gchat.journal.cluster.status import status  # noqa: PLC0415 - of an extra
    except ConfigError as error:
        raise CommandError(str(error)) from None
    for line in status(config):
        print(line)


class CommandError(GchatError):
    """A sentence with what to do next."""


def parser(name: str) -> argparse.ArgumentParser:
    """The command line of one of COMMANDS."""
    description = COMMANDS[name][1]
    found = argparse.ArgumentParser(prog=f"gchat {name}", description=description)
    if name == "check-config":
        found.add_argument("file", type=Path, metavar="FILE", help="configuration file (TOML)")
    if name == "cluster":
        found.add_argument("what", choices=["status"], help="what to print")
        found.add_argument("--cluster", metavar="URL", help="redis://host:6379 of the log")
        found.add_argument("--config", type=Path, metavar="FILE", help="configuration file (TOML)")
    if name in ("export", "backup"):
        help_ = "data folder of the server"
        found.add_argument("--data", default="", metavar="DIR", help=help_)
    if name == "backup":
        found.add_argument(
            "file", type=Path, metavar="FILE", help="file to write; it must not exist yet"
        )
    return found


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], None], str]] = {
    "export": (_export, "Prints everything stored as JSON Lines. The server may be running."),
    "backup": (
        _backup,
        "Copies messages, rooms and accounts to one file, but not the files that people have sent. "
        "The server may be running.",
    ),
    "verifier": (_verifier, "Asks for a password and prints its verifier, for the configuration."),
    "config": (
        _config,
        "Prints a configuration file with every setting, its default and its meaning.",
    ),
    "cluster": (_cluster, "Prints how the nodes of a cluster and their log are."),
    "check-config": (_check_config, "Checks a configuration file."),
}
