"""Limits for each address and connection, seen from outside."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.support.clients import IrcClient, LineClient, PlainClient
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
