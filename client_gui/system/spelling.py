"""The system's dictionaries, by Enchant, in a thread of their own: reading one takes some tenths of
a second, and suggestions take their time too.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

OFF = "off"  # in the settings, in the place of a language
LISTED = 100  # dictionaries that somebody can choose from
USED = 4  # at the same time
SUGGESTED = 6
WAITING = 16  # questions; what is asked beyond them is not answered
NO_PYENCHANT, NO_LIBRARY, NO_DICTIONARY = "pyenchant", "library", "dictionary"


@dataclass(frozen=True, slots=True)
class Known:
    """The dictionaries that there are, such as en_GB; `lacking`, where there are none: why."""

    available: tuple[str, ...] = ()
    lacking: str = ""


def chosen(setting: str, preferred: Iterable[str], available: Collection[str]) -> tuple[str, ...]:
    """The dictionaries to use: that of the setting, or ("") the best for each language that the
    system says, the first one first.
    """
    if setting:
        return (setting,) if setting in available else ()
    found: dict[str, str] = {}  # by the language without its country
    for language in preferred:
        name = re.split(r"[.@]", language)[0].replace("-", "_").lower()
        short = name.partition("_")[0]
        usual = f"{short}_us" if short == "en" else f"{short}_{short}"
        same = [one for one in available if one.lower().partition("_")[0] == short]
        if same and short not in found:
            order = {one: (one.lower() != name, one.lower() != usual, one) for one in same}
            found[short] = min(same, key=order.__getitem__)
    return tuple(found.values())[:USED]


class Dictionaries:
    """All of it in one thread: Enchant's providers are not made for several."""

    def __init__(self) -> None:
        self._broker: Any = None
        self._used: list[Any] = []

    def known(self) -> Known:
        """Which there are. Reads none of them yet."""
        try:
            import enchant  # noqa: PLC0415 - an extra, and it takes its time
        except ModuleNotFoundError:
            return Known(lacking=NO_PYENCHANT)
        except ImportError:  # it says so itself: the library in C is not there
            return Known(lacking=NO_LIBRARY)
        self._broker = self._broker or enchant.Broker()
        found = tuple(sorted(set(self._broker.list_languages()))[:LISTED])
        return Known(found, "" if found else NO_DICTIONARY)

    def use(self, names: Iterable[str]) -> tuple[str, ...]:
        """Reads these, after `known`; returns those that could be read."""
        self._used, read = [], []
        for name in names:
            try:
                self._used.append(self._broker.request_dict(name))
            except Exception as error:  # a damaged one: what is said is the provider's
                log.info("no dictionary %s: %s", name, error)
                continue
            read.append(name)
        return tuple(read)

    def wrong(self, words: Iterable[str]) -> frozenset[str]:
        """Those that none of the dictionaries in use has."""
        if not self._used:
            return frozenset()
        return frozenset(one for one in words if not any(some.check(one) for some in self._used))

    def suggestions(self, word: str) -> tuple[str, ...]:
        """What may have been meant, the likeliest first."""
        found = [one.suggest(word) for one in self._used]
        longest = max(map(len, found), default=0)
        turns = (some[at] for at in range(longest) for some in found if at < len(some))
        return tuple(dict.fromkeys(turns))[:SUGGESTED]

    def add(self, word: str) -> None:
        """Knows it from now on, in all programs of this user that ask Enchant."""
        for one in self._used[:1]:
            one.add(word)


class Speller:
    """Asks the dictionaries in a thread, which begins with the first question. `tell` carries an
    answer to the thread of whoever asks.
    """

    def __init__(self, tell: Callable[[Callable[[], None]], None]) -> None:
        self._tell = tell
        self._dictionaries = Dictionaries()
        self._questions: queue.Queue[Callable[[], None] | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._closed = False

    def known(self, answer: Callable[[Known], None]) -> bool:
        """Answers which dictionaries there are. Of this and the others: False where too much waits,
        so that nothing is answered.
        """
        return self._ask(self._dictionaries.known, answer)

    def use(self, names: Sequence[str], answer: Callable[[tuple[str, ...]], None]) -> bool:
        """Answers which of these dictionaries are used from now on."""
        return self._ask(lambda: self._dictionaries.use(names), answer)

    def wrong(self, words: Collection[str], answer: Callable[[frozenset[str]], None]) -> bool:
        """Answers which of the words are not known."""
        return self._ask(lambda: self._dictionaries.wrong(words), answer)

    def suggest(self, word: str, answer: Callable[[tuple[str, ...]], None]) -> bool:
        """Answers what may have been meant."""
        return self._ask(lambda: self._dictionaries.suggestions(word), answer)

    def add(self, word: str, answer: Callable[[None], None]) -> bool:
        """Answers when the word is known from now on."""
        return self._ask(lambda: self._dictionaries.add(word), answer)

    def close(self) -> None:
        """Answers nothing more."""
        self._closed = True
        try:
            self._questions.put_nowait(None)
        except queue.Full:
            pass  # it looks after each question

    def _ask(self, question: Callable[[], T], answer: Callable[[T], None]) -> bool:
        def ask() -> None:
            try:
                found = question()
            except Exception:  # of a library in C with whatever dictionaries: no spelling, no harm
                log.warning("the dictionary does not answer", exc_info=True)
                return
            self._tell(lambda: answer(found))

        if self._closed:
            return False
        try:
            self._questions.put_nowait(ask)
        except queue.Full:
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gchat-spelling", daemon=True)
            self._thread.start()
        return True

    def _run(self) -> None:
        while not self._closed:
            ask = self._questions.get()
            if ask is None or self._closed:
                return
            ask()
