"""Servers of another program, in the dialog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tkinter import filedialog

import pytest

from client_gui.system import importing
from client_gui.ui.panels import Chooser
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


def test_from_hexchat(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "servlist.conf"
    chosen = [""]
    monkeypatch.setattr(importing, "usual_files", list)
    monkeypatch.setattr(filedialog, "askopenfilename", lambda **how: chosen[0])
    ui = open_ui(server.port)
    dialog = ui.app.connection.dialog
    assert dialog is not None
    dialog.unfold()
    dialog.importing.invoke()
    file.write_text("hello")
    chosen[0] = str(file)
    dialog.importing.invoke()
    assert dialog.message.cget("text") == "servlist.conf is no list of servers that can be read."
    monkeypatch.setattr(importing, "usual_files", lambda: [file])
    file.write_text(
        f"N=Elsewhere\nS=elsewhere.example\n\nN=Ours\nS=127.0.0.1/{server.port}\nJ=#python\n"
    )
    dialog.importing.invoke()
    (chooser,) = [one for one in dialog.winfo_children() if isinstance(one, Chooser)]
    assert chooser.rows() == [
        ("Ours", "127.0.0.1 · #python"),
        ("Elsewhere", "elsewhere.example"),
    ]
    chooser.done()
    assert dialog.message.cget("text").endswith("Passwords are typed anew.")
    ui.connect("Tuan")
    ui.wait_until(lambda: "#python" in ui.app.model.rooms and ui.app.model.rooms["#python"].here)
