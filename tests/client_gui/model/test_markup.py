"""Links, code and names in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_gui.model.markup import Mark, Span, spans


def marked(text: str, nick: str = "Tuan") -> list[tuple[Mark, str]]:
    return [(span.mark, span.text) for span in spans(text, nick) if span.mark is not Mark.PLAIN]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.example/b?c=d#e, or", [(Mark.LINK, "https://a.example/b?c=d#e")]),
        ("(http://a.example/b)", [(Mark.LINK, "http://a.example/b")]),
        ("http://a.example/b_(c).", [(Mark.LINK, "http://a.example/b_(c)")]),
        ("HTTPS://A.example!", [(Mark.LINK, "HTTPS://A.example")]),
        ("use `CAP LS 302` now", [(Mark.CODE, "CAP LS 302")]),
        ("`https://a.example`", [(Mark.CODE, "https://a.example")]),
        ("@Tuan: hi", [(Mark.NAME, "@Tuan")]),
        ("hi tuan", [(Mark.NAME, "tuan")]),
        ("Tuanh and xTuan", []),
        ("` unpaired", []),
        ("httpx://no ftp://no", []),
    ],
)
def test_what_is_marked(text: str, found: list[tuple[Mark, str]]) -> None:
    assert marked(text) == found


@given(st.text(alphabet="ab `/:.()htps@Tuan\n", max_size=60))
def test_nothing_is_lost(text: str) -> None:
    found: list[Span] = list(spans(text, "Tuan"))
    again = "".join(f"`{one.text}`" if one.mark is Mark.CODE else one.text for one in found)
    assert again == text
