"""Builds a release and tries it as others get it: `scripts/check-release`.

Builds sdist and wheel without warnings, has twine check them; asks whether everything that they
need can be had without a compiler on Windows, macOS and Linux; then installs the wheel in fresh
environments outside the checkout: without extras, and with each extra by itself, whose use is
tried there; with every Python in PYTHONS that is installed. All of it with the newest
dependencies. With `--oldest` it runs the suite on the oldest that are allowed. What is built stays
in dist/. Takes some minutes for each Python, and packages from PyPI.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.release.extras import PACKAGE, try_extra
from tests.release.tools import ROOT, Failed, interpreters, project, run, works

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
DIST = ROOT / "dist"
EXTRAS = tuple(filter(None, PACKAGE))
# where README.md says that two commands are enough: nothing there may need a compiler
PLATFORMS = {
    "x86_64-pc-windows-msvc": EXTRAS,
    "aarch64-apple-darwin": EXTRAS,
    "x86_64-unknown-linux-gnu": EXTRAS,
    # the load test's histograms are built there
    "x86_64-apple-darwin": tuple(one for one in EXTRAS if one != "loadtest"),
    "aarch64-unknown-linux-gnu": tuple(one for one in EXTRAS if one != "loadtest"),
}
# tools of `dev` that the suite does not run
CHECKERS = ("gchat-irc[", "import-linter", "mypy", "ruff", "types-")


def main() -> int:
    """Everything in turn; the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/check-release", description=__doc__)
    parser.add_argument("--oldest", action="store_true", help="only the oldest dependencies")
    parser.add_argument("--python", action="append", help="only this version")
    parser.add_argument("tests", nargs="*", help="for --oldest: what pytest is given, after --")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="gchat-release-") as name:
            if arguments.oldest:
                oldest(Path(name), arguments.tests)
            else:
                release(Path(name), arguments.python or PYTHONS)
    except (Failed, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def release(folder: Path, versions: Sequence[str]) -> None:
    """Builds and tries it. Raises Failed, CalledProcessError."""
    wheel = build()
    for version in versions:
        for platform, extras in PLATFORMS.items():
            resolve(folder / "found", version, extras, "--python-platform", platform)
    print("nothing has to be compiled:", *PLATFORMS, "for Python", *versions, flush=True)
    for version in versions:
        python = next(filter(works, interpreters(version)), None)
        if python is None:
            print(f"Python {version}: not installed here, untried", flush=True)
            continue
        for extra in PACKAGE:
            said = try_extra(python, folder / f"{version}-{extra or 'server'}", wheel, extra)
            print(f"Python {version}, {said}", flush=True)


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
    print("built and checked:", *(Path(file).name for file in files), flush=True)
    return next(DIST.glob("*.whl"))


def resolve(target: Path, version: str, extras: Sequence[str], *how: str) -> None:
    """Writes which versions uv would install, by default of wheels only. Raises Failed."""
    words = [sys.executable, "-m", "uv", "pip", "compile", "-q", "pyproject.toml"]
    words += [word for extra in extras for word in ("--extra", extra)]
    wheels = () if "--resolution" in how else ("--only-binary", ":all:")
    run(*words, "--python-version", version, *wheels, *how, "-o", str(target), folder=ROOT)


def oldest(folder: Path, tests: Sequence[str]) -> None:
    """The suite on the oldest dependencies that pyproject.toml allows, which uv finds out."""
    constraints, venv, python = folder / "oldest.txt", folder / "venv", PYTHONS[0]
    resolve(constraints, python, EXTRAS, "--resolution", "lowest-direct")
    interpreter = next(filter(works, interpreters(python)), sys.executable)
    run(interpreter, "-m", "venv", str(venv), folder=ROOT)
    own = str(venv / "bin" / "python")
    tools = [
        word
        for word in project()["optional-dependencies"]["dev"]
        if not re.match("|".join(map(re.escape, CHECKERS)), word)
    ]
    what = ("-c", str(constraints), "-e", f".[{','.join(EXTRAS)}]", *tools)
    run(sys.executable, "-m", "uv", "pip", "install", "-q", "--python", own, *what, folder=ROOT)
    found = [line for line in constraints.read_text().splitlines() if line[:1] not in ("#", " ")]
    print("the oldest:", *found, flush=True)
    done = subprocess.run([own, "-m", "pytest", "-q", *tests], cwd=ROOT, check=False)
    if done.returncode:
        raise Failed("the suite on the oldest dependencies")


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
