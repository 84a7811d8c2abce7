"""How people write proxies."""

from __future__ import annotations

import pytest

from client_gui.core.proxies import WORD_LENGTH, NotAProxy, Proxy, proxy


@pytest.mark.parametrize(
    ("text", "found", "written"),
    [
        ("socks5://host", Proxy("socks5", "host", 1080), "socks5://host:1080"),
        ("SOCKS5H://host:9050/", Proxy("socks5", "host", 9050), "socks5://host:9050"),
        ("http://[::1]", Proxy("http", "::1", 8080), "http://[::1]:8080"),
        (" http://a:b@h:1 ", Proxy("http", "h", 1, "a", "b"), "http://a@h:1"),
        ("socks5://a@h", Proxy("socks5", "h", 1080, "a"), "socks5://a@h:1080"),
        ("socks5://a%40b:%3A@h", Proxy("socks5", "h", 1080, "a@b", ":"), "socks5://a%40b@h:1080"),
    ],
)
def test_what_is_meant(text: str, found: Proxy, written: str) -> None:
    assert proxy(text) == found
    assert str(found) == written
    assert proxy(written) == Proxy(found.kind, found.host, found.port, found.user)
    assert "'b'" not in repr(found), "no password in a log"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host:1080",
        "ftp://host",
        "socks5://",
        "socks5://a,b",
        "socks5://host:99999",
        "socks5://host:x",
        "socks5://:b@host",
        "socks5://a%0d:b@host",
        f"socks5://{'a' * (WORD_LENGTH + 1)}@host",
        "https://host",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(NotAProxy):
        proxy(text)


def test_so_long_and_no_longer() -> None:
    word = "a" * WORD_LENGTH
    assert proxy(f"socks5://{word}:{word}@host").password == word
