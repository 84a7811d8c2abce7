"""Bots written in Python: Limnoria from Debian, and Sopel, irc3 and pydle from PyPI, which are in a
virtual environment of their own (FOLDER). What they run is in `bots`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.real_clients.program import (
    COMMAND,
    PASSWORD,
    ROOM,
    Away,
    Missing,
    Program,
    installed,
    read,
)

BOTS = Path(__file__).parent / "bots"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
FOLDER = "GCHAT_BOTS"  # the variable with the virtual environment's folder
LIMNORIA_SETTINGS = """\
supybot.nick: {nick}
supybot.ident: lim
supybot.networks: gchat
supybot.networks.gchat.servers: 127.0.0.1:{port}
supybot.networks.gchat.channels: {room}
supybot.networks.gchat.ssl: False
supybot.networks.gchat.sasl.username: {nick}
supybot.networks.gchat.sasl.password: {password}
supybot.networks.gchat.sasl.mechanisms: plain
supybot.drivers.minReconnectWait: 2.0
supybot.directories.plugins: plugins
supybot.plugins: Owner Misc Config Answers
supybot.plugins.Owner: True
supybot.plugins.Misc: True
supybot.plugins.Config: True
supybot.plugins.Answers: True
supybot.reply.whenAddressedBy.chars: !
supybot.protocols.irc.throttleTime: 0.0
supybot.abuse.flood.command: False
supybot.upkeepInterval: 3600
"""
SOPEL_SETTINGS = """\
[core]
nick = {nick}
host = 127.0.0.1
port = {port}
use_ssl = false
channels = "{room}"
owner = nobody
auth_method = sasl
auth_username = {nick}
auth_password = {password}
prefix = !
homedir = {folder}
extra = {folder}/answers
enable = answers,coretasks
"""


def make_environment(folder: Path) -> None:
    """Installs the bots from PyPI into a virtual environment, where they are not there yet. Its
    Python is the system's, if there is one: bots do not run as root, and root's home is closed to
    them.
    """
    python = folder / "bin/python"
    if not python.exists():
        system = shutil.which("python3", path="/usr/bin") or sys.executable
        subprocess.run([system, "-m", "venv", str(folder)], check=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    subprocess.run(command, check=True)


class PythonBot(Program):
    """It writes what it sees to a file."""

    login = "SASL"
    back = "by itself"

    def seen(self) -> str:
        return read(self.place.folder / "seen")

    def settings(self, text: str) -> str:
        """A text with what the bot has to know."""
        return text.format(
            nick=self.nick,
            port=self.place.port,
            room=ROOM,
            password=PASSWORD,
            folder=self.place.folder,
        )

    def run_bot(self, *command: str) -> None:
        """Runs it; its script or plugin finds in the environment what it has to know."""
        self.run(
            command,
            environment={
                "SEEN": str(self.place.folder / "seen"),
                "NICK": self.nick,
                "PORT": str(self.place.port),
                "ROOM": ROOM,
                "PASSWORD": PASSWORD,
                "COMMAND": COMMAND,
                "PYTHONUNBUFFERED": "1",
            },
        )


class Limnoria(PythonBot):
    """It knows batches of history, and does not obey what is in them."""

    name = "limnoria"
    nick = "Lim"
    away = Away.SEEN

    @classmethod
    def find(cls) -> None:
        installed("supybot")

    def start(self) -> None:
        folder = self.place.folder
        shutil.copytree(BOTS / "limnoria", folder / "plugins/Answers")
        (folder / "limnoria.conf").write_text(self.settings(LIMNORIA_SETTINGS), encoding="utf-8")
        self.run_bot(installed("supybot"), "limnoria.conf")


class FromPypi(PythonBot):
    """In the virtual environment."""

    package: str

    @classmethod
    def find(cls) -> None:
        if not (environment(cls.package)).exists():
            raise Missing(cls.package)

    def run_script(self, name: str) -> None:
        """Runs a script of ours."""
        shutil.copy(BOTS / name, self.place.folder)
        self.run_bot(str(environment("python")), name)


def environment(program: str) -> Path:
    """Where a program of the virtual environment is."""
    return Path(os.environ.get(FOLDER, "/nowhere")) / "bin" / program


class Sopel(FromPypi):
    """It waits for 20 seconds before it comes back; what is older than its JOIN it leaves aside."""

    name = "sopel"
    nick = "Sop"
    package = "sopel"
    back = "by itself, after 20 s"
    away = Away.LEFT_ASIDE

    def start(self) -> None:
        folder = self.place.folder
        (folder / "answers").mkdir()
        shutil.copy(BOTS / "sopel_bot.py", folder / "answers/answers.py")
        (folder / "sopel.cfg").write_text(self.settings(SOPEL_SETTINGS), encoding="utf-8")
        self.run_bot(str(environment("sopel")), "start", "-c", str(folder / "sopel.cfg"))


class Irc3(FromPypi):
    """Without server-time."""

    name = "irc3"
    nick = "Irene"
    package = "irc3"
    away = Away.NOT_SENT

    def start(self) -> None:
        self.run_script("irc3_bot.py")


class Pydle(FromPypi):
    """Without server-time. It ends CAP before its login, so its nickname is refused at first."""

    name = "pydle"
    nick = "Pyd"
    package = "pydle"
    away = Away.NOT_SENT

    def start(self) -> None:
        self.run_script("pydle_bot.py")
