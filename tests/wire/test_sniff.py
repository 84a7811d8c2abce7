"""What the first bytes say; whole, and byte by byte up to where it can be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.sniff import Spoken, sniff


@pytest.mark.parametrize(
    ("data", "spoken"),
    [
        (b"\x16\x03\x01", Spoken.TLS),
        (b"GET / HTTP/1.1\r\n", Spoken.HTTP_GET),
        (b"POST / HTTP/1.1\r\n", Spoken.HTTP_OTHER),
        (b"PRI * HTTP/2.0\r\n", Spoken.HTTP_OTHER),
        (b"CAP LS 302\r\n", Spoken.IRC),
        (b"nick tuan\n", Spoken.IRC),
        (b"QUIT\r\n", Spoken.IRC),
        (b"@a=b NICK x\n", Spoken.IRC),
        (b":x NICK x\n", Spoken.IRC),
        (b"Tuan\n", Spoken.PLAIN),
        (b"\r\n", Spoken.PLAIN),
        (b"Nick\n", Spoken.PLAIN),
        (b"Caption\n", Spoken.PLAIN),
        (b"GETTER\n", Spoken.PLAIN),
        (b"SSH-2.0-x\r\n", Spoken.PLAIN),
        ("Tuấn\n".encode(), Spoken.PLAIN),
        (b"", None),
        (b"GET", None),
        (b"NICK", None),
        (b"Tuan", None),
    ],
)
def test_sniff(data: bytes, spoken: Spoken | None) -> None:
    assert sniff(data) is spoken
    for end in range(len(data)):
        assert sniff(data[:end]) in (None, spoken)


@given(st.binary(max_size=60))
def test_a_line_always_decides_and_more_bytes_change_nothing(data: bytes) -> None:
    first = sniff(data)
    assert first is not None or b"\n" not in data
    if first is not None:
        assert sniff(data + b"NICK x\n") is first
