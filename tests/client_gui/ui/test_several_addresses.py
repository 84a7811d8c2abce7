"""A window and a server that is two machines: when one of them leaves, it goes on at the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loadtest.interruption import Interruption
from loadtest.nodes import NodesTarget
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import free_port

OpenUi = Callable[..., Ui]


@pytest.fixture
def nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NodesTarget]:
    monkeypatch.setenv("GCHAT_CLUSTER_LEASE", "1")
    found = NodesTarget(Interruption(), nodes=2, parent=tmp_path)
    yield found
    found.stop()


def put(ui: Ui, host: str, port: int) -> None:
    """Into the dialog's fields."""
    dialog = ui.app.connection.dialog
    assert dialog is not None
    for entry, value in ((dialog.host, host), (dialog.port, str(port))):
        entry.delete(0, "end")
        entry.insert(0, value)


def test_it_goes_on_at_the_other_one(nodes: NodesTarget, open_ui: OpenUi) -> None:
    (_, first), (_, second) = nodes.addresses
    duy = IrcClient(second, "Duy", "echo-message", join="#lobby")
    ui = open_ui(first)
    put(ui, f"127.0.0.1, localhost:{second}", first)
    ui.enter("Tuan")
    ui.type("before")
    duy.until_that(lambda message: message.params[-1] == "before")
    nodes.nodes[0].stop()
    ui.wait_until(lambda: any("We go on at localhost." in line for line in ui.lines()))
    duy.send("PRIVMSG #lobby :meanwhile")
    ui.wait_until(lambda: "Duy: meanwhile" in ui.lines())
    ui.wait_until(lambda: ui.app.connection.ready)
    ui.type("after")
    duy.until_that(lambda message: message.params[-1] == "after")
    (server,) = ui.app.settings.servers
    assert (server.name, server.others) == (f"127.0.0.1:{first}", [f"localhost:{second}"])


def test_the_first_of_them_need_not_be_there(nodes: NodesTarget, open_ui: OpenUi) -> None:
    """The dialog complains once all were tried."""
    (_, first), _ = nodes.addresses
    ui = open_ui(first)
    put(ui, f"127.0.0.1:{free_port()}, 127.0.0.1", first)
    ui.enter("Tuan")
    other = open_ui(first)
    dialog = other.app.connection.dialog
    assert dialog is not None
    put(other, f"127.0.0.1:{free_port()}, 127.0.0.1:{free_port()}", first)
    other.connect("Lan")
    other.wait_until(lambda: dialog.message.cget("text").startswith("Nothing answers there."))


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        (" , ", "Which server?"),
        ("a, b:x", "b:x is no address. Write a name, or a name and a port: chat.example.org:6697"),
        (",".join(f"host{number}" for number in range(11)), "A server has at most 10 addresses."),
    ],
)
def test_what_is_no_address_is_said(open_ui: OpenUi, hosts: str, sentence: str) -> None:
    ui = open_ui(1)
    put(ui, hosts, 1)
    ui.connect("Tuan")
    dialog = ui.app.connection.dialog
    assert dialog is not None
    assert dialog.message.cget("text") == sentence
