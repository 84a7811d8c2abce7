"""What Telnet clients say beside the text, RFC 854."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.telnet import Telnet

PUTTY = bytes.fromhex("fffb1f fffb20 fffb18 fffb27 fffd01 fffb03 fffd03")


@pytest.mark.parametrize(
    ("data", "text", "answer"),
    [
        (b"hi\r\n", b"hi\r\n", b""),
        (
            PUTTY + b"Tuan\r\n",
            b"Tuan\r\n",
            bytes.fromhex("fffe1f fffe20 fffe18 fffe27 fffc01 fffe03 fffc03"),
        ),
        (b"\xff\xfb\x1f\xff\xfb\x1f", b"", b"\xff\xfe\x1f"),  # refused once
        (b"\xff\xfc\x01\xff\xfe\x01", b"", b""),  # WONT and DONT are taken as they are
        (b"a\xff\xf4\xff\xf2b", b"ab", b""),  # Ctrl+C: interrupt process, data mark
        (b"a\xff\xfa\x18\x00xterm\xff\xf0b", b"ab", b""),
        (b"a\xff\xfa\x18\xff\xffx\xff\xf0b", b"ab", b""),
        (b"a\r\0b", b"a\r\nb", b""),
        (b"a\xff\xff", b"a", b""),  # a byte that UTF-8 has not
        (b"\xffna", b"\xffna", b""),  # another character set: not our business
    ],
)
def test_commands(data: bytes, text: bytes, answer: bytes) -> None:
    assert Telnet().feed(data) == (text, answer)


@given(
    st.lists(st.sampled_from([b"a", b"\xff", b"\xfa", b"\xf0", b"\xfb", b"\x01", b"\r", b"\0"])),
    st.data(),
)
def test_in_any_pieces(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    cut = data.draw(st.integers(0, len(whole)))
    telnet = Telnet()
    pieces = [telnet.feed(whole[:cut]), telnet.feed(whole[cut:])]
    text, answer = Telnet().feed(whole)
    assert b"".join(piece[0] for piece in pieces) == text
    assert b"".join(piece[1] for piece in pieces) == answer
