"""Bad input gets a clear answer or a close, and costs nobody else anything."""

from __future__ import annotations

import re
import resource
import select
import socket
import threading
from collections.abc import Callable

import psutil
import pytest

from tests.support.clients import IrcClient, LineClient, PlainClient, words
from tests.support.process import ServerProcess
from tests.support.waiting import wait_until


def test_one_megabyte_without_a_newline(server: ServerProcess) -> None:
    irc = IrcClient(server.port, "Irc")
    with PlainClient(server.port, "Plain") as plain, LineClient(server.port) as unknown:
        before = psutil.Process(server.process.pid).memory_info().rss
        for client in (irc, plain, unknown):
            try:
                client.send_raw(b"x" * 1_000_000)
            except ConnectionError:
                assert client is unknown  # let go before it had sent everything
        assert plain.read_line().startswith("That line is too long")
        assert irc.read_line().endswith("417 Irc :Input line was too long")
        assert unknown.read_line().startswith("That line is too long")
        irc.send_raw(b"\r\nPING x\r\n")
        assert irc.read().command == "PONG"
        plain.send_raw(b"\nok\n")
        assert plain.read_line() == "Plain: ok"
        assert psutil.Process(server.process.pid).memory_info().rss - before < 20_000_000


@pytest.mark.parametrize("verb", ["POST", "PUT", "HEAD", "DELETE", "OPTIONS", "CONNECT", "TRACE"])
def test_what_a_form_carries_is_no_line(server: ServerProcess, verb: str) -> None:
    with PlainClient(server.port, "Witness") as witness:
        request = f"{verb} / HTTP/1.1\r\nHost: x\r\n\r\nEve\r\nNICK Eve\r\nUSER e 0 * :e\r\n\r\n"
        with LineClient(server.port, request.encode()) as browser:
            lines = browser.read_to_end()
            assert lines[0].startswith("HTTP/1.1 ")
            assert "HTTP/1.1 400 Bad Request" in lines  # to what came behind the request
        witness.say("alone")
        assert witness.read_line() == "Witness: alone"


def test_tls_is_answered_with_an_alert(server: ServerProcess) -> None:
    with LineClient(server.port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") as client:
        assert client.sock.recv(100) == b"\x15\x03\x01\x00\x02\x02\x28"
        assert client.sock.recv(100) == b""


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"NI",
        b"NICK Eve\r\nUSER e",
        b"NICK Eve\r\nUSER e 0 * :E\r\nJOIN #room\r\n",
        b"CAP LS 302\r\n",
        b"Eve",
        b"Eve\nhello",
        b"\x16\x03",
        b"GET / HT",
    ],
)
def test_a_reset_at_any_point(server: ServerProcess, sent: bytes) -> None:
    witness = IrcClient(server.port, "Witness", join="#room")
    LineClient(server.port, sent).reset()
    assert witness.sync() is not None
    witness.ask("PRIVMSG #room :fine")
    while words(witness.ask("ISON Eve"))[-1] != "gchat.local 303 Witness |":
        pass  # the server learns of the reset when it next looks at the socket
    assert "Traceback" not in server.log


def test_half_a_line_is_not_a_message(server: ServerProcess) -> None:
    tuan = PlainClient(server.port, "Tuan")
    duy = PlainClient(server.port, "Duy")
    tuan.read_line()
    duy.send_raw(b"whole\nhal")
    assert tuan.read_line() == "Duy: whole"
    duy.close()
    assert tuan.read_line() == "Duy has left the chat room!"


@pytest.mark.timeout(120)
def test_ten_thousand_connections_that_send_nothing(
    make_server: Callable[..., ServerProcess],
) -> None:
    """They are asked, then let go; whoever chats does not notice."""
    count = 10_000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft_before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= count + 500, "the machine allows too few descriptors for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = make_server(times_registration=10, times_prompt=0.5)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    silent: list[socket.socket] = []
    try:
        tuan = PlainClient(server.port, "Tuan")
        for number in range(count):
            # ten source addresses: more ports than one has
            source = (f"127.0.0.{2 + number % 10}", 0)
            silent.append(
                socket.create_connection(("127.0.0.1", server.port), 20, source_address=source)
            )
            if number % 500 == 0:
                tuan.say(f"still here {number}")
                assert tuan.read_line() == f"Tuan: still here {number}"
        assert (process.memory_info().rss - before) / count < 40_000
        poll = select.poll()
        for sock in silent:
            poll.register(sock, select.POLLIN)
        for sock in silent:
            assert sock.recv(100).startswith(b"Enter your nickname:\n")
            while sock.recv(100):
                pass
        tuan.say("all gone")
        assert tuan.read_line() == "Tuan: all gone"
    finally:
        for sock in silent:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, soft_before)
    assert "Traceback" not in server.log


def test_the_limit_of_connections(make_server: Callable[..., ServerProcess]) -> None:
    """At the limit one is served; past it one is turned away with a reason; then again served."""
    server = make_server(limits_connections=2)
    first, second = PlainClient(server.port, "First"), PlainClient(server.port, "Second")
    with LineClient(server.port) as third:
        assert third.read_to_end() == ["ERROR :The server is full. Try again later."]
    with LineClient(server.port) as fourth:
        fourth.read_to_end()
    wait_until(lambda: "new ones are refused" in server.log)
    assert server.log.count("new ones are refused") == 1
    second.close()
    first.read_line()
    assert first.read_line() == "Second has left the chat room!"
    PlainClient(server.port, "Second")


def test_who_does_not_read_is_told_and_dropped_and_nobody_else_notices(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(limits_outbox_bytes=65536)
    tuan = IrcClient(server.port, "Tuan", "echo-message", join="#room")
    healthy = IrcClient(server.port, "Healthy", join="#room")
    slow = IrcClient(server.port, "Slow", join="#room")
    tuan.sync()
    text = "x" * 400
    sent = 0
    gone: list[str] = []
    while not gone:
        got = tuan.ask(*(f"PRIVMSG #room :{sent + n} {text}" for n in range(100)))
        sent += 100
        assert sent < 200_000, "a client that reads nothing was never dropped"
        gone = [line for line in words(got) if line.startswith("Slow QUIT")]
        echoes = [m for m in got if m.command == "PRIVMSG"]
        assert len(echoes) == 100
        while not healthy.read().params[-1].startswith(f"{sent - 1} "):
            pass
    assert gone == ["Slow QUIT SendQ exceeded"]
    lines = slow.read_to_end()
    assert lines[-1] == "ERROR :Closing Link: 127.0.0.1 (SendQ exceeded)"
    seen = [line.split(" :")[1].split()[0] for line in lines if " PRIVMSG #room :" in line]
    assert seen == [str(n) for n in range(len(seen))], "what it did get has no gap"
    tuan.ask("PRIVMSG #room :on we go")
    assert words(healthy.sync())[-1] == "Tuan PRIVMSG #room | on we go"


def test_a_sender_that_floods_does_not_keep_others_from_talking(server: ServerProcess) -> None:
    flooder = IrcClient(server.port, "Flooder")
    tuan = IrcClient(server.port, "Tuan", join="#room")
    flooder.send_raw(b"PRIVMSG nobody :x\r\n" * 50_000)
    assert words(tuan.ask("TOPIC #room :quick"))[0] == "Tuan TOPIC #room quick".replace(
        "room quick", "room | quick"
    )
    flooder.close()


def test_a_burst_of_one_drops_nobody_who_reads(server: ServerProcess) -> None:
    """More than the outbox's bound, in one go: those who read get all of it."""
    readers = [IrcClient(server.port, f"Reader{n}", join="#room") for n in range(3)]
    sender = IrcClient(server.port, "Sender", join="#room")
    count = 5000
    got: dict[str, list[str]] = {}

    def read(reader: IrcClient) -> None:
        """As fast as it comes; what it says is looked at afterwards."""
        data = b""
        while f" :{count - 1} x".encode() not in data[-1000:]:
            data += reader.sock.recv(1 << 20)
        found = re.findall(rb"PRIVMSG #room :(\d+) x", data)
        got[reader.nick] = [number.decode() for number in found]

    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    burst = "".join(f"PRIVMSG #room :{n} {'x' * 400}\r\n" for n in range(count))
    sender.send_raw(burst.encode())
    for thread in threads:
        thread.join()
    assert got == {reader.nick: [str(n) for n in range(count)] for reader in readers}


def test_expensive_questions_of_one_leave_the_others_their_turns(server: ServerProcess) -> None:
    """Each line of the flood looks at everybody; a question of another is answered long before
    the flood's last one."""
    people = [IrcClient(server.port, f"somebody{n}") for n in range(200)]
    flooder, tuan = people[0], people[1]
    flooder.send_raw(b"WHO *?e*b*y*x\r\n" * 3000 + b"PING last\r\n")
    answered = 0
    while answered < 5:
        tuan.ask("VERSION")
        answered += 1
    flooder.sock.setblocking(False)
    read = b""
    try:
        while data := flooder.sock.recv(1 << 20):
            read += data
    except BlockingIOError:
        pass
    assert b"PONG gchat.local :last" not in read


def test_a_peer_that_drips_is_not_waited_for(server: ServerProcess) -> None:
    with LineClient(server.port, b"GET / HTTP/1.1\r\n\r\n") as dripping:
        dripping.read_to_end()
        witness = PlainClient(server.port, "Witness")
        try:
            while True:  # until the server has closed for good, and a byte more is answered so
                dripping.send_raw(b"x")
                witness.say("tick")
                witness.read_line()
        except OSError:
            pass
