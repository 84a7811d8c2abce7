"""What a server is called, and what it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gchat.config.settings import ServerConfig
from gchat.net.hosts import is_own, own_names
from gchat.net.tls import self_signed

NAMES = own_names(
    ServerConfig(
        host="Lan.example",
        listen="other.example:6667 unix:/run/gchat",
        metrics="metrics.example:9155",
        hosts="chat.example *.web.example",
        name="irc.example",
        network="Example",
    ),
    ("Certified.example", "*.certified.example"),
)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "192.0.2.1:55555",
        "[::1]",
        "[2001:db8::1]:443",
        "localhost",
        "LOCALHOST:1",
        "lan.example",
        "lan.example.",
        "other.example:6667",
        "metrics.example:9155",
        "chat.example",
        "a.web.example",
        "irc.example",
        "example",
        "certified.example",
        "a.certified.example:6697",
    ],
)
def test_own(host: str) -> None:
    assert is_own(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:55555",
        "chat.example.evil.example",
        "web.example",
        "a.b.web.example",
        ".web.example.org",
        "*.other.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:x",
        "127.0.0.1:80:80",
        "[::1",
        "[127.0.0.1]",
        "[::1]x",
        "chat.example,evil.example",
        "chat.example:٣",
    ],
)
def test_others(host: str) -> None:
    assert not is_own(host, NAMES)


def test_the_names_in_a_certificate(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "chat.example")
    assert {"chat.example", "localhost"} <= set(certificate.names)
    assert is_own("chat.example:6697", own_names(ServerConfig(), certificate.names))
