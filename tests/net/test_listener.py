"""Addresses that the server listens on, and what is spoken there."""

from __future__ import annotations

import resource
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.clients import WAIT_SECONDS, IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess, free_port
from tests.support.waiting import wait_until

Make = Callable[..., ServerProcess]
HELLO = b"NICK Tuan\r\nUSER t 0 * :T\r\n"


@pytest.mark.parametrize(
    ("speaks", "sent", "answer"),
    [
        ("irc", b"Tuan\n", "Plain text is not accepted at this address."),
        ("plain", HELLO, "ERROR :IRC is not accepted at this address"),
        ("plain,irc", b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 403 Forbidden"),
        (
            "irc",
            HELLO,
            ":gchat.local 001 Tuan :Welcome to the gchat network, Tuan!~t@127.0.0.1",
        ),
        ("plain", b"Tuan\n", "Tuan has connected to the chat room"),
    ],
)
def test_what_is_spoken_at_an_address(
    make_server: Make, speaks: str, sent: bytes, answer: str
) -> None:
    server = make_server(speaks=speaks)
    with LineClient(server.port, sent) as client:
        assert client.read_line() == answer


def test_an_address_where_nobody_is_asked_in_plain_text(make_server: Make) -> None:
    server = make_server(speaks="irc", times_prompt=0.05, times_registration=1)
    with LineClient(server.port) as client:
        assert client.read_to_end() == []


def test_tls_only(make_server: Make, tmp_path: Path) -> None:
    port = free_port()
    server = make_server(
        "--data",
        str(tmp_path),
        "--tls-self-signed",
        listen=f"127.0.0.1:{port},irc,tls",
        times_handshake=1,
    )
    for sent, answer in (
        (HELLO, ["ERROR :This address requires TLS"]),
        (b"Tuan\n", ["This address requires TLS."]),
        (b"", []),  # who says nothing is not asked, and let go when TLS does not come
    ):
        with LineClient(port, sent) as client:
            assert client.read_to_end() == answer
    context = ssl.create_default_context(cadata=(tmp_path / "tls-certificate.pem").read_text())
    context.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as raw,
        context.wrap_socket(raw) as secure,
    ):
        secure.sendall(HELLO)
        assert b" 001 Tuan " in secure.recv(4096)
    PlainClient(server.port, "Duy")  # the first address is as it was


def test_tls_only_needs_a_certificate(make_server: Make) -> None:
    server = ServerProcess(speaks="tls")
    with pytest.raises(AssertionError, match=r"requires TLS, but there is no certificate"):
        server.start()
    server.stop()


HEADER = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 6667\r\n"


def test_a_proxy_says_for_whom_it_connects(make_server: Make) -> None:
    server = make_server(proxies="127.0.0.1", times_handshake=1)
    with LineClient(server.port, HEADER.encode() + HELLO) as client:
        client.send("WHOIS Tuan")
        while " 378 Tuan " not in (line := client.read_line()):
            pass
    assert "192.0.2.7" in line
    for sent in (HELLO, b"PROXY TCP4 x", b""):  # wrong, not whole, nothing
        with LineClient(server.port, sent) as client:
            assert client.read_to_end() == ["ERROR :The proxy did not send a valid PROXY header"]


def test_others_cannot_say_it(server: ServerProcess) -> None:
    with LineClient(server.port, HEADER.encode()) as client:
        assert client.read_line().startswith("This nickname cannot be used")


def test_limits_are_for_whom_a_proxy_speaks(make_server: Make) -> None:
    server = make_server(proxies="127.0.0.1", limits_connections_per_address=1)
    first = LineClient(server.port, HEADER.encode() + b"Tuan\n")
    assert first.read_line() == "Tuan has connected to the chat room"
    with LineClient(server.port, HEADER.encode() + b"Duy\n") as second:
        assert second.read_to_end() == ["ERROR :Too many connections from your address"]
    other = HEADER.replace("192.0.2.7", "192.0.2.8").encode()
    with LineClient(server.port, other + b"Duy\n") as third:
        assert third.read_line() == "Duy has connected to the chat room"


def test_no_file_descriptor_is_left(server: ServerProcess) -> None:
    """Whoever is there is served, who comes is told, and the log says so once."""
    tuan = PlainClient(server.port, "Tuan")
    process = psutil.Process(server.process.pid)
    soft, hard = process.rlimit(resource.RLIMIT_NOFILE)
    process.rlimit(resource.RLIMIT_NOFILE, (process.num_fds(), hard))
    for _ in range(5):
        with LineClient(server.port) as client:
            assert client.read_to_end() == ["ERROR :The server is full. Try again later."]
        tuan.say("still here")
        assert tuan.read_line() == "Tuan: still here"
    wait_until(lambda: "new ones are refused" in server.log)
    assert server.log.count("new ones are refused") == 1
    assert "Traceback" not in server.log
    process.rlimit(resource.RLIMIT_NOFILE, (soft, hard))
    irc = IrcClient(server.port, "Duy", join="#lobby")
    irc.ask("PRIVMSG #lobby :here")
    tuan.read_line()
    assert tuan.read_line() == "Duy: here"


def test_whoever_speaks_through_a_proxy_on_this_machine_has_limits(make_server: Make) -> None:
    """Also where the proxy does not tell for whom it speaks, or tells an address as IPv6 has it."""
    server = make_server(server_proxies="127.0.0.1", limits_connections_per_address=1)
    for header, host in (
        (b"PROXY TCP6 ::ffff:198.51.100.7 ::1 5 6667\r\n", "198.51.100.7"),
        (b"PROXY TCP4 127.0.0.1 127.0.0.1 5 6667\r\n", "127.0.0.1"),
    ):
        first = LineClient(server.port, header + b"NICK a\r\nUSER a 0 * :A\r\n")
        assert first.read_line().endswith(f"a!~a@{host}")
        second = LineClient(server.port, header)
        assert "Too many connections from your address" in second.read_line()
        first.send("QUIT")
        first.read_to_end()
