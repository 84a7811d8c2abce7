"""Commands of one's own: `/alias hi /me waves to $1` makes `/hi Duy` mean `/me waves to Duy`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from client_gui.model.commands import COMMANDS
from client_gui.model.services import secret_from
from client_gui.texts import _

MOST = 100
NAME_LENGTH, TEXT_LENGTH = 32, 500  # characters
DEPTH = 8  # aliases of aliases
EXPANDED_LENGTH = 20_000  # characters
_NAME = re.compile(rf"[\w-]{{1,{NAME_LENGTH}}}")
_PLACE = re.compile(r"\$([1-9*])")
_MAKING = re.compile(r"/alias\s+\S+\s+", re.IGNORECASE)
_TYPED = re.compile(r"/([\w-]+)(?:\s+(.*))?", re.DOTALL)


class NoAlias(Exception):
    """Why something cannot be an alias, or be made of one: a sentence."""


class Aliases:
    """`kept`: "name text" of each, as `kept` gives them; what is no alias is left out."""

    def __init__(self, kept: Iterable[str] = ()) -> None:
        self._texts: dict[str, str] = {}
        for one in kept:
            name, _space, text = one.partition(" ")
            try:
                self.set(name, text)
            except NoAlias:
                continue

    @property
    def kept(self) -> list[str]:
        """All of them, for the settings."""
        return [f"{name} {text}" for name, text in self._texts.items()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def set(self, name: str, text: str) -> None:
        """Makes or changes one. Raises NoAlias."""
        name, text = name.removeprefix("/").lower(), " ".join(text.split())
        if not _NAME.fullmatch(name):
            raise NoAlias(_("An alias is called by one word, of up to 32 letters."))
        if name in COMMANDS:
            raise NoAlias(_("/{name} is a command of the window.").format(name=name))
        if not text or len(text) > TEXT_LENGTH:
            raise NoAlias(_("An alias stands for a text, of up to 500 characters."))
        if _may_be_secret(text):
            raise NoAlias(
                _("Nothing secret is kept: put $1 or $* where the words to a service are.")
            )
        if name not in self._texts and len(self._texts) >= MOST:
            raise NoAlias(_("There are {count} aliases, and no more can be.").format(count=MOST))
        self._texts[name] = text

    def remove(self, name: str) -> None:
        """Forgets one. Raises NoAlias where there is none."""
        name = name.removeprefix("/").lower()
        if self._texts.pop(name, None) is None:
            raise NoAlias(_("There is no alias /{name}.").format(name=name))

    def text_of(self, name: str) -> str | None:
        """What one stands for; `None` where there is none."""
        return self._texts.get(name.lower())

    def listed(self) -> str:
        """All of them, one in each line."""
        lines = [f"/{name}: {text}" for name, text in sorted(self._texts.items())]
        return "\n".join(lines) or _("There are no aliases. /alias NAME TEXT makes one.")

    def meant(self, typed: str) -> str:
        """What somebody means who has typed this. Raises NoAlias where that has no end."""
        for _depth in range(DEPTH):
            found = _TYPED.fullmatch(typed)
            text = self._texts.get(found[1].lower()) if found is not None else None
            if found is None or text is None:
                return typed
            typed = _filled(text, found[2] or "")
            if len(typed) > EXPANDED_LENGTH:
                break
        raise NoAlias(_("The alias stands for itself, or for too much."))

    def secret_from(self, typed: str, room: str) -> int | None:
        """As that of services, for what is meant: an alias's words are secret where they become a
        line to a service.
        """
        making = _MAKING.match(typed)
        if making is not None:
            found_at = secret_from(typed[making.end() :], room)
            return None if found_at is None else making.end() + found_at
        found = _TYPED.fullmatch(typed)
        if found is None or found[1].lower() not in self._texts:
            return secret_from(typed, room)
        try:
            meant = self.meant(typed)
        except NoAlias:
            return None
        return None if secret_from(meant, room) is None else found.end(1)


def _filled(text: str, rest: str) -> str:
    """The text with the words of `rest` in its places; where it has none, they follow."""
    if not _PLACE.search(text):
        return f"{text} {rest}".rstrip()
    words = rest.split()

    def word(place: re.Match[str]) -> str:
        if place[1] == "*":
            return rest
        number = int(place[1])
        return words[number - 1] if number <= len(words) else ""

    return _PLACE.sub(word, text).rstrip()


def _may_be_secret(text: str) -> bool:
    """Whether it has words to a service that are kept with it."""
    start = secret_from(text, "#")
    return start is not None and not all(map(_PLACE.fullmatch, text[start:].split()))
