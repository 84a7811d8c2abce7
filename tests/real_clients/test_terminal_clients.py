"""irssi and WeeChat, as people use them: register, log in, join, talk, keep order, leave; without
an error shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.clients import IrcClient, PlainClient, words
from tests.support.process import ServerProcess
from tests.support.terminal import Terminal

Open = Callable[[str, str], Terminal]


@pytest.fixture
def disk_server(make_server: Callable[..., ServerProcess], tmp_path: Path) -> ServerProcess:
    return make_server("--data", str(tmp_path / "data"), accounts_iterations=4096)


# What irssi and WeeChat put before what a server refuses, and words of refusal.
ERRORS = ("Unknown command", "Not enough param", "error", "Error", "No such", "denied")


@pytest.fixture
def open_terminal(
    need: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[[str, str], Terminal]]:
    """Opens a program: `open_terminal("irssi", "--connect …")`."""
    opened: list[Terminal] = []

    def open_one(program: str, arguments: str) -> Terminal:
        folder = tmp_path / f"terminal{len(opened)}"
        folder.mkdir()
        terminal = Terminal(need("tmux"), folder, f"{need(program)} {arguments}")
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
    screen = terminal.wait_for("is using a plain-text client")
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
    terminal.type(f"/nick {nick}2")
    assert tuan.read_line() == f"{nick} is now known as {nick}2"
    tuan.say(f"/msg {nick}2 psst")
    assert tuan.read_line() == f"[private to {nick}2] Tuan: psst"
    terminal.type("/away lunch")
    terminal.type("/away")
    assert not errors(terminal.screen()), terminal.screen()
    terminal.type("/quit bye")
    assert tuan.read_line() == f"{nick}2 has left the chat room!"
    terminal.wait_for_the_end()


def keep_order(terminal: Terminal, duy: IrcClient, nick: str) -> None:
    """An operator in a room of their own."""
    terminal.type("/join #own")
    terminal.wait_for("#own")
    terminal.type("/invite Duy")
    assert words(duy.until("INVITE"))[-1] == f"{nick} INVITE Duy | #own"
    duy.join("#own")
    terminal.type("/op Duy")
    assert words(duy.until("MODE"))[-1] == f"{nick} MODE #own | +o | Duy"
    terminal.type("/deop Duy")
    duy.until("MODE")
    terminal.type("/ban *!*@192.0.2.1")
    assert words(duy.until("MODE"))[-1] == f"{nick} MODE #own | +b | *!*@192.0.2.1"
    terminal.type("/kick Duy enough")
    assert words(duy.until("KICK"))[-1] == f"{nick} KICK #own | Duy | enough"
    assert not errors(terminal.screen()), terminal.screen()


IRSSI = (
    # its own flood protection would make the test wait; it is read when a connection is made
    "/set cmds_max_at_once 100",
    "/set cmd_queue_speed 1msec",
)
WEECHAT = (
    "/set weechat.plugin.autoload irc",
    "/set irc.server_default.anti_flood_prio_high 0",
    "/set irc.server_default.anti_flood_prio_low 0",
    "/set weechat.look.paste_max_lines -1",  # whether several lines are meant is not asked
)


def test_irssi(server: ServerProcess, open_terminal: Open) -> None:
    tuan = PlainClient(server.port, "Tuan")
    terminal = open_terminal("irssi", "--nick Lan")
    for line in IRSSI:
        terminal.type(line)
    terminal.type(f"/connect 127.0.0.1 {server.port}")
    talk(terminal, tuan, "Lan")


def test_weechat(server: ServerProcess, open_terminal: Open) -> None:
    tuan = PlainClient(server.port, "Tuan")
    add = f"/server add gchat 127.0.0.1/{server.port} -notls -nicks=Duy"
    start = "; ".join((*WEECHAT, add, "/connect gchat"))
    terminal = open_terminal("weechat", f"-r '{start}'")
    talk(terminal, tuan, "Duy")


def test_irssi_with_an_account(disk_server: ServerProcess, open_terminal: Open) -> None:
    """Registers by NickServ, keeps order; then logs in by SASL and reads what was said."""
    port = disk_server.port
    duy = IrcClient(port, "Duy")
    terminal = open_terminal("irssi", "--nick Lan")
    for line in IRSSI:
        terminal.type(line)
    terminal.type(f"/connect 127.0.0.1 {port}")
    terminal.wait_for("This server was started")
    terminal.type("/quote NS REGISTER correcthorse")
    terminal.wait_for("Account created")
    keep_order(terminal, duy, "Lan")
    terminal.type("said before")
    terminal.type("/quit")
    terminal.wait_for_the_end()
    terminal = open_terminal("irssi", "--nick Lan")
    for line in IRSSI:
        terminal.type(line)
    terminal.type(
        "/network add -sasl_username Lan -sasl_password correcthorse -sasl_mechanism PLAIN g"
    )
    terminal.type(f"/server add -network g 127.0.0.1 {port}")
    terminal.type("/connect g")
    terminal.wait_for("SASL authentication succeeded")
    terminal.wait_for("Lan")
    terminal.type("/whois Lan")
    terminal.wait_for("logged in as")


def test_weechat_with_an_account(disk_server: ServerProcess, open_terminal: Open) -> None:
    """Logs in by SASL, keeps order, pastes several lines, reads what was missed."""
    port = disk_server.port
    with IrcClient(port, "Lan", join="#own") as lan:
        lan.ask("NS REGISTER correcthorse", "CS REGISTER #own", "PRIVMSG #own :seen already")
        lan.send("QUIT")
        lan.read_to_end()
    duy = IrcClient(port, "Duy", "batch", "draft/multiline", "message-tags", join="#own")
    duy.ask("PRIVMSG #own :missed", "PART #own")
    add = f"/server add gchat 127.0.0.1/{port} -notls -nicks=Lan -sasl_username=Lan"
    start = "; ".join(
        (*WEECHAT, f"{add} -sasl_password=correcthorse -capabilities=*", "/connect gchat")
    )
    terminal = open_terminal("weechat", f"-r '{start}'")
    terminal.wait_for("missed")
    assert "seen already" not in terminal.screen()
    keep_order(terminal, duy, "Lan")
    duy.join("#own")
    terminal.paste("first line\nsecond line")
    got = duy.until_that(lambda m: m.command == "PRIVMSG" and m.params[1] == "second line")
    assert [m.params[1] for m in got if m.command == "PRIVMSG"][-2:] == [
        "first line",
        "second line",
    ]
    assert not errors(terminal.screen()), terminal.screen()
