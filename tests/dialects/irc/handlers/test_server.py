"""What the server tells of itself; PING, PONG, QUIT."""

from __future__ import annotations

from collections.abc import Callable

from gchat.wire.message import Message
from tests.support.clients import IrcClient, LineClient, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_isupport() -> None:
    """ISUPPORT: https://ircv3.net/specs/extensions/extended-isupport"""
    tuan = Person("Tuan", "batch", "draft/extended-isupport")
    start, *lines, end = tuan.ask("ISUPPORT")
    assert start.endswith(" | draft/isupport")
    assert end.startswith("BATCH -")
    told = " ".join(lines)
    assert lines[0].startswith("005 Tuan | ")
    for token in ("CASEMAPPING=ascii", "NICKLEN=30", "UTF8ONLY", "PREFIX=(qaohv)~&@%+"):
        assert token in told


def test_lusers() -> None:
    """LUSERS: https://modern.ircdocs.horse/#lusers-message"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan).ask("MODE Duy +i", "JOIN #a")
    assert tuan.ask("LUSERS") == [
        "251 Tuan | There are 1 users and 1 invisible on 1 servers",
        "252 Tuan | 0 | operators online",
        "253 Tuan | 0 | unknown connections",
        "254 Tuan | 1 | channels formed",
        "255 Tuan | I have 2 clients and 0 servers",
        "265 Tuan | 2 | 2 | Current local users 2, max 2",
        "266 Tuan | 2 | 2 | Current global users 2, max 2",
    ]


def test_motd() -> None:
    """MOTD: https://modern.ircdocs.horse/#motd-message"""
    assert Person("Tuan").ask("MOTD") == ["422 Tuan | There is no message of the day"]


def test_ping_and_pong() -> None:
    """PING: https://modern.ircdocs.horse/#ping-message
    PONG: https://modern.ircdocs.horse/#pong-message
    """
    tuan = Person("Tuan")
    assert tuan.ask("PING x", "PING :a b") == [
        "PONG gchat.local | x",
        "PONG gchat.local | a b",
    ]
    assert tuan.ask("PING") == ["409 Tuan | No origin specified"]
    assert tuan.ask("PONG x", "PONG") == []


def test_quit() -> None:
    """QUIT: https://modern.ircdocs.horse/#quit-message"""
    tuan = Person("Tuan")
    tuan.ask("QUIT :see you")
    assert tuan.peer.closed == "Quit: see you"


def test_version() -> None:
    """VERSION: https://modern.ircdocs.horse/#version-message"""
    version, *rest = Person("Tuan").ask("VERSION")
    assert version.startswith("351 Tuan | gchat-")
    assert {line.split()[0] for line in rest} == {"005"}


def test_time() -> None:
    """TIME: https://modern.ircdocs.horse/#time-message"""
    assert Person("Tuan").ask("TIME") == ["391 Tuan | gchat.local | 2023-11-14 22:13:20 UTC"]


def test_info() -> None:
    """INFO: https://modern.ircdocs.horse/#info-message"""
    *lines, end = Person("Tuan").ask("INFO")
    assert {line.split()[0] for line in lines} == {"371"}
    assert end == "374 Tuan | End of /INFO list"


def test_links() -> None:
    """LINKS: https://modern.ircdocs.horse/#links-message"""
    assert Person("Tuan").ask("LINKS") == ["365 Tuan | * | End of /LINKS list"]


def test_admin() -> None:
    """ADMIN: https://modern.ircdocs.horse/#admin-message"""
    assert Person("Tuan").ask("ADMIN") == [
        "256 Tuan | gchat.local | Administrative info",
        "257 Tuan | gchat",
    ]


def test_about_the_server(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    got = tuan.ask("VERSION", "TIME", "INFO", "LUSERS", "MOTD", "PONG x", "PING")
    commands = [m.command for m in got]
    assert commands == [
        *("351", "005", "005", "005", "391", "371", "371", "371", "374"),
        *("251", "252", "253", "254", "255", "265", "266", "422", "409"),
    ]


def test_a_silent_client_is_pinged_and_lost_when_it_does_not_answer(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(times_ping_interval=0.3, times_ping_timeout=0.6)
    alive = IrcClient(server.port, "Alive", join="#room")
    IrcClient(server.port, "Dead", join="#room")
    seen: list[Message] = []
    while not seen or seen[-1].command != "QUIT":
        seen.append(alive.read())
        if seen[-1].command == "PING":
            alive.send(f"PONG {seen[-1].params[0]}")
    assert words(seen[-1:]) == ["Dead QUIT Ping timeout: 1 seconds"]


def test_quit_is_answered_and_told(server: ServerProcess) -> None:
    witness = IrcClient(server.port, "Witness", join="#room")
    leaver = IrcClient(server.port, "Leaver", join="#room")
    witness.sync()
    leaver.send("QUIT :see you")
    assert leaver.read_to_end()[-1] == "ERROR :Closing Link: 127.0.0.1 (Quit: see you)"
    assert words([witness.read()]) == ["Leaver QUIT Quit: see you"]


def test_quit_before_registration(server: ServerProcess) -> None:
    with LineClient(server.port, b"QUIT\r\n") as client:
        assert client.read_to_end() == ["ERROR :Closing Link: 127.0.0.1 (Quit)"]
