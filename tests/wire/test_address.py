"""Addresses, however they are written."""

from __future__ import annotations

import pytest

from gchat.wire.address import Origin, parse_address


@pytest.mark.parametrize(
    ("text", "host", "group", "local"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.7", False),
        ("0:0:0:0:0:FFFF:C633:6407", "198.51.100.7", "198.51.100.7", False),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", False),
        ("2001:0DB8:1:2::9", "2001:db8:1:2::9", "2001:db8:1:2::/64", False),
        ("2001:db8:1:3::9", "2001:db8:1:3::9", "2001:db8:1:3::/64", False),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", True),
        ("127.1.2.3", "127.1.2.3", "127.1.2.3", True),
        ("::ffff:127.0.0.1", "127.0.0.1", "127.0.0.1", True),
        ("::1", "0::1", "::/64", True),
        ("::7", "0::7", "::/64", False),
    ],
)
def test_one_form(text: str, host: str, group: str, local: bool) -> None:
    origin = Origin(parse_address(text))
    assert (origin.host, origin.group, origin.is_local) == (host, group, local)
    assert not Origin(parse_address(text), relayed=True).is_local


def test_a_unix_socket_is_this_machine() -> None:
    assert Origin(None).is_local
    assert Origin(None).host == Origin(None).group == "localhost"
    assert not Origin(None, relayed=True).is_local


@pytest.mark.parametrize(
    "text", ["", "localhost", "fe80::1%eth0", "192.0.2", "192.0.2.1:80", "0x7f.1"]
)
def test_what_is_no_address_is_nobodys(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|zone"):
        parse_address(text)


def test_lists_of_addresses() -> None:
    words = "192.0.2.1 0:0:0:0:0:0:0:1 localhost"
    assert Origin(parse_address("::ffff:192.0.2.1")).is_one_of(words)
    assert Origin(parse_address("::1")).is_one_of(words)
    assert Origin(None).is_one_of(words)
    assert not Origin(parse_address("192.0.2.2")).is_one_of(words)
    assert not Origin(None).is_one_of("192.0.2.1")
