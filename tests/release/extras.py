"""The wheel with one extra, or without, installed outside the checkout: what is there, and that it
does what the extra is for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.release.tools import Failed, environment, project, run
from tests.support.clients import IrcClient, PlainClient
from tests.support.files import ask, picture, send
from tests.support.s3 import BUCKET, KEYS, S3
from tests.support.valkey import Valkey
from tests.support.xvfb import screen

STOP_SECONDS = 10.0
# extras that people install, each with the package that it is for
PACKAGE = {
    "": "gchat",
    "pictures": "gchat",
    "cluster": "gchat",
    "s3": "gchat",
    "client": "client_gui",
    "spelling": "gchat",  # the window's, which does not start without "client"
    "loadtest": "loadtest",
}
# what the server imports only where it is there
OPTIONAL = {"pictures": {"PIL"}, "cluster": {"valkey"}, "s3": {"boto3", "botocore"}}
# imports every module of a package, and says which others are missing; the window needs no screen
IMPORT_ALL = """
import importlib, pkgutil, sys
names = [sys.argv[1]]
assert "site-packages" in importlib.import_module(names[0]).__file__
for name in names:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        print("missing", error.name.partition(".")[0])
        continue
    inside = pkgutil.iter_modules(getattr(module, "__path__", ()), name + ".")
    names += [one.name for one in inside if not one.name.endswith("__main__")]
print("imported", len(names))
"""


def try_extra(python: str, folder: Path, wheel: Path, extra: str) -> str:
    """Installs it in a new environment in `folder` and tries it; one line of what was seen. Raises
    Failed.
    """
    run(python, "-m", "venv", str(folder), folder=wheel.parent)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    own = str(programs / "python")
    pip = (own, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "-q", f"{wheel}[{extra}]" if extra else str(wheel), folder=folder)
    run(*pip, "check", folder=folder)
    listed = run(*pip, "list", "--format=freeze", folder=folder)
    installed = {_plain(line.partition("==")[0]) for line in listed.splitlines()}
    _only_what_is_asked_for(installed, extra)
    said = run(own, "-c", IMPORT_ALL, PACKAGE[extra], folder=folder).splitlines()
    missing = {line.removeprefix("missing ") for line in said if line.startswith("missing ")}
    allowed = {one: names for one, names in OPTIONAL.items() if one != extra}
    if PACKAGE[extra] != "gchat":
        allowed = {}
    if lacking := missing - set().union(*allowed.values()):
        raise Failed(f"with the extra {extra or 'none'}, {sorted(lacking)} cannot be imported")
    _TRIED[extra](programs, folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) >> 20
    return f"{extra or 'without extras'}: {len(installed)} packages, {size} MiB with pip"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _only_what_is_asked_for(installed: set[str], extra: str) -> None:
    """What the extra asks for is there, and what others ask for is not. Raises Failed."""
    extras = project()["optional-dependencies"]
    asked = {
        one: {_plain(re.split(r"[<>=!~;\[ ]", word)[0]) for word in extras.get(one, ())}
        for one in PACKAGE
    }
    always = {_plain(re.split(r"[<>=!~;\[ ]", word)[0]) for word in project()["dependencies"]}
    if lacking := (always | asked[extra]) - installed:
        raise Failed(f"the extra {extra or 'none'} does not install {sorted(lacking)}")
    others = set().union(*asked.values()) - asked[extra] - always
    if too_many := others & installed:
        raise Failed(f"the extra {extra or 'none'} installs {sorted(too_many)} too")


# a word is misspelled, where this machine has a dictionary
SPELL = """
from client_gui.system.spelling import NO_PYENCHANT, Dictionaries
dictionaries = Dictionaries()
known = dictionaries.known()
assert known.lacking != NO_PYENCHANT, known
if "en_US" in known.available:
    dictionaries.use(["en_US"])
    assert dictionaries.wrong(["hello", "helloo"]) == {"helloo"}
"""


class Running:
    """`gchat` as installed, with its data in a folder and these settings."""

    def __init__(self, programs: Path, folder: Path, *flags: str, **settings: str) -> None:
        data = ("--data", str(folder / "data"))
        words = [str(programs / "gchat"), "--port", "0", *data, "--log-level", "error", *flags]
        named = {f"GCHAT_{name.upper()}": value for name, value in settings.items()}
        self._process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment(folder) | KEYS | named,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("Server started on"):
            raise Failed("gchat does not start")
        self.port = int(line.rsplit(":", 1)[1])

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        status = self._process.wait(STOP_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        if status and not any(error):
            raise Failed(f"gchat ends with {status}")


def _server(programs: Path, folder: Path) -> None:
    """Two people on netcat; the page; a picture can only be saved."""
    with Running(programs, folder) as server:
        with PlainClient(server.port, "Tuan") as tuan, PlainClient(server.port, "Duy") as duy:
            tuan.send("Hello, Duy!")
            while duy.read_line() != "Tuan: Hello, Duy!":
                continue
        page = ask(server.port, "GET", "/").body.decode()
        for name in re.findall(r'(?:src|href)="(/?[\w./-]+\.(?:js|css|svg))"', page):
            if ask(server.port, "GET", "/" + name.lstrip("/")).status != 200:
                raise Failed(f"the page's {name} is not there")
        if _shown(server) != "attachment":
            raise Failed("a picture is shown that nobody looked at")


def _pictures(programs: Path, folder: Path) -> None:
    with Running(programs, folder) as server:
        if _shown(server) != "inline":
            raise Failed("a picture is not shown")


def _shown(server: Running) -> str:
    """How a picture that is sent can be seen."""
    with IrcClient(server.port, "Lan", join="#lobby") as lan:
        made = send(lan, picture(), "a.png").where
    answer = ask(server.port, "GET", made)
    if answer.body != picture():
        raise Failed("a file does not come back")
    return answer.headers["content-disposition"].partition(";")[0]


def _cluster(programs: Path, folder: Path) -> None:
    """What is said at one node is read at the other."""
    for name in ("a", "b"):
        (folder / name).mkdir()
    with (
        Valkey(folder / "log") as log,
        Running(programs, folder / "a", "--cluster", log.url, "--node", "a") as a,
        Running(programs, folder / "b", "--cluster", log.url, "--node", "b") as b,
        PlainClient(a.port, "Tuan") as tuan,
        PlainClient(b.port, "Duy") as duy,
    ):
        tuan.send("Hello, Duy!")
        while duy.read_line() != "Tuan: Hello, Duy!":
            continue


def _s3(programs: Path, folder: Path) -> None:
    """A file goes into the bucket, and comes back."""
    with (
        S3() as s3,
        Running(programs, folder, files_s3_bucket=BUCKET, files_s3_endpoint=s3.url) as server,
    ):
        _shown(server)
        if not any("content" in name for name in s3.names()):
            raise Failed("nothing is in the bucket")


def _client(programs: Path, folder: Path) -> None:
    """The window enters the lobby, and says goodbye when it is ended."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        raise Failed("Xvfb is not installed")
    with (
        Running(programs, folder) as server,
        screen(xvfb),
        PlainClient(server.port, "Duy") as duy,
    ):
        words = [str(programs / "gchat-client"), "--port", str(server.port), "--nick", "Tuan"]
        with subprocess.Popen(words, env=environment(folder)) as window:
            while duy.read_line() != "Tuan has connected to the chat room":
                continue
            window.terminate()
        while duy.read_line() != "Tuan has left the chat room!":
            continue


def _spelling(programs: Path, folder: Path) -> None:
    run(str(programs / "python"), "-c", SPELL, folder=folder)


def _loadtest(programs: Path, folder: Path) -> None:
    """Against a server of its own, and against one that runs."""
    size = ("--clients", "50", "--seconds", "2", "--max-late-ms", "10000")
    run(str(programs / "gchat-loadtest"), *size, folder=folder)
    with Running(programs, folder) as server:
        target = ("--target", f"127.0.0.1:{server.port}")
        run(str(programs / "gchat-loadtest"), *size, *target, folder=folder)


_TRIED = {
    "": _server,
    "pictures": _pictures,
    "cluster": _cluster,
    "s3": _s3,
    "client": _client,
    "spelling": _spelling,
    "loadtest": _loadtest,
}
