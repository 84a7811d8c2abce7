"""Limits for each address and connection, seen from outside."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.support.clients import IrcClient, LineClient, PlainClient, words
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]


def test_too_many_of_one_address(make_server: Make) -> None:
    server = make_server(limits_local_exempt="no", limits_connections_per_address=2)
    first = PlainClient(server.port, "A")
    PlainClient(server.port, "B")
    third = LineClient(server.port)
    assert third.read_to_end() == ["ERROR :Too many connections from your address"]
    first.say("/quit")
    first.read_to_end()
    while True:  # until the place is free
        again = LineClient(server.port, b"C\n")
        if "has connected" in again.read_line():
            break


def test_too_many_new_ones(make_server: Make) -> None:
    server = make_server(limits_local_exempt="no", limits_new_connections_burst=2)
    lines = []
    for number in range(3):
        client = LineClient(server.port, f"n{number}\n".encode())
        lines.append(client.read_line())
    assert lines[2] == "ERROR :Too many new connections from your address. Try again later."


def test_who_sends_too_fast_waits_and_nobody_else(make_server: Make) -> None:
    server = make_server(
        limits_local_exempt="no", limits_lines_burst=10, limits_lines_per_second=20
    )
    fast = IrcClient(server.port, "Fast", join="#room")
    calm = IrcClient(server.port, "Calm", join="#room")
    fast.sync()
    started = time.monotonic()
    fast.send(*(f"PRIVMSG #room :{number}" for number in range(40)), "PING last")
    seen = calm.ask("VERSION")
    fast.until_that(lambda m: m.command == "PONG" and m.params[-1] == "last")
    assert time.monotonic() - started > 1.0, "40 lines, of which some 30 had to wait"
    seen += calm.sync()
    texts = [m.params[1] for m in seen if m.command == "PRIVMSG"]
    assert texts == [str(number) for number in range(40)], "nothing is lost"


def test_slow_mode(make_server: Make) -> None:
    """Of the one who writes too much, in that room; who has a rank in it need not wait."""
    server = make_server(limits_slow_mode="2:3600")
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    assert words(tuan.ask("MODE #room"))[-2] == "gchat.local 324 Tuan | #room | +ntf | 2:3600"
    tuan.ask(*(f"PRIVMSG #room :op {n}" for n in range(5)))
    assert words(duy.ask(*(f"PRIVMSG #room :{n}" for n in range(3)))) == [
        *(f"Tuan PRIVMSG #room | op {n}" for n in range(5)),
        "gchat.local 404 Duy | #room | This room is in slow mode: wait 3600 s",
    ]
    assert len(words(tuan.ask("MODE #room -f"))) == 3
    assert words(duy.ask("PRIVMSG #room :free"))[-1] == "Tuan MODE #room | -f"
    for value in ("5", "0:5", "101:5", "5:3601", "x:y", "5:", "-1:5"):
        got = words(tuan.ask(f"MODE #room +f {value}"))
        assert got[-1].startswith(f"gchat.local 696 Tuan | #room | f | {value} | "), value
    assert words(tuan.ask("MODE #room +f 100:3600"))[-1] == "Tuan MODE #room | +f | 100:3600"


def test_slow_mode_ends(make_server: Make) -> None:
    server = make_server(limits_slow_mode="1:1")
    IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", "echo-message", join="#room")
    duy.ask("PRIVMSG #room :first")
    (refused,) = words(duy.ask("PRIVMSG #room :second"))
    assert refused.startswith("gchat.local 404 Duy | #room | This room is in slow mode: wait 1 s")
    while (answer := words(duy.ask("PRIVMSG #room :third"))) != ["Duy PRIVMSG #room | third"]:
        assert answer[0].startswith("gchat.local 404 Duy | #room | This room is in slow mode")


def test_messages_to_strangers(make_server: Make) -> None:
    """Who shares a room, has written first or is an acquaintance is none."""
    server = make_server(limits_local_exempt="no", limits_strangers_per_minute=2)
    people = {name: IrcClient(server.port, name) for name in ("Ann", "Bob", "Cat", "Dan", "Eve")}
    eve = people["Eve"]
    people["Dan"].ask("PRIVMSG Eve :hello")
    assert words(eve.ask("PRIVMSG Ann :hi", "PRIVMSG Bob :hi"))[1:] == []
    refused = words(eve.ask("PRIVMSG Cat :hi"))
    assert refused[0].startswith(
        "gchat.local 439 Eve | Cat | You are messaging too many new people: wait "
    )
    assert words(eve.ask("PRIVMSG Dan :yes?", "PRIVMSG Ann :again")) == []
    people["Cat"].join("#room")
    eve.join("#room")
    assert words(eve.ask("PRIVMSG Cat :here we are")) == []
    assert words(people["Cat"].sync())[-1] == "Eve PRIVMSG Cat | here we are"
