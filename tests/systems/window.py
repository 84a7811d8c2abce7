"""A window in a process of its own, as test_everywhere.py runs it: `window.py PORT SYSTEM`."""

from __future__ import annotations

import sys
import tempfile
import time
import tkinter as tk
from pathlib import Path

from client_gui.system import desktop
from tests.client_gui.driver import Ui
from tests.client_gui.ui.test_files import colours
from tests.support.files import picture

MENU_BUTTON = {"windows": 3, "macos": 2}


def send_a_picture(ui: Ui) -> None:
    """By its address, pasted as file managers do; it is shown within the messages."""
    composer = ui.app.window.composer
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.png"
        path.write_bytes(picture("PNG", (640, 400), "#00ff00"))
        ui.wait_until(composer.attach.winfo_ismapped)
        ui.root.clipboard_clear()
        ui.root.clipboard_append(path.as_uri())
        composer.text.event_generate("<<Paste>>")
        ui.wait_until(lambda: composer.get().endswith("/a.png "))
    composer.submit()
    ui.wait_until(lambda: colours(ui) == {(0, 255, 0)})


def main() -> None:
    """Chats, sends a picture, opens a list and a menu, and closes the window."""
    port, system = int(sys.argv[1]), sys.argv[2]
    ui = Ui(port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("Hello from elsewhere!")
    ui.wait_for("Tuan: Hello from elsewhere!", "Duy: Hello, Tuan!")

    def opened() -> bool:
        return any(isinstance(child, tk.Toplevel) for child in ui.root.winfo_children())

    send_a_picture(ui)
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
