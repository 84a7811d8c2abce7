"""Misspelled words in the field are underlined, and its menu says what may have been meant. Not
while a word is being typed, and never where it may be secret.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from client_gui.model.spelling import Word, scripts_of, words
from client_gui.system import desktop
from client_gui.system.spelling import OFF, Known, Speller, chosen
from client_gui.texts import _
from client_gui.ui import timers
from client_gui.ui.actions import Actions
from client_gui.ui.bridge import Bridge
from client_gui.ui.context import Context
from client_gui.ui.menus import Menus

CHECK_MS = 250  # after a change
MENU_MS = 400  # that the menu waits for suggestions
REMEMBERED = 10_000  # words, and what the dictionaries say of them
ASKED = 500  # words in one question
TAG = "misspelled"


class Spelling:
    """`preferred` are the languages of the system, the best first."""

    def __init__(
        self, context: Context, actions: Actions, menus: Menus, preferred: Sequence[str]
    ) -> None:
        self._context = context
        self._actions = actions
        self._menus = menus
        self._preferred = [one for one in preferred if one.partition(".")[0] not in ("C", "POSIX")]
        self._bridge = Bridge[Callable[[], None]](context.root, self._answered)
        self._speller = Speller(self._bridge.put)
        self._setting: str | None = None  # as it was when dictionaries were last asked for
        self._scripts: frozenset[str] = frozenset()  # of the dictionaries in use
        self._right: dict[str, bool] = {}  # words of which it is known
        self._timer: str | None = None
        self._typed_at = ""  # where the cursor was at the last change, while it has not left
        self._menus_asked = 0  # for, so far: the last one is shown
        self._closed = False

    def attach(self) -> None:
        """To the field of the window, which is a new one."""
        text, self._timer = self._text, None
        text.tag_configure(TAG, underline=True, underlinefg=self._context.theme.palette.bad)
        text.bind("<<Modified>>", self._changed, add=True)
        text.bind("<KeyRelease>", self._moved, add=True)
        text.bind("<ButtonRelease-1>", self._moved, add=True)
        text.bind("<FocusOut>", self._left, add=True)
        for event in desktop.here().menu:
            text.bind(event, self._on_menu)
        for keys in ("<Menu>", "<Shift-F10>"):
            text.bind(keys, self._on_menu_key)
        if self._setting is not None and self._setting != self._context.settings.spelling:
            self._setting, self._scripts = None, frozenset()
        self._later()

    def close(self) -> None:
        """Asks and marks nothing more."""
        self._closed = True
        self._closed = True
        self._speller.close()
        self._bridge.close()

    def tell_known(self, tell: Callable[[Known], None]) -> None:
        """Calls `tell` once it is known which dictionaries there are."""
        self._speller.known(tell)

    @property
    def _text(self) -> tk.Text:
        return self._context.window.composer.text

    def _answered(self, answers: Sequence[Callable[[], None]]) -> None:
        for answer in answers:
            answer()

    # -- when to look

    def _changed(self, event: object) -> None:
        self._typed_at = self._text.index("insert")
        self._later()

    def _moved(self, event: object) -> None:
        if self._typed_at and self._typed_at != self._text.index("insert"):
            self._typed_at = ""
            self._later()

    def _left(self, event: object) -> None:
        self._typed_at = ""
        self._later()

    def _later(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = timers.after(self._text, CHECK_MS, self._look)

    def _look(self) -> None:
        self._timer = None
        setting = self._context.settings.spelling
        typed = self._context.window.composer.get()
        if setting == OFF or not (setting or self._preferred) or not typed:
            self._text.tag_remove(TAG, "1.0", "end")
        elif self._setting != setting:
            if self._speller.known(self._open):
                self._setting = setting
        else:
            self._ask(typed)

    def _open(self, known: Known) -> None:
        setting = self._context.settings.spelling
        names = chosen(setting, self._preferred, known.available)

        def opened(used: tuple[str, ...]) -> None:
            self._scripts = scripts_of(used)
            self._right.clear()
            self._look()

        self._speller.use(names, opened)

    # -- what is marked

    def _ask(self, typed: str) -> None:
        new = {one.text for one in self._words(typed)} - self._right.keys()
        some = list(new)[:ASKED]

        def answered(wrong: frozenset[str]) -> None:
            if len(self._right) + len(some) > REMEMBERED:
                self._right.clear()
            self._right |= {one: one not in wrong for one in some}
            if len(new) > len(some):
                self._later()
            self._mark()

        if not some or not self._speller.wrong(some, answered):
            self._mark()

    def _words(self, typed: str) -> list[Word]:
        if not self._scripts or self._actions.secret(typed) is not None:
            return []
        return list(words(typed, self._scripts))

    def _wrong(self, typed: str) -> list[Word]:
        """The words that are to be marked, but for one that is being typed."""
        found = [one for one in self._words(typed) if self._right.get(one.text) is False]
        if not found:
            return []
        model = self._context.model
        nicks, rooms, _commands = self._actions.words()
        names = {model.fold(one) for one in (*nicks, *rooms, model.nick)}
        names |= {model.fold(one.name) for one in model.rooms.values()}
        return [one for one in found if names.isdisjoint(map(model.fold, one.names))]

    def _mark(self) -> None:
        text, typed = self._text, self._context.window.composer.get()
        typing = len(text.get("1.0", "insert")) if self._typed_at else -1
        text.tag_remove(TAG, "1.0", "end")
        for one in self._wrong(typed):
            if not one.touches(typing):
                text.tag_add(TAG, *_around(one))

    # -- the menu

    def _on_menu(self, event: tk.Event[tk.Misc]) -> str:
        self._text.focus_set()
        self._menu(event.x_root, event.y_root, self._text.index(f"@{event.x},{event.y}"))
        return "break"

    def _on_menu_key(self, event: object) -> str:
        text = self._text
        left, top, _width, height = text.bbox("insert") or (0, 0, 0, 0)
        x, y = text.winfo_rootx() + left, text.winfo_rooty() + top + height
        self._menu(x, y, text.index("insert"))
        return "break"

    def _menu(self, x: int, y: int, index: str) -> None:
        """With what may have been meant, as soon as that is known; without it after a moment."""
        text, typed = self._text, self._context.window.composer.get()
        at = len(text.get("1.0", index))
        word = next((one for one in self._wrong(typed) if one.touches(at)), None)
        self._menus_asked += 1
        number = self._menus_asked

        def show(found: Sequence[str]) -> None:
            if self._menus_asked == number and text.winfo_exists():
                self._menus_asked += 1  # it is not shown again
                self._menus.of(x, y, self._entries(typed, word, found))

        if word is None or not self._speller.suggest(word.text, show):
            show(())
        else:
            timers.after(text, MENU_MS, lambda: show(()))

    def _entries(
        self, typed: str, word: Word | None, found: Sequence[str]
    ) -> list[tuple[str, Callable[[], object] | None]]:
        text = self._text
        entries: list[tuple[str, Callable[[], object] | None]] = []
        if word is not None:
            for one in found:
                entries.append((one, lambda new=one: self._replace(typed, word, new)))  # type: ignore[misc]
            if not found:
                entries.append((_("No suggestions"), None))
            entries += [
                ("", None),
                (_("Add to the dictionary"), lambda: self._add(word)),
                ("", None),
            ]
        selected = bool(text.tag_ranges("sel"))

        def does(event: str, *, can: bool = True) -> Callable[[], object] | None:
            return (lambda: text.event_generate(event)) if can else None

        return [
            *entries,
            (_("Cut"), does("<<Cut>>", can=selected)),
            (_("Copy"), does("<<Copy>>", can=selected)),
            (_("Paste"), does("<<Paste>>")),
            (_("Select all"), self._select_all if typed else None),
        ]

    def _select_all(self) -> None:
        self._text.tag_add("sel", "1.0", "end-1c")

    def _replace(self, typed: str, word: Word, new: str) -> None:
        composer = self._context.window.composer
        if composer.get() == typed:  # nothing else was put there meanwhile
            text = composer.text
            text.edit_separator()
            text.replace(*_around(word), new)
            text.edit_separator()
            text.focus_set()

    def _add(self, word: Word) -> None:
        def added(_nothing: None) -> None:
            self._right[word.text] = True
            self._later()

        self._speller.add(word.text, added)


def _around(word: Word) -> tuple[str, str]:
    """From where to where a word is, for Tk."""
    return f"1.0+{word.start}c", f"1.0+{word.start + word.length}c"
