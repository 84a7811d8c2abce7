"""What people read, in their language: gettext. Texts are written in English, and translated in
`locale/`; a text that is not translated is read as it is written.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from pathlib import Path

DOMAIN = "gchat"
FOLDER = Path(__file__).with_name("locale")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def languages() -> list[str]:
    """The languages that texts are translated into; English is not among them."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def use(language: str, system: Sequence[str] = ()) -> None:
    """From here on texts are in this language; "" is the one that the environment says, or if it
    says nothing the first of those that the `system` says.
    """
    global _catalogue  # noqa: PLW0603 - people read one language at a time
    names = [language] if language else preferred(system)
    _catalogue = gettext.translation(DOMAIN, FOLDER, names, fallback=True)


def preferred(system: Sequence[str]) -> list[str]:
    """The languages that somebody reads, the best first: as the environment says, or if it says
    nothing the `system`.
    """
    return _of_the_environment() or list(system)


def _of_the_environment() -> list[str]:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return value.split(":")
    return []


def _(text: str) -> str:
    """The text as it is to be read."""
    return _catalogue.gettext(text) if text else text


def n_(text: str) -> str:
    """Marks a text that is translated later, where it is used."""
    return text
