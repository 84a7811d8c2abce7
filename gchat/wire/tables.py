"""By which tables names are compared: of Unicode, of PRECIS, of letters that look alike."""

from __future__ import annotations

import unicodedata
from importlib.metadata import version

_PACKAGES = "precis-i18n", "confusable-homoglyphs"


def name_tables() -> str:
    """The same wherever the same names are equal."""
    packages = (f"{name} {version(name)}" for name in _PACKAGES)
    return f"Unicode {unicodedata.unidata_version}, {', '.join(packages)}"
