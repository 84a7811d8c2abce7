"""irssi and WeeChat, as people use them: connect, join, talk, leave, without an error shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real_clients.terminal import Terminal
from tests.support.clients import PlainClient
from tests.support.process import ServerProcess

# What irssi and WeeChat put before what a server refuses, and words of refusal.
ERRORS = ("Unknown command", "Not enough param", "error", "Error", "No such", "denied")


@pytest.fixture
def open_terminal(
    need: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[[str, str], Terminal]]:
    """Opens a program: `open_terminal("irssi", "--connect …")`."""
    opened: list[Terminal] = []

    def open_one(program: str, arguments: str) -> Terminal:
        terminal = Terminal(need("tmux"), tmp_path, f"{need(program)} {arguments}")
        opened.append(terminal)
        return terminal

    yield open_one
    for terminal in opened:
        terminal.close()


def errors(screen: str) -> list[str]:
    """The lines of a screen in which something is refused."""
    return [line for line in screen.splitlines() if any(word in line for word in ERRORS)]


def talk(terminal: Terminal, tuan: PlainClient, nick: str) -> None:
    """The conversation that both clients have."""
    terminal.wait_for("This server was started")
    terminal.type("/whois Tuan")
    screen = terminal.wait_for("is connected in plain text")
    assert not errors(screen), screen
    terminal.type("/join #lobby")
    assert tuan.read_line() == f"{nick} has connected to the chat room"
    terminal.wait_for("Tuan")
    terminal.type("Chào Tuan!")
    assert tuan.read_line() == f"{nick}: Chào Tuan!"
    tuan.say("Hello from netcat")
    terminal.wait_for("Hello from netcat")
    terminal.type("/me waves")
    assert tuan.read_line() == "Tuan: Hello from netcat"
    assert tuan.read_line() == f"* {nick} waves"
    terminal.type("/topic #lobby Be kind")
    assert tuan.read_line() == f"{nick} changed the topic to: Be kind"
    terminal.type("/away lunch")
    terminal.type("/away")
    terminal.type(f"/nick {nick}2")
    assert tuan.read_line() == f"{nick} is now known as {nick}2"
    tuan.say(f"/msg {nick}2 psst")
    assert tuan.read_line() == f"[private to {nick}2] Tuan: psst"
    assert not errors(terminal.screen()), terminal.screen()
    terminal.type("/quit bye")
    assert tuan.read_line() == f"{nick}2 has left the chat room!"
    terminal.wait_for_the_end()


def test_irssi(server: ServerProcess, open_terminal: Callable[[str, str], Terminal]) -> None:
    tuan = PlainClient(server.port, "Tuan")
    terminal = open_terminal("irssi", "--nick Lan")
    # its own flood protection would make the test wait; it is read when a connection is made
    terminal.type("/set cmds_max_at_once 100")
    terminal.type("/set cmd_queue_speed 1msec")
    terminal.type(f"/connect 127.0.0.1 {server.port}")
    talk(terminal, tuan, "Lan")


def test_weechat(server: ServerProcess, open_terminal: Callable[[str, str], Terminal]) -> None:
    tuan = PlainClient(server.port, "Tuan")
    start = (
        "/set weechat.plugin.autoload irc; "
        "/set irc.server_default.anti_flood_prio_high 0; "
        "/set irc.server_default.anti_flood_prio_low 0; "
        f"/server add gchat 127.0.0.1/{server.port} -notls -nicks=Duy; /connect gchat"
    )
    terminal = open_terminal("weechat", f"-r '{start}'")
    talk(terminal, tuan, "Duy")
