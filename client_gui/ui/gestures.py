"""What somebody does with the transcript, with the mouse or the keys."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from client_gui.model.lines import Line, summary
from client_gui.system import desktop
from client_gui.ui.emoji_pictures import read
from client_gui.ui.right_to_left import has_rtl


@dataclass(frozen=True, slots=True)
class TranscriptCallbacks:
    """What somebody who looks at the transcript may want. Each is called in Tk's thread."""

    older: Callable[[], None]  # what was said before all that is here
    follow: Callable[[str], None]  # a link
    send_again: Callable[[int], None]  # the line of this number
    menu: Callable[[int, int, Line], None]  # at this place, what can be done with a line
    react: Callable[[Line, str], None]  # with this reaction, or not any more
    reply: Callable[[Line], None]  # to a message
    end_seen: Callable[[], None]  # the last line is in view
    leave: Callable[[], None]  # the keyboard goes elsewhere


class Shown(Protocol):
    """The transcript, as far as gestures need it."""

    text: tk.Text

    def show_more(self) -> None:
        """Shows older lines."""

    def units(self) -> list[list[Line]]:
        """What is drawn, from the top: a message, or a run of comings and goings."""

    def pick(self, number: int) -> None:
        """Marks one line as the chosen one; 0 for none."""

    def line_at(self, index: str) -> Line | None:
        """The line at a place in the text, as Tk writes one."""

    def hover(self, line: Line | None) -> None:
        """The mouse is over this line, or over none."""

    def show_quoted(self, line: Line) -> None:
        """Brings the message that a line answers into view."""

    def reaction_at(self, index: str) -> tuple[Line, str] | None:
        """The reaction there, and the line that has it."""


class Gestures:
    """Mouse and keys of one transcript. When it has the focus, Up and Down choose a message."""

    def __init__(self, transcript: Shown, callbacks: TranscriptCallbacks) -> None:
        self._transcript = transcript
        self._text = transcript.text
        self._callbacks = callbacks
        self._picked = 0  # the number of the chosen line, 0 for none
        text = self._text
        for upwards in ("<MouseWheel>", "<Button-4>", "<Prior>", "<Home>"):
            text.bind(upwards, self._scrolled_up)
        # a disabled Text takes no focus by itself, and without focus nothing can be copied
        text.bind("<Button-1>", lambda event: text.focus_set())
        text.bind("<Motion>", self._moved)
        text.bind("<Leave>", self._gone)
        for event in desktop.here().menu:
            text.bind(event, self._menu)
        text.bind("<<Copy>>", self._copy)
        text.bind("<Up>", lambda event: self._pick(-1))
        text.bind("<Down>", lambda event: self._pick(1))
        for keys in ("<Return>", "<Menu>", "<Shift-F10>"):
            text.bind(keys, self._menu_of_picked)
        for keys in ("<Escape>", "<F6>", "<Tab>"):
            text.bind(keys, self._leave)
        text.tag_bind("more", "<Button-1>", lambda event: transcript.show_more())
        text.tag_bind("link", "<Button-1>", self._follow)
        text.tag_bind("picture", "<Button-1>", self._open_picture)
        text.tag_bind("again", "<Button-1>", self._again)
        text.tag_bind("reaction", "<Button-1>", self._react)
        text.tag_bind("quote", "<Button-1>", self._to_quoted)

    def enter(self) -> None:
        """The keyboard goes to the last message."""
        self._text.focus_set()
        self._picked = 0
        self._pick(-1)

    def _scrolled_up(self, event: tk.Event[tk.Misc]) -> None:
        """At the top, scrolling on brings what was before."""
        if event.delta >= 0 and self._text.yview()[0] <= 0:
            self._transcript.show_more()

    # -- the chosen message

    def _pick(self, step: int) -> str:
        numbers = [unit[0].number for unit in self._transcript.units()]
        if self._picked in numbers:
            at = numbers.index(self._picked) + step
            if at < 0:
                self._transcript.show_more()
                numbers = [unit[0].number for unit in self._transcript.units()]
                at = max(numbers.index(self._picked) - 1, 0) if self._picked in numbers else 0
            at = min(at, len(numbers) - 1)
        else:
            at = len(numbers) - 1
        if numbers:
            self._picked = numbers[at]
            self._transcript.pick(self._picked)
        return "break"

    def _menu_of_picked(self, event: tk.Event[tk.Misc]) -> str:
        for unit in self._transcript.units():
            if unit[0].number == self._picked:
                box = self._text.bbox("picked.first") or (0, 0, 0, 0)
                left, top = self._text.winfo_rootx(), self._text.winfo_rooty()
                self._callbacks.menu(left + box[0] + box[2], top + box[1] + box[3], unit[0])
        return "break"

    def _leave(self, event: tk.Event[tk.Misc]) -> str:
        self._picked = 0
        self._transcript.pick(0)
        self._callbacks.leave()
        return "break"

    # -- the mouse

    def _moved(self, event: tk.Event[tk.Misc]) -> None:
        self._transcript.hover(self._transcript.line_at(self._here(event)))

    def _gone(self, event: tk.Event[tk.Misc]) -> None:
        """Not when the mouse has only gone to what lies over the text."""
        over = self._text.winfo_containing(event.x_root, event.y_root)
        if over is None or not str(over).startswith(str(self._text.master)):
            self._transcript.hover(None)

    def _here(self, event: tk.Event[tk.Misc]) -> str:
        return f"@{event.x},{event.y}"

    def _follow(self, event: tk.Event[tk.Misc]) -> None:
        found = self._text.tag_prevrange("link", f"{self._here(event)}+1c")
        if found:
            self._callbacks.follow(self._text.get(*found))

    def _open_picture(self, event: tk.Event[tk.Misc]) -> None:
        for tag in self._text.tag_names(self._here(event)):
            if tag.startswith("picture "):
                self._callbacks.follow(tag.removeprefix("picture "))

    def _again(self, event: tk.Event[tk.Misc]) -> None:
        line = self._transcript.line_at(self._here(event))
        if line is not None:
            self._callbacks.send_again(line.number)

    def _react(self, event: tk.Event[tk.Misc]) -> None:
        found = self._transcript.reaction_at(self._here(event))
        if found is not None:
            self._callbacks.react(*found)

    def _to_quoted(self, event: tk.Event[tk.Misc]) -> None:
        line = self._transcript.line_at(self._here(event))
        if line is not None:
            self._transcript.show_quoted(line)

    def _menu(self, event: tk.Event[tk.Misc]) -> None:
        line = self._transcript.line_at(self._here(event))
        if line is not None:
            self._callbacks.menu(event.x_root, event.y_root, line)

    def _copy(self, event: object) -> str | None:
        """Text copied from either layout reads `Tuan: Hello, Duy!`."""
        text = self._text
        if not text.tag_ranges("sel"):
            return None
        start, end = text.index("sel.first"), text.index("sel.last")
        chosen = []
        for unit in self._transcript.units():
            ranges = text.tag_ranges(f"u{unit[0].number}")
            if not ranges:
                continue
            first, last = str(ranges[0]), str(ranges[-1])
            if text.compare(first, "<", end) and text.compare(last, ">", start):
                chosen.append(unit)
        copied = "\n".join(summary(unit) for unit in chosen)
        if len(chosen) < 2 and not has_rtl(copied):
            copied = read(text, start, end)  # a part of one message
        text.clipboard_clear()
        text.clipboard_append(copied)
        return "break"
