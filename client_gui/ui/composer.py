"""Where one types. Enter sends, Shift+Enter breaks the line, the field grows; Tab completes, Up
recalls.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from tkinter import ttk
from typing import Any

from client_gui.model.completion import Completer
from client_gui.texts import _
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import ShortLabel

ROWS_MAX = 6
PADDING = 10  # at the left and the right of what is typed
GAP = 8  # between what stands above the field
HINT_LEFT = 3  # pixels to the right of where the cursor is
HEIGHT_ABOVE = 230  # of the window that the field leaves to what stands above it
RECALLED = 100  # messages that Up goes back through
PASTED_LINES = 5  # from so many lines on, we ask whether to paste them


@dataclass(frozen=True, slots=True)
class ComposerCallbacks:
    """What the composer asks for."""

    send: Callable[[str], bool]  # False: the text stays
    words: Callable[[], tuple[list[str], list[str], list[str]]]  # nicknames, rooms, commands
    writes: Callable[[bool], None]  # somebody types, or has nothing typed any more
    many: Callable[[int, str], None]  # so many lines are pasted: are they meant?
    escape: Callable[[], None]
    secret: Callable[[str], int | None]  # where in this begins what nobody may see
    attach: Callable[[], None]  # somebody wants to choose files
    files: Callable[[str], bool]  # whether pasted text stands for files, which are sent then
    picture: Callable[[], None]  # there is no text to paste: perhaps a picture
    stop: Callable[[], None]  # the file that is on its way is not to be sent


class Composer(tk.Frame):
    """The field, the Send button, and above them what is answered and who else writes."""

    def __init__(
        self, parent: tk.Misc, theme: Theme, typing: ComposerCallbacks, sent: list[str]
    ) -> None:
        """`sent` is what Up recalls; it is kept there."""
        palette = theme.palette
        super().__init__(parent, background=palette.background)
        self._theme = theme
        self._typing = typing
        self._completer = Completer()
        self._sent = sent
        self._putting = False  # what changes is not typed
        self._back = 0  # how far Up has gone
        dim: dict[str, Any] = {"background": palette.background, "foreground": palette.dim}
        self._line = tk.Frame(self, background=palette.background)
        self._line.pack(fill="x", padx=theme.px(20))
        self.state = tk.Label(
            self._line, font=theme.small, background=palette.background, borderwidth=0, padx=0
        )
        self.notice = ShortLabel(self._line, theme, theme.small, self._notice_most, **dim)
        self.notice.pack(side="left")
        self.way_out = tk.Label(self._line, font=theme.small, **dim)
        self._line.bind("<Configure>", lambda event: self.notice.fit())
        self.progress = tk.Label(self, font=theme.small, anchor="w", cursor="hand2", **dim)
        self.progress.bind("<Button-1>", lambda event: typing.stop())
        frame = self._frame = ttk.Frame(self, style="Field.TFrame", padding=theme.px(5))
        frame.pack(fill="x", padx=theme.px(16), pady=(theme.px(4), theme.px(14)))
        # before the text, which expands: packed after it the button would have no room left
        self.button = ttk.Button(
            frame,
            text=_("Send"),
            style="Composer.Send.TButton",
            command=self.submit,
            takefocus=False,
        )
        self.button.pack(side="right", padx=(theme.px(5), 0), anchor="s")
        self.attach = ttk.Button(
            frame,
            text="+",
            style="Composer.Attach.TButton",
            command=typing.attach,
            takefocus=False,
        )
        self.text = tk.Text(
            frame,
            height=1,
            wrap="word",
            relief="flat",
            borderwidth=0,
            highlightthickness=0,
            background=palette.field,
            foreground=palette.text,
            insertbackground=palette.text,
            insertwidth=2,
            selectbackground=palette.accent,
            selectforeground=palette.accent_text,
            font=theme.body,
            padx=theme.px(PADDING),
            pady=theme.px(8),
            undo=True,
        )
        self.text.pack(side="left", fill="x", expand=True)  # one line stands in the middle
        self.text.tag_configure("secret", foreground=palette.dim, background=palette.dim)
        self._hint = ShortLabel(
            self.text,
            theme,
            theme.body,
            self._hint_most,
            background=palette.field,
            foreground=palette.dim,
            cursor="xterm",
            pady=0,
        )
        self._hint.bind("<Button-1>", lambda event: self.text.focus_set())
        self._bind(frame)
        self._show_hint()

    def _bind(self, frame: ttk.Frame) -> None:
        text = self.text
        text.bind("<Return>", self._on_enter)
        text.bind("<KP_Enter>", self._on_enter)
        text.bind("<Shift-Return>", lambda event: None)
        text.bind("<Tab>", self._on_tab)
        text.bind("<Up>", lambda event: self._recall(1))
        text.bind("<Down>", lambda event: self._recall(-1))
        text.bind("<Escape>", lambda event: self._typing.escape())
        text.bind("<<Paste>>", self._on_paste)
        text.bind("<Key>", self._on_key)
        text.bind("<<Modified>>", self._on_modified)
        text.bind("<Configure>", lambda event: self._sized())
        frame.bind("<Button-1>", lambda event: text.focus_set())
        text.bind("<FocusIn>", lambda event: frame.state(["focus"]))
        text.bind("<FocusOut>", lambda event: frame.state(["!focus"]))

    def set_hint(self, text: str) -> None:
        """What stands in the empty field."""
        self._hint.say(text)

    def _hint_most(self) -> int:
        """What the field has left for the hint. Before it has its width: all."""
        width = self.text.winfo_width()
        if width <= 1:
            return self.winfo_screenwidth()
        return max(width - 2 * self._theme.px(PADDING) - HINT_LEFT, 0)

    def say(self, text: str, way_out: str = "") -> None:
        """What is answered, or who writes; `way_out` stands after it, whole."""
        self.way_out.configure(text=way_out)
        if way_out:
            self.way_out.pack(side="left", padx=(self._theme.px(GAP), 0), after=self.notice)
        else:
            self.way_out.pack_forget()
        self.notice.say(text)

    def show_state(self, words: str, colour: str) -> None:
        """What is wrong with the connection stands before the notice; "" for nothing."""
        if words == self.state.cget("text"):
            return
        self.state.configure(text=words, foreground=colour)
        if words:
            self.state.pack(side="left", padx=(0, self._theme.px(GAP)), before=self.notice)
        else:
            self.state.pack_forget()
        self.notice.fit()

    def _notice_most(self) -> int:
        """What the line above the field has left for the notice. Before it has its width: all."""
        if self._line.winfo_width() <= 1:
            return self.winfo_screenwidth()
        others = [one.winfo_reqwidth() for one in (self.state, self.way_out) if one.cget("text")]
        taken = sum(others) + len(others) * self._theme.px(GAP)
        return max(self._line.winfo_width() - taken, 0)

    def can_attach(self, *, can: bool) -> None:
        """There is a button to choose files, or not."""
        if can:
            self.attach.pack(side="left", anchor="s", before=self.text)
        else:
            self.attach.pack_forget()

    def show_progress(self, text: str) -> None:
        """What is said of the file that is on its way; a click stops it. "" for none."""
        if text:
            self.progress.configure(text=text + "   ✕ " + _("Stop"))
            self.progress.pack(fill="x", padx=self._theme.px(20), before=self._frame)
        else:
            self.progress.configure(text="")
            self.progress.pack_forget()

    def can_send(self, *, can: bool) -> None:
        """The button looks as if it did something, or not."""
        self.button.state(["!disabled" if can else "disabled"])

    def get(self) -> str:
        """What is typed."""
        return self.text.get("1.0", "end-1c")

    def put(self, text: str, cursor: str = "") -> None:
        """Puts other text into the field; the cursor goes to a place in it, or its end."""
        self._putting = True
        self._completer.reset()
        self.text.delete("1.0", "end")
        self.text.insert("1.0", text)
        if cursor:
            self.text.mark_set("insert", cursor)
        self.text.edit_reset()
        self._on_modified(None)
        self._putting = False

    def add(self, text: str) -> None:
        """Writes at the cursor."""
        self.text.insert("insert", text)
        self.text.focus_set()

    def submit(self) -> None:
        """Sends what is typed."""
        typed = self.get()
        if typed.strip():
            self._back = 0
            keeps = self._typing.secret(typed) is None
            self.put("")  # before: what is sent may lead to another room, with its own draft
            if not self._typing.send(typed):
                self.put(typed)
            elif keeps:
                self._sent.append(typed)
                del self._sent[:-RECALLED]
        self.text.focus_set()

    def _on_enter(self, event: object) -> str:
        self.submit()
        return "break"

    def _on_key(self, event: tk.Event[tk.Misc]) -> None:
        if event.keysym != "Tab":
            self._completer.reset()

    def _on_tab(self, event: object) -> str:
        typed = self.get()
        counted = self.text.count("1.0", "insert", "chars")
        cursor = (counted[0] if isinstance(counted, tuple) else counted) or 0
        found = self._completer.next(typed, cursor, *self._typing.words())
        if found is not None:
            start, end, new = found
            self.text.delete(f"1.0+{start}c", f"1.0+{end}c")
            self.text.insert(f"1.0+{start}c", new)
        return "break"

    def _recall(self, step: int) -> str | None:
        """Puts an earlier message into the field, unless what is typed there would be lost."""
        typed = self.get()
        if typed and (not self._back or typed != self._sent[-self._back]):
            return None
        back = self._back + step
        if not 0 <= back <= len(self._sent):
            return "break"
        self._back = back
        self.put(self._sent[-back] if back else "")
        return "break"

    def _on_paste(self, event: object) -> str | None:
        try:
            text = "" if self._only_a_picture() else self.clipboard_get()
        except tk.TclError:  # nothing there, or no text
            text = ""
        if not text:
            self._typing.picture()
            return "break"
        if self._typing.files(text):
            return "break"
        lines = text.strip("\n").count("\n") + 1
        if lines < PASTED_LINES:
            self.paste(text)
        else:
            self._typing.many(lines, text)
        return "break"

    def _only_a_picture(self) -> bool:
        """Whether the clipboard says that it has no text but a picture. `xclip` gives its bytes to
        who asks for text all the same.
        """
        try:
            has = str(
                self.tk.call("selection", "get", "-selection", "CLIPBOARD", "-type", "TARGETS")
            )
        except tk.TclError:
            return False
        return "image/" in has and not any(kind in has for kind in ("STRING", "TEXT", "text/"))

    def paste(self, text: str) -> None:
        """Puts it in the place of what is selected, or at the cursor."""
        self._completer.reset()
        if self.text.tag_ranges("sel"):
            self.text.delete("sel.first", "sel.last")
        self.text.insert("insert", text.replace("\0", ""))
        self.text.focus_set()

    def _on_modified(self, event: object) -> None:
        self.text.edit_modified(False)
        self._fit()
        self._show_hint()
        typed = self.get()
        self._hide_secret(typed)
        if not self._putting:
            self._typing.writes(bool(typed.strip()) and not typed.startswith("/"))

    def _sized(self) -> None:
        self._fit()
        self._hint.fit()

    def _fit(self) -> None:
        """As tall as what is typed. Before the field has its width nothing can be counted: then it
        is done again.
        """
        if self.text.winfo_width() <= 1:
            return
        counted = self.text.count("1.0", "end", "displaylines")
        rows = counted[0] if isinstance(counted, tuple) else counted
        room = self.winfo_toplevel().winfo_height() - self._theme.px(HEIGHT_ABOVE)
        most = min(ROWS_MAX, max(room // self._theme.body.metrics("linespace"), 1))
        height = min(max(rows or 1, 1), most)
        if height != int(str(self.text.cget("height"))):
            self.text.configure(height=height)
            self.text.see("insert")

    def _hide_secret(self, typed: str) -> None:
        """Somebody may look over the shoulder: a password is a bar."""
        self.text.tag_remove("secret", "1.0", "end")
        start = self._typing.secret(typed)
        if start is not None:
            self.text.tag_add("secret", f"1.0+{start}c", "end-1c")

    def _show_hint(self) -> None:
        if self.get():
            self._hint.place_forget()
        else:
            self._hint.place(x=HINT_LEFT, y=0)  # within the text's own padding, right of the cursor
