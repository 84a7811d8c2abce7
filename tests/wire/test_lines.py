"""The line splitter: every case whole and byte by byte, and any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.lines import LineSplitter


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", []),
        (b"a\n", [b"a"]),
        (b"a\r\n", [b"a"]),
        (b"\n\r\n", [b"", b""]),
        (b"a\r\r\n", [b"a\r"]),
        (b"a\rb\nc", [b"a\rb"]),
        (b"1234567\n", [b"1234567"]),  # eight bytes with its ending: the limit
        (b"123456\r\n", [b"123456"]),
        (b"12345678\nok\n", [None, b"ok"]),
        (b"1234567\r\nok\n", [None, b"ok"]),
        (b"x" * 100, [None]),
        (b"x" * 100 + b"\n" + b"y" * 100 + b"\nok\n", [None, None, b"ok"]),
    ],
)
def test_lines_whole_and_byte_by_byte(data: bytes, lines: list[bytes | None]) -> None:
    assert LineSplitter(8).feed(data) == lines
    splitter = LineSplitter(8)
    assert [line for byte in data for line in splitter.feed(bytes([byte]))] == lines


@given(st.lists(st.binary(max_size=40), max_size=10), st.integers(1, 20))
def test_however_bytes_arrive_the_lines_are_the_same(pieces: list[bytes], limit: int) -> None:
    whole = LineSplitter(limit)
    parts = LineSplitter(limit)
    lines = whole.feed(b"".join(pieces))
    assert [line for piece in pieces for line in parts.feed(piece)] == lines
    assert parts.pending == whole.pending
    assert len(parts.pending) < limit
    assert all(line is None or len(line) < limit for line in lines)
