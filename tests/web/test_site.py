"""The page and all that is asked by HTTP, from a real server on its one port."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from gchat.web.exchange import Request
from gchat.web.page import SAFETY, page
from tests.support.clients import IrcClient, LineClient, PlainClient, upgraded
from tests.support.process import ServerProcess

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_one_connection_many_requests(server: ServerProcess) -> None:
    http = HTTPConnection("127.0.0.1", server.port, timeout=15)
    for _ in range(3):
        http.request("GET", "/")
        answer = http.getresponse()
        page = answer.read()
        assert answer.status == 200
        assert page.startswith(b"<!doctype html>")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "Set-Cookie" not in answer.headers
    http.request("POST", "/", b"NICK x\r\n")
    assert http.getresponse().status == 405
    http.close()


def test_nothing_is_asked_of_another_host_or_without_tls() -> None:
    """No mixed content: all that is named by a whole address is the language of pictures."""
    for path, resource in page("#lobby").items():
        body = resource(Request("GET", path, {})).body
        assert isinstance(body, bytes)
        found = set(re.findall(rb"\b(?:https?|wss?)://[\w./-]+", body))
        assert found <= {b"http://www.w3.org/2000/svg"}, path
    policy = dict(SAFETY)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http:" not in policy
    assert "frame-ancestors 'none'" in policy


def test_by_tls(make_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), "--tls-self-signed")
    context = ssl.create_default_context(cafile=str(tmp_path / "tls-certificate.pem"))
    http = HTTPSConnection("127.0.0.1", server.port, timeout=15, context=context)
    http.request("GET", "/")
    assert http.getresponse().read().startswith(b"<!doctype html>")
    http.close()


def test_without_the_page(make_server: Callable[..., ServerProcess]) -> None:
    server = make_server(server_web=False)
    http = HTTPConnection("127.0.0.1", server.port, timeout=15)
    http.request("GET", "/")
    answer = http.getresponse()
    assert answer.status == 404
    assert b"any IRC client" in answer.read()
    http.close()
    assert upgraded(server.port).answer[0] == "HTTP/1.1 101 Switching Protocols"


def test_websocket_on_a_connection_that_was_used(server: ServerProcess) -> None:
    client = LineClient(server.port, b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    while client.read_line():
        pass
    client.send(
        "GET /chat HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "",
    )
    assert client.read_line() == "HTTP/1.1 101 Switching Protocols"


def test_a_form_does_not_reach_the_chat(server: ServerProcess) -> None:
    duy = PlainClient(server.port, "Duy")
    body = b"NICK evil\r\nUSER e 0 * :e\r\nJOIN #lobby\r\n"
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    client = LineClient(server.port, head + body)
    assert client.read_line() == "HTTP/1.1 405 Method Not Allowed"
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    tuan.ask("PRIVMSG #lobby :hi")
    assert duy.read_line() == "Tuan has connected to the chat room"
    assert duy.read_line() == "Tuan: hi"


@pytest.mark.parametrize(
    ("sent", "settings", "first"),
    [
        (b"GET / HTTP/1.1\r\nHost", {"times_handshake": 0.3}, "HTTP/1.1 408 Request Timeout"),
        (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc",
            {"times_handshake": 0.3},
            "HTTP/1.1 408 Request Timeout",
        ),
        (GET, {"times_http_idle": 0.3}, "HTTP/1.1 200 OK"),
    ],
)
def test_times_end(
    make_server: Callable[..., ServerProcess], sent: bytes, settings: dict[str, float], first: str
) -> None:
    server = make_server(**settings)
    assert LineClient(server.port, sent).read_to_end()[0] == first


def test_a_request_that_trickles_has_to_end(make_server: Callable[..., ServerProcess]) -> None:
    server = make_server(times_handshake=0.5)
    client = LineClient(server.port, b"GET / HTTP/1.1\r\n")
    answer = b""
    client.sock.settimeout(0.05)
    while not answer:
        client.send_raw(b"X: y\r\n")
        try:
            answer = client.sock.recv(100)
        except TimeoutError:
            continue
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_who_does_not_read_costs_nobody_anything(server: ServerProcess) -> None:
    """Asks for more than sockets hold and reads nothing, while others talk; then all is there."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.settimeout(15)
    slow.connect(("127.0.0.1", server.port))
    count = 2000
    slow.sendall(GET * (count - 1) + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    duy = PlainClient(server.port, "Duy")
    for number in range(50):
        tuan.ask(f"PRIVMSG #lobby :{number}")
        assert duy.read_line() == f"Tuan: {number}"
    found = b""
    total = 0
    while data := slow.recv(1 << 20):
        total += (found[-11:] + data).count(b"HTTP/1.1 200")
        found = data
    assert total == count
    slow.close()
