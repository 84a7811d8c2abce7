"""The PROXY protocol's header, cut anywhere."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.address import parse_address
from gchat.wire.proxy import V1_BYTES, V2_BYTES, BadProxy, Proxied, proxied

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def second(command: int, family: int, body: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


V4 = second(0x21, 0x11, bytes([192, 0, 2, 1, 198, 51, 100, 1]) + b"\0\1\0\2")
V6 = second(0x21, 0x21, bytes(15) + b"\7" + bytes(15) + b"\1" + b"\0\1\0\2" + b"tlv")
GOOD = {
    b"PROXY TCP4 192.0.2.1 198.51.100.1 5 6667\r\n": "192.0.2.1",
    b"PROXY TCP6 2001:db8::1 2001:db8::2 5 6667\r\n": "2001:db8::1",
    b"PROXY TCP6 ::ffff:198.51.100.7 ::1 5 6667\r\n": "198.51.100.7",
    b"PROXY UNKNOWN\r\n": "",
    b"PROXY UNKNOWN ffff::1 whatever 1 2\r\n": "",
    V4: "192.0.2.1",
    V6: "::7",
    second(0x20, 0x00, b""): "",
    second(0x21, 0x31, b"x" * 216): "",
}


@pytest.mark.parametrize("header", GOOD)
def test_whole_or_cut(header: bytes) -> None:
    for cut in range(len(header)):
        assert proxied(header[:cut]) is None
    found = Proxied(parse_address(GOOD[header]) if GOOD[header] else None, len(header))
    assert proxied(header) == found
    assert proxied(header + b"NICK a\r\n") == found


@pytest.mark.parametrize(
    "data",
    [
        b"NICK a\r\n",
        b"PROXY TCP4 192.0.2.1\r\n",
        b"PROXY TCP4 2001:db8::1 192.0.2.1 5 6\r\n",
        b"PROXY TCP4 192.0.2.1 x 5 6\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 5 66667\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 5 -1\r\n",
        b"PROXY UDP4 192.0.2.1 192.0.2.2 5 6\r\n",
        b"PROXY " + b"x" * (V1_BYTES - 6),
        second(0x11, 0x11, bytes(12)),
        second(0x21, 0x11, bytes(11)),
        second(0x20, 0x00, bytes(V2_BYTES - 15)),
    ],
)
def test_what_is_none(data: bytes) -> None:
    with pytest.raises(BadProxy):
        proxied(data)


def test_the_longest() -> None:
    assert proxied(second(0x20, 0x00, bytes(V2_BYTES - 16))) == Proxied(None, V2_BYTES)


@given(st.sampled_from([b"", b"PROXY ", SIGNATURE, SIGNATURE + b"!\x11"]), st.binary(max_size=200))
def test_any_bytes_are_a_header_or_not(start: bytes, rest: bytes) -> None:
    try:
        found = proxied(start + rest)
    except BadProxy:
        return
    assert found is None or found.size <= len(start + rest)
