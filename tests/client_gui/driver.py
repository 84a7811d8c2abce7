"""Helpers of the window's tests: pump Tk until something is so."""

from __future__ import annotations

import tempfile
import time
import tkinter as tk
from collections.abc import Callable
from pathlib import Path
from tkinter import ttk
from types import TracebackType

from client_gui.system.notify import Notifier
from client_gui.ui.app import App, Options
from client_gui.ui.emoji_pictures import read
from tests.support.clients import WAIT_SECONDS

# A Tk interpreter may be finalised in the thread that made it only, and the garbage collector runs
# in any thread: so none is ever garbage while the tests run.
_KEPT: list[Ui] = []
_OTHERS: list[tk.Tk] = []  # windows of other programs, as far as ours can tell
PUMP_MS = 20  # how often a condition is looked at while Tk has nothing to do


class Told(Notifier):
    """Keeps what would be shown by the system."""

    def __init__(self, told: list[tuple[str, str]]) -> None:
        super().__init__()
        self._told = told

    def tell(self, title: str, text: str) -> None:
        self._told.append((title, text))


class Ui:
    """One client in a real window. An error in a Tk callback is kept, and fails the test."""

    def __init__(self, port: int, **options: object) -> None:
        _KEPT.append(self)
        self.root = tk.Tk(className="gchat")
        self.errors: list[BaseException] = []
        self.root.report_callback_exception = self._report
        self.told: list[tuple[str, str]] = []  # notifications
        self._folder = tempfile.TemporaryDirectory()
        settings = Path(self._folder.name) / "client.json"
        chosen = {"host": "127.0.0.1", "port": port, "settings": settings, "dark": False} | options
        self.app = App(self.root, Options(**chosen), Told(self.told))  # type: ignore[arg-type]
        self.gone = False
        if self.app.welcomed:
            self.look()

    def look(self) -> None:
        """Somebody looks at this window, as far as it can tell."""
        self.root.update()
        self.app.window.composer.text.focus_force()
        self.root.update()

    def look_away(self) -> None:
        """The keyboard goes to another program."""
        self.root.update()
        other = tk.Tk(className="other")
        other.geometry("+2000+2000")
        other.update()
        other.focus_force()
        other.update()
        _OTHERS.append(other)
        self.wait_until(lambda: not self.app.has_keyboard())

    def _report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self.errors.append(error)

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Lets Tk work until `condition` is true."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert not self.errors, self.errors
            assert not self.orphans(), self.orphans()
            assert time.monotonic() < deadline, f"never so. On the screen:\n{self.screen()}"
            # in Tcl's own words: a Python command would be gone with the window
            timer = self.root.tk.call("after", PUMP_MS, "set pumped 1")
            self.root.tk.dooneevent(0)
            self.root.tk.call("after", "cancel", timer)

    def orphans(self) -> list[str]:
        """Calls for later whose command is gone: Tk would call whatever gets its name next."""
        if self.gone:
            return []
        tk, gone = self.root.tk, []
        for timer in tk.splitlist(tk.call("after", "info")):
            script = tk.splitlist(tk.call("after", "info", timer))[0]
            command = tk.splitlist(script)[0]
            if not tk.call("info", "commands", command):
                gone.append(command)
        return gone

    def screen(self) -> str:
        """What is to be read in the window."""
        if self.gone:
            return "(the window is gone)"
        texts: list[str] = []

        def visit(widget: tk.Misc) -> None:
            if isinstance(widget, tk.Text):
                texts.append(read(widget, "1.0", "end-1c"))
            elif isinstance(widget, tk.Entry):
                texts.append(f"[{widget.get()}]")
            elif isinstance(widget, tk.Label):
                texts.append(str(widget.cget("text")))
            elif isinstance(widget, tk.Canvas):
                words = [item for item in widget.find_all() if str(widget.type(item)) == "text"]
                texts.extend(
                    str(widget.tk.call(widget, "itemcget", item, "-text")) for item in words
                )
            for child in widget.winfo_children():
                visit(child)

        visit(self.root)
        return "\n".join(text for text in texts if text)

    def lines(self) -> list[str]:
        """The transcript."""
        return self.app.window.transcript.lines()

    def wait_for(self, *lines: str) -> None:
        """Waits until the transcript ends with these lines."""
        self.wait_until(lambda: self.lines()[-len(lines) :] == list(lines))

    def connect(self, nick: str) -> None:
        """Goes through the dialog."""
        dialog = self.app.connection.dialog
        assert dialog is not None
        dialog.nick.delete(0, "end")
        dialog.nick.insert(0, nick)
        dialog.button.invoke()

    def enter(self, nick: str) -> None:
        """Goes through the dialog and waits until one is in the lobby."""
        self.connect(nick)
        self.wait_for(f"{nick} has connected to the chat room")
        self.look()

    def type(self, text: str, *, key: str = "<Return>") -> None:
        """Types into the composer and presses a key."""
        composer = self.app.window.composer.text
        self.root.update()
        composer.focus_force()  # without a window manager nobody else gives it the keyboard
        composer.insert("end", text)
        composer.event_generate(key)

    def key(self, key: str) -> None:
        """Presses a key in the window."""
        composer = self.app.window.composer.text
        self.root.update()
        composer.focus_force()
        composer.event_generate(key)

    def press(self, label: str) -> None:
        """Presses the button that says this."""

        def find(widget: tk.Misc) -> ttk.Button | None:
            for child in widget.winfo_children():
                if isinstance(child, ttk.Button) and child.cget("text") == label:
                    return child
                found = find(child)
                if found is not None:
                    return found
            return None

        button = find(self.root)
        assert button is not None, f"no button says {label}:\n{self.screen()}"
        button.invoke()

    def click(self, text: tk.Text, index: str) -> None:
        """Clicks on a character."""
        self.root.update()
        box = text.bbox(index)
        assert box is not None
        x, y = box[0] + box[2] // 2, box[1] + box[3] // 2
        text.event_generate("<Motion>", x=x, y=y)
        text.event_generate("<Button-1>", x=x, y=y)

    def screenshot(self, path: Path, of: tk.Misc | None = None) -> None:
        """The picture of the window, or of another one."""
        from PIL import ImageGrab  # noqa: PLC0415

        self.root.update()
        window = of or self.root
        left, top = window.winfo_rootx(), window.winfo_rooty()
        width, height = window.winfo_width(), window.winfo_height()
        ImageGrab.grab((left, top, left + width, top + height), xdisplay=None).save(path)

    def close(self) -> None:
        """Closes the window as its close button does, and waits until it is gone."""
        if self.gone:
            return
        self.root.bind("<Destroy>", self._on_destroy)
        self.app.close()
        if not self.gone:
            self.wait_until(lambda: self.gone)
        while _OTHERS:
            _OTHERS.pop().destroy()
        assert not self.errors, self.errors

    def _on_destroy(self, event: object) -> None:
        self.gone = True
