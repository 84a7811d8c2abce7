"""Two windows and somebody at irssi, on a server that loses its power in between."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from client_gui.model.lines import SPOKEN, Fate
from client_gui.model.model import Phase
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess
from tests.support.terminal import Terminal

OpenUi = Callable[..., Ui]


@pytest.fixture
def irssi(need: Callable[[str], str], tmp_path: Path) -> Iterator[Terminal]:
    folder = tmp_path / "terminal"
    folder.mkdir()
    terminal = Terminal(need("tmux"), folder, f"{need('irssi')} --nick Lan")
    terminal.type("/set cmds_max_at_once 100")
    yield terminal
    terminal.close()


def spoken(ui: Ui, room: str = "#lobby") -> list[str]:
    """What was said, as it reads."""
    return [str(one) for one in ui.app.model.rooms[room].lines if one.look in SPOKEN]


def wait_for_all(windows: list[Ui], condition: Callable[[Ui], object]) -> None:
    """Each window works while one of them waits."""
    for ui in windows:
        ui.wait_until(partial(condition, ui))


def test_two_windows_and_irssi(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, irssi: Terminal, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path / "data"))
    tuan = open_ui(server.port, nick="Tuan")
    duy = open_ui(server.port, nick="Duy", dark=True, layout="compact")
    windows = [tuan, duy]
    irssi.type(f"/connect 127.0.0.1 {server.port}")
    irssi.wait_for("This server was started")
    irssi.type("/join #lobby")
    wait_for_all(windows, lambda ui: "lan" in ui.app.model.rooms["#lobby"].members)

    # a word from each
    tuan.type("Hello, Duy!")
    wait_for_all(windows, lambda ui: "Tuan: Hello, Duy!" in spoken(ui))
    irssi.wait_for("Hello, Duy!")
    duy.type("/me waves")
    irssi.wait_for("* Duy waves")
    irssi.type("I am at irssi, Tuan")
    wait_for_all(windows, lambda ui: spoken(ui)[-1] == "Lan: I am at irssi, Tuan")
    assert tuan.app.model.rooms["#lobby"].lines[-1].mention
    assert not duy.app.model.rooms["#lobby"].lines[-1].mention

    # an answer and a reaction, which irssi need not know
    line = duy.app.model.rooms["#lobby"].lines[-1]
    duy.app.actions.answer(line)
    duy.type("And I am in a window")
    duy.app.actions.react(line, "❤")
    irssi.wait_for("And I am in a window")
    wait_for_all(windows, lambda ui: "❤ 1" in ui.screen())
    assert "↪ Lan: I am at irssi, Tuan" in tuan.screen()

    # in private, the topic, away, another name
    irssi.type("/msg Duy only for you")
    duy.wait_until(lambda: duy.app.model.rooms.get("lan"))
    assert duy.app.model.rooms["lan"].unread == 1
    assert "lan" not in tuan.app.model.rooms
    irssi.type("/topic #lobby Be kind")
    wait_for_all(windows, lambda ui: "Be kind" in ui.screen())
    irssi.type("/away lunch")
    wait_for_all(windows, lambda ui: "lan" in ui.app.model.away)
    irssi.type("/nick Lan2")
    wait_for_all(windows, lambda ui: "lan2" in ui.app.model.rooms["#lobby"].members)
    assert "lan2" in duy.app.model.rooms, "the conversation goes on under the new name"

    # the plug is pulled; older messages is there afterwards, once, in order, for both
    before = spoken(tuan)
    assert before == spoken(duy)
    port = server.port
    server.stop(signal.SIGKILL)
    wait_for_all(windows, lambda ui: ui.app.model.status.phase is not Phase.CONNECTED)
    tuan.type("typed while it is away", key="<F35>")
    server = make_server("--data", str(tmp_path / "data"), "--port", str(port))
    tuan.key("<Control-r>")
    duy.key("<Control-r>")
    wait_for_all(windows, lambda ui: ui.app.model.rooms["#lobby"].here)
    assert tuan.app.window.composer.get() == "typed while it is away"
    tuan.key("<Return>")
    wait_for_all(windows, lambda ui: spoken(ui)[-1] == "Tuan: typed while it is away")
    tuan.wait_until(lambda: tuan.app.model.rooms["#lobby"].lines[-1].fate is Fate.SENT)
    assert spoken(tuan) == spoken(duy) == [*before, "Tuan: typed while it is away"]
    late = open_ui(server.port, nick="Late")
    late.wait_until(lambda: spoken(late)[-1:] == ["Tuan: typed while it is away"])
    assert spoken(late) == spoken(tuan)
    assert "❤ 1" in late.screen(), "reactions are of the past too"
