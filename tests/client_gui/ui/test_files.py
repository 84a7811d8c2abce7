"""Files from the window: sent by button and paste, pictures within the messages."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from tkinter import filedialog

import pytest

from client_gui.core.pictures import picture_at
from client_gui.net.files import readable
from client_gui.ui.pictures import thumbnail
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.files import ask, picture, send
from tests.support.process import ServerProcess
from tests.support.proxy import Proxy

OpenUi = Callable[..., Ui]
ID = "a-_4567890123456789012"


def typed(ui: Ui) -> str:
    return ui.app.window.composer.get()


def shown(ui: Ui) -> str:
    """What is said of the file that is on its way."""
    label = ui.app.window.composer.progress
    return str(label.cget("text")) if label.winfo_manager() else ""


def colours(ui: Ui) -> set[tuple[int, ...]]:
    """Of the middle of each picture in the transcript."""
    text, found = ui.app.window.transcript.text, set()
    for _kind, name, _at in text.dump("1.0", "end", image=True):
        image = str(name).partition("#")[0]
        width, height = (int(text.tk.call("image", one, image)) for one in ("width", "height"))
        if (width, height) == ui.app.theme.shared._size:
            found.add(tuple(text.tk.call(image, "get", 20, height // 2)[:3]))
    return found


def test_sent_by_the_button(
    ui: Ui, server: ServerProcess, duy: IrcClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, report = tmp_path / "ảnh.png", tmp_path / "report.txt"
    image.write_bytes(picture("PNG", (640, 400), "#00ff00"))
    report.write_bytes(b"what there is to read")
    monkeypatch.setattr(filedialog, "askopenfilenames", lambda **options: (str(image), str(report)))
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    ui.app.window.composer.put("look:")
    ui.app.window.composer.attach.invoke()
    ui.wait_until(lambda: typed(ui).count("/files/") == 2)
    start, one, other = typed(ui).split()
    assert start == "look:"
    assert one.startswith(f"http://127.0.0.1:{server.port}/files/")
    assert one.endswith("/anh.png")
    assert shown(ui) == ""
    ui.app.window.composer.submit()
    said = duy.until("PRIVMSG")[-1]
    assert said.params[1] == f"look: {one} {other}"
    assert ask(server.port, "GET", other.partition(str(server.port))[2]).body == report.read_bytes()
    ui.wait_until(lambda: colours(ui) == {(0, 255, 0)})


def test_pasted_as_file_managers_do(ui: Ui, tmp_path: Path) -> None:
    path = tmp_path / "a b.txt"
    path.write_bytes(b"data")
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    ui.root.clipboard_clear()
    ui.root.clipboard_append(path.as_uri())
    ui.app.window.composer.text.event_generate("<<Paste>>")
    ui.wait_until(lambda: typed(ui).endswith("/a-b.txt "))
    ui.app.window.composer.put("")
    ui.root.clipboard_clear()
    ui.root.clipboard_append(f"{path} {path.as_uri()}x")
    ui.app.window.composer.text.event_generate("<<Paste>>")
    assert typed(ui) == f"{path} {path.as_uri()}x", "what is no file's address is text"


def test_a_picture_that_another_program_has_copied(
    ui: Ui, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("xclip") is None:
        pytest.skip("there is no xclip")
    monkeypatch.setenv("DISPLAY", ui.root.winfo_screen())
    image = tmp_path / "a.png"
    image.write_bytes(picture("PNG", (64, 40), "#00ff00"))
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    copy = ["xclip", "-selection", "clipboard", "-t", "image/png", "-quiet", "-i", str(image)]
    with subprocess.Popen(copy, stderr=subprocess.DEVNULL) as program:
        try:
            ui.wait_until(ui.app.window.composer._only_a_picture)
            ui.app.window.composer.text.event_generate("<<Paste>>")
            ui.wait_until(lambda: typed(ui).endswith("/picture.png "))
        finally:
            program.terminate()


def test_to_the_room_that_it_was_for(ui: Ui, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"data")
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    ui.app.navigation.talk("Duy")
    ui.app.files.add([path])
    ui.app.navigation.choose("#lobby")
    ui.wait_until(lambda: "/a.txt" in ui.app.model.rooms["duy"].draft)
    assert typed(ui) == ""
    ui.app.navigation.choose("duy")
    assert typed(ui).endswith("/a.txt ")


def test_what_is_refused_is_said(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server(files_file_bytes=1000, files_account_bytes=1500)
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    for name, size in (("large", 1001), ("empty", 0), ("one", 900), ("two", 900)):
        (tmp_path / name).write_bytes(bytes(size))
    ui.app.files.add(tmp_path / name for name in ("large", "empty", "none", "one", "two"))
    ui.wait_for(
        "large: A file may have at most 1000 B.",
        "empty: This file is empty.",
        "none: The file cannot be sent: No such file or directory.",
        "two: The server has no more room for your files.",
    )
    assert typed(ui).count("/files/") == 1


def test_who_may_not_send(make_server: Callable[..., ServerProcess], open_ui: OpenUi) -> None:
    server = make_server(files_guests=False)
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    ui.app.files.add([Path(__file__)])
    ui.wait_until(lambda: "Only people with an account can send files." in ui.screen())
    without = make_server(files_enabled=False)
    other = open_ui(without.port, nick="Lan")
    other.wait_for("Lan has connected to the chat room")
    assert not other.app.window.composer.attach.winfo_ismapped()


def test_stopped(server: ServerProcess, open_ui: OpenUi, tmp_path: Path) -> None:
    large, small = tmp_path / "large.bin", tmp_path / "small.txt"
    with large.open("wb") as file:
        file.truncate(size := 90 << 20)
    small.write_bytes(b"small")
    with Proxy(server.port) as proxy:
        ui = open_ui(proxy.port, nick="Tuan")
        ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
        proxy.hold_after(1 << 20)
        ui.app.files.add([large, small])
        ui.wait_until(lambda: "%" in shown(ui))
        assert shown(ui).startswith("Sending large.bin")
        ui.app.window.composer.progress.event_generate("<Button-1>")
        proxy.release()
        ui.wait_until(lambda: typed(ui).endswith("/small.txt "))
        assert "large" not in typed(ui)
        ui.wait_until(lambda: proxy.connections == 1)  # the chat's
        assert proxy.carried < size


def test_by_tls_as_the_chat(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    """A certificate that was compared is trusted for files too, and no other."""
    server = make_server("--data", str(tmp_path / "data"), "--tls-self-signed")
    certificate = (tmp_path / "data/tls-certificate.pem").read_text()
    assert ssl.PEM_cert_to_DER_cert(certificate)
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.app.connection.server.tls = True
    ui.app.connection.start()
    assert not ui.app.window.composer.attach.winfo_manager()
    ui.wait_until(lambda: ui.app.connection._trust is not None)
    question = ui.app.connection._trust
    assert question is not None
    question.yes()
    ui.wait_until(ui.app.window.composer.attach.winfo_ismapped)
    image = tmp_path / "a.png"
    image.write_bytes(picture("PNG", (640, 400), "#0000ff"))
    ui.app.files.add([image])
    ui.wait_until(lambda: typed(ui).endswith("/a.png "))
    assert typed(ui).startswith("https://")
    ui.app.window.composer.submit()
    ui.wait_until(lambda: colours(ui) == {(0, 0, 255)})


def test_pictures_that_come_from_others(ui: Ui, server: ServerProcess, duy: IrcClient) -> None:
    here = f"http://127.0.0.1:{server.port}"
    red = send(duy, picture("GIF", (64, 40), "red"), "a.gif").where
    fake = f"{here}/files/{ID}/fake.png"
    duy.ask(f"PRIVMSG #lobby :http://127.0.0.2:1{red}")
    ui.wait_until(lambda: "127.0.0.2" in ui.screen())
    assert colours(ui) == set()
    duy.ask(f"PRIVMSG #lobby :{here}{red} {fake}")
    ui.wait_until(lambda: (255, 0, 0) in colours(ui))
    assert len(colours(ui)) == 2, "one is only a place"
    before = ui.app.window.transcript.text.index("end")
    ui.app.apply_settings()  # the window is made anew
    ui.wait_until(lambda: (255, 0, 0) in colours(ui))
    assert ui.app.window.transcript.text.index("end") == before


def test_which_links_are_pictures() -> None:
    here = "https://chat.example"
    path = f"/files/{ID}/a.png"
    assert picture_at(here + path, ("", here)) == path
    of_a_node = f"/files/node-1_a.{ID}/a.png"
    assert picture_at(here + of_a_node, ("", here)) == of_a_node
    for link in (
        f"https://evil.example{path}",
        f"{here}{path}?x",
        f"{here}.evil.example{path}",
        f"{here}/files/{ID}/../a.png",
        f"{here}/files/{ID}/a.svg",
        path,
    ):
        assert picture_at(link, ("", here)) == ""
    assert [readable(one) for one in (1, 1023, 1536, 100 << 20)] == [
        "1 B",
        "1023 B",
        "1.5 KiB",
        "100 MiB",
    ]


def test_what_is_no_picture() -> None:
    size = 320, 200
    large = thumbnail(picture("JPEG", (3000, 100)), size)
    assert large is not None
    assert large.width == 320
    assert thumbnail(b"", size) is None
    assert thumbnail(os.urandom(100), size) is None
    assert thumbnail(picture("JPEG")[:200], size) is None
    assert thumbnail(picture("PNG", (9000, 9000)), size) is None
