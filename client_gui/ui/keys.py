"""Keys: the window's own come before those of the field that has the keyboard; letters are found by
their place on the keyboard where its layout is not Latin; what is typed anywhere goes to the
composer.
"""

from __future__ import annotations

import re
import tkinter as tk
from collections.abc import Callable, Mapping
from typing import Any

from client_gui.system import desktop

CONTROL = 0x4  # the bit in the state of an event
_EDITABLE = frozenset({"Entry", "TEntry", "TCombobox", "Spinbox"})
# Where the letters of a Latin keyboard are, by the codes that X11 gives to their places.
_ROWS = ((24, "qwertyuiop"), (38, "asdfghjkl"), (52, "zxcvbnm"))
_PLACES = {first + at: letter for first, row in _ROWS for at, letter in enumerate(row)}

_NO_SCRIPTS = frozenset({"Alt", "Caps", "Control", "Eisu", "ISO", "KP", "Meta", "Num", "Scroll"})
_NO_SCRIPTS |= {"Shift", "Super", "XF86", "Hyper"}
_UNNAMED = re.compile(r"U[0-9A-Fa-f]{4,6}|\?\?")  # letters that X11 has no name for

Act = Callable[[], object]


def window_first(*widgets: tk.Misc) -> None:
    """Without this, Ctrl+K would also delete the rest of the line in the field."""
    for widget in widgets:
        top = str(widget.winfo_toplevel())
        widget.bindtags((top, *(tag for tag in widget.bindtags() if tag != top)))


def letter_of(event: tk.Event[tk.Misc]) -> str:
    """The key's Latin letter in lower case, with Caps Lock too and whatever the layout; "" for a
    key that is no letter.
    """
    name = event.keysym
    if len(name) == 1 and name.isascii():
        return name.lower() if name.isalpha() else ""
    script, line, _letter = name.partition("_")
    foreign = bool(line) and script not in _NO_SCRIPTS  # Cyrillic_ka, Greek_kappa
    if not foreign and not (len(name) == 1 or _UNNAMED.fullmatch(name)):
        return ""
    codes = desktop.here().letter_codes
    if codes == "virtual":  # of Windows, which are the letters of a Latin keyboard
        return chr(event.keycode).lower() if 65 <= event.keycode <= 90 else ""
    return _PLACES.get(event.keycode, "") if codes else ""


def letters(widget: tk.Misc, acts: Mapping[str, Act]) -> None:
    """Ctrl and one of these letters does what is said, also with Caps Lock and any layout."""

    def pressed(event: tk.Event[tk.Misc]) -> str | None:
        act = acts.get(letter_of(event))
        if act is None or (_state(event) & desktop.here().alt and not desktop.here().reserved):
            return None
        act()
        return "break"

    for modified in sorted({desktop.keys("<Control-Key>"), "<Control-Key>"}):
        widget.bind(modified, pressed)


def _state(event: tk.Event[tk.Misc]) -> int:
    return event.state if isinstance(event.state, int) else 0


def is_editable(widget: tk.Misc) -> bool:
    """Whether what is typed there belongs there."""
    kind = str(widget.winfo_class())
    return kind in _EDITABLE or (kind == "Text" and str(widget.cget("state")) == "normal")


def to_composer(root: tk.Misc, composer: Callable[[], tk.Text]) -> None:
    """What is typed or pasted anywhere in the window, outside of a field, goes to the composer."""

    def typed(event: tk.Event[tk.Misc]) -> str | None:
        printable = bool(event.char) and event.char.isprintable()
        if not printable or _state(event) & (CONTROL | desktop.here().alt) or _stays(event):
            return None
        text = composer()
        text.focus_set()
        text.tag_remove("sel", "1.0", "end")
        text.insert("insert", event.char)
        text.see("insert")
        return "break"

    def pasted(event: tk.Event[tk.Misc]) -> str | None:
        if _stays(event):
            return None
        composer().focus_set()
        composer().event_generate("<<Paste>>")
        return "break"

    def _stays(event: tk.Event[Any]) -> bool:
        if isinstance(event.widget, str):  # a menu of Tk's own
            return True
        pushes = str(event.widget.winfo_class()) in ("TButton", "TCheckbutton")
        return is_editable(event.widget) or (pushes and event.char == " ")

    root.bind("<Key>", typed)
    root.bind("<<Paste>>", pasted)
