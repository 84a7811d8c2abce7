"""What people expect of the keys in every field, of the window and of its dialogs: select all, undo
and redo, whole words deleted, and Ctrl with a letter also where the layout is not Latin.
"""

from __future__ import annotations

import tkinter as tk

from client_gui.system import desktop
from client_gui.ui.keys import letter_of

FIELDS = ("Entry", "TEntry", "TCombobox", "Text")
_VIRTUAL = {"c": "<<Copy>>", "v": "<<Paste>>", "x": "<<Cut>>", "z": "<<Undo>>", "y": "<<Redo>>"}


def install(root: tk.Misc) -> None:
    """For all fields of this Tk."""
    root.event_add("<<Paste>>", "<Shift-Insert>")
    root.event_add("<<Copy>>", "<Control-Insert>")
    root.event_add("<<Cut>>", "<Shift-Delete>")
    for keys in ("<Control-y>", "<Control-Lock-Y>"):  # which is paste on X11
        root.event_delete("<<Paste>>", keys)
    root.event_add("<<Redo>>", "<Control-y>", "<Control-Shift-Z>")
    for kind in FIELDS:
        root.bind_class(kind, desktop.keys("<Control-Key>"), _letter)
        # these are more exact than the one above, and Tk takes them for other things on X11
        for keys in ("<Control-a>", "<Control-A>"):
            root.bind_class(kind, desktop.keys(keys), _select_all)
        root.bind_class(kind, "<Control-BackSpace>", _delete_before)
        root.bind_class(kind, "<Control-Delete>", _delete_after)
    for kind in ("Entry", "TEntry"):
        root.bind_class(kind, "<<Paste>>", _paste)


def _letter(event: tk.Event[tk.Misc]) -> str | None:
    """A letter that Tk does not know as such: with Caps Lock, or of another script."""
    if len(event.keysym) == 1 and event.keysym.isascii() and event.keysym.islower():
        return None
    letter = letter_of(event)
    if letter == "a":
        return _select_all(event)
    if letter in _VIRTUAL:
        event.widget.event_generate(_VIRTUAL[letter])
        return "break"
    return None


def _select_all(event: tk.Event[tk.Misc]) -> str:
    widget = event.widget
    if isinstance(widget, tk.Text):
        widget.tag_add("sel", "1.0", "end-1c")
        widget.mark_set("insert", "end-1c")
    elif isinstance(widget, tk.Entry):  # ttk's is one too
        widget.selection_range(0, "end")
        widget.icursor("end")
    return "break"


def _delete_before(event: tk.Event[tk.Misc]) -> str:
    widget = event.widget
    if isinstance(widget, tk.Text):
        if widget.cget("state") == "normal" and not _delete_selected(widget):
            start = _word_start(widget.get("1.0", "insert"))
            widget.delete(f"1.0+{start}c", "insert")
    elif isinstance(widget, tk.Entry) and not _delete_selected(widget):
        at = widget.index("insert")
        widget.delete(_word_start(widget.get()[:at]), at)
    return "break"


def _delete_after(event: tk.Event[tk.Misc]) -> str:
    widget = event.widget
    if isinstance(widget, tk.Text):
        if widget.cget("state") == "normal" and not _delete_selected(widget):
            length = _word_end(widget.get("insert", "end-1c"))
            widget.delete("insert", f"insert+{length}c")
    elif isinstance(widget, tk.Entry) and not _delete_selected(widget):
        at = widget.index("insert")
        widget.delete(at, at + _word_end(widget.get()[at:]))
    return "break"


def _paste(event: tk.Event[tk.Misc]) -> str:
    """In the place of what is selected, which Tk does not do on X11."""
    widget = event.widget
    if isinstance(widget, tk.Entry):
        try:
            text = widget.clipboard_get()
        except tk.TclError:
            return "break"  # nothing there, or no text
        _delete_selected(widget)
        widget.insert("insert", " ".join(text.replace("\0", "").split("\n")))
    return "break"


def _delete_selected(widget: tk.Text | tk.Entry) -> bool:
    found = (
        bool(widget.tag_ranges("sel")) if isinstance(widget, tk.Text) else _has_selection(widget)
    )
    if found:
        widget.delete("sel.first", "sel.last")
    return found


def _has_selection(entry: tk.Entry) -> bool:
    return bool(entry.selection_present())


def _word_start(before: str) -> int:
    """Where the last word of `before` begins, with what stands between it and the end."""
    at = len(before)
    while at and not before[at - 1].isalnum():
        at -= 1
    while at and before[at - 1].isalnum():
        at -= 1
    return at


def _word_end(after: str) -> int:
    """Where the first word of `after` ends, with what stands before it."""
    at = 0
    while at < len(after) and not after[at].isalnum():
        at += 1
    while at < len(after) and after[at].isalnum():
        at += 1
    return at
