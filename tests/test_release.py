"""What is built for others: the wheel has all that it needs, and asks for what it imports.
`scripts/check-release` installs and runs it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from gchat import __version__

ROOT = Path(__file__).parent.parent
PACKAGES = ("gchat", "client_gui", "loadtest")
BESIDE = {"gchat": ("pictures", "cluster", "s3"), "client_gui": ("spelling",)}  # of each part
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# what a distribution is imported as, where that is not its name
IMPORTED_AS = {
    "arabic-reshaper": "arabic_reshaper",
    "confusable-homoglyphs": "confusable_homoglyphs",
    "desktop-notifier": "desktop_notifier",
    "hdrhistogram": "hdrh",
    "pillow": "PIL",
    "pyenchant": "enchant",
    "precis-i18n": "precis_i18n",
    "pyOpenSSL": "OpenSSL",
    "python-bidi": "bidi",
    "python-json-logger": "pythonjsonlogger",
    "python-socks": "python_socks",
}


def names(requirements: list[str]) -> set[str]:
    """What these requirements are imported as."""
    bare = {re.split(r"[<>=!~;\[ ]", one)[0] for one in requirements}
    return {IMPORTED_AS.get(one, one) for one in bare}


def imported(package: str) -> set[str]:
    """What a package imports that is neither Python's nor ours."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - set(PACKAGES)


@pytest.mark.parametrize(
    ("package", "extra"), [("gchat", None), ("client_gui", "client"), ("loadtest", "loadtest")]
)
def test_each_part_asks_for_what_it_imports(package: str, extra: str | None) -> None:
    always = names(PROJECT["dependencies"])
    own = names(PROJECT["optional-dependencies"][extra]) if extra else always
    assert own - imported(package) == set(), "asked for, and not imported"
    # what it can do without, and says so
    optional = PROJECT["optional-dependencies"]
    beside = {name for one in BESIDE.get(package, ()) for name in names(optional[one])}
    assert imported(package) - own - always - beside == set(), "imported, and not asked for"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr.lower()
    (path,) = folder.iterdir()
    assert path.name == f"gchat_irc-{__version__}-py3-none-any.whl"
    with ZipFile(path) as opened:
        return opened


def test_the_wheel_has_what_git_has(wheel: ZipFile) -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == {name for name in listed.splitlines() if (ROOT / name).is_file()}
    assert "client_gui/locale/vi/LC_MESSAGES/gchat.mo" in inside
    assert "loadtest/peers/inspircd.conf" in inside


def test_the_commands_are_there() -> None:
    commands = PROJECT["scripts"] | PROJECT["gui-scripts"]
    assert set(commands) == {"gchat", "gchat-client", "gchat-loadtest"}
    for target in commands.values():
        module, _, function = target.partition(":")
        __import__(module)
        assert callable(getattr(sys.modules[module], function))


def test_pythons_that_are_said_to_work_are_those_of_the_release() -> None:
    said = {word.rpartition(":: ")[2] for word in PROJECT["classifiers"] if ":: 3." in word}
    tried = re.search(r"^PYTHONS = (.*)$", (ROOT / "tests/release/__main__.py").read_text(), re.M)
    assert tried
    assert set(ast.literal_eval(tried[1])) == said
