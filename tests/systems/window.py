"""A window in a process of its own, as test_everywhere.py runs it: `window.py PORT SYSTEM`."""

from __future__ import annotations

import sys
import time
import tkinter as tk

from client_gui.system import desktop
from tests.client_gui.driver import Ui

MENU_BUTTON = {"windows": 3, "macos": 2}


def main() -> None:
    """Chats, opens a list by its key and a menu by its button, and closes the window."""
    port, system = int(sys.argv[1]), sys.argv[2]
    ui = Ui(port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("Hello from elsewhere!")
    ui.wait_for("Tuan: Hello from elsewhere!", "Duy: Hello, Tuan!")

    def opened() -> bool:
        return any(isinstance(child, tk.Toplevel) for child in ui.root.winfo_children())

    assert not opened()
    ui.root.event_generate(desktop.keys("<Control-k>"))
    ui.wait_until(opened)
    for child in ui.root.winfo_children():
        if isinstance(child, tk.Toplevel):
            child.destroy()
    menus: list[object] = []
    ui.app.menus.line = lambda *arguments: menus.append(arguments)  # type: ignore[method-assign]
    ui.app.rebuild()
    ui.app.window.show_all(time.time())
    text = ui.app.window.transcript.text
    ui.wait_until(lambda: text.bbox("end-2c"))
    x, y, _, _ = text.bbox("end-2c") or (0, 0, 0, 0)
    text.event_generate(f"<Button-{MENU_BUTTON[system]}>", x=x, y=y + 3)
    ui.wait_until(lambda: menus)
    assert not ui.errors, ui.errors
    ui.close()
    print("closed")


main()
