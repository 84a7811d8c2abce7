"""Runs other people's programs against a server that is killed and started again, and looks at what
each of them has seen. `python -m tests.real_clients.restart` runs all; names run only those.

Every line that is said while a program is in the room has to be seen once, also those that it has
not read from its socket when the server is killed. What is said while it is away has to be seen
once by those that are sent it, and by the others not at all: they would take it for new. A bot
carries out a command once, and none that was said while it was away.

Exit status: 0 where all is well, 1 where something is wrong, 2 where programs are missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.real_clients.bouncers import Znc
from tests.real_clients.chat_programs import Epic, HexChat
from tests.real_clients.eggdrop import Eggdrop
from tests.real_clients.program import Missing, Program
from tests.real_clients.python_bots import (
    FOLDER,
    FromPypi,
    Irc3,
    Limnoria,
    Pydle,
    Sopel,
    make_environment,
)
from tests.real_clients.story import Row, Story
from tests.support.xvfb import screen

PROGRAMS: tuple[type[Program], ...] = (
    HexChat,
    Epic,
    Znc,
    Eggdrop,
    Limnoria,
    Sopel,
    Irc3,
    Pydle,
)
COLUMNS = "{:<9} {:<9} {:<32} {:<29} {}"


def installed(
    kinds: Iterable[type[Program]],
) -> tuple[list[type[Program]], dict[type[Program], str]]:
    """Those that can be run, and what the others lack."""
    there, missing = [], {}
    for kind in kinds:
        try:
            kind.find()
        except Missing as error:
            missing[kind] = str(error)
        else:
            there.append(kind)
    return there, missing


@contextmanager
def own_folder() -> Iterator[Path]:
    """A temporary folder that programs can see which do not run as root."""
    with tempfile.TemporaryDirectory(prefix="gchat-restart-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def outcome(kinds: Sequence[type[Program]], folder: Path, kills: int) -> list[Row]:
    """Runs the programs through so many kills. Every other time, they do not stand still."""
    with ExitStack() as stack:
        if HexChat in kinds:
            stack.enter_context(screen("Xvfb"))
        return Story(folder, kinds).tell(kills, held=lambda number: number % 2 == 0)


def row(found: Row) -> str:
    """A row of the table."""
    program = found.program
    result = "; ".join(found.wrong) or "ok"
    return COLUMNS.format(program.name, program.login, program.back, program.away.value, result)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PROGRAM", help="which; all, if none is named")
    parser.add_argument("--kills", type=int, default=2, help="of the server; two, if not given")
    parser.add_argument(
        "--venv", type=Path, metavar="FOLDER", help="for bots from PyPI; else temporary"
    )
    parser.add_argument("--allow-missing", action="store_true", help="exit status 0 without some")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where what they wrote is kept if any is wrong"
    )
    arguments = parser.parse_args()
    asked = [one for one in PROGRAMS if not arguments.names or one.name in arguments.names]
    if unknown := set(arguments.names) - {one.name for one in asked}:
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    with own_folder() as folder:
        if any(issubclass(one, FromPypi) for one in asked):
            venv = (arguments.venv or folder / "venv").resolve()
            make_environment(venv)
            os.environ[FOLDER] = str(venv)
        there, missing = installed(asked)
        found = outcome(there, folder, arguments.kills)
        print(COLUMNS.format("program", "login", "comes back", "what is said meanwhile", "result"))
        for one in found:
            print(row(one))
        for kind, what in missing.items():
            away = kind.away.value
            print(COLUMNS.format(kind.name, kind.login, kind.back, away, f"missing: {what}"))
        wrong = any(one.wrong for one in found)
        if wrong and arguments.keep:
            shutil.copytree(folder, arguments.keep, dirs_exist_ok=True)
    if wrong:
        return 1
    return 2 if missing and not arguments.allow_missing else 0


if __name__ == "__main__":
    sys.exit(main())
