"""Nicknames and room names. RFC 8265, section 3.3; https://modern.ircdocs.horse/#clients"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.names import InvalidName, casefold, check_nickname, check_room, clean_username


@pytest.mark.parametrize(
    "name", ["Tuan", "Tuấn", "a", "[x]\\^{|}`_-", "a1", "Ðỗ", "日本", "a" * 30]
)
def test_nicknames(name: str) -> None:
    assert check_nickname(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("a b", "has a space in it"),
        ("a\tb", "has a space in it"),
        ("a\u00a0b", "has a space in it"),
        ("a,b", "has ',' in it"),
        ("a!b", "has '!' in it"),
        ("a.b", "has '.' in it"),
        ("/who", "has '/' in it"),
        ("1a", "begins with '1'"),
        ("#a", "begins with '#'"),
        ("~a", "begins with '~'"),
        ("a" * 31, "is longer than 30 characters"),
        ("a\x07", "has a character that is not allowed in names: '\\x07'"),
        ("x\uff01y\uff20z", "has '!' in it"),
        ("Tuan\uff1a", "has ':' in it"),
        ("\uff03lobby", "begins with '#'"),
        ("\uff19x", "begins with '9'"),
        ("a\u202eb", "has a character that is not allowed in names: '\\u202e'"),
        ("\U0001f600", "has a character that is not allowed in names: '\\U0001f600'"),
    ],
)
def test_what_is_no_nickname(name: str, reason: str) -> None:
    with pytest.raises(InvalidName) as caught:
        check_nickname(name)
    assert str(caught.value) == reason


def test_the_shown_form_is_composed() -> None:
    assert check_nickname("Tua\u0302\u0301n") == "Tuấn"


@pytest.mark.parametrize(
    ("one", "other"), [("TUAN", "tuan"), ("TUẤN", "tuấn"), ("Ｔuan", "tuan"), ("#Ä", "#ä")]
)
def test_the_same_name(one: str, other: str) -> None:
    assert casefold(one) == casefold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("[a]", "{a}"), ("ſ", "s"), ("x" * 300, "X" * 300 + "ä")]
)
def test_not_the_same_name(one: str, other: str) -> None:
    assert casefold(one) != casefold(other)


@pytest.mark.parametrize("name", ["#a", "##a", "#Việt-Nam", "#a.b!c@d", "#" + "a" * 63])
def test_rooms(name: str) -> None:
    assert check_room(name) == name


@pytest.mark.parametrize(
    "name", ["", "a", "&a", "#", "##", "#a b", "#a,b", "#a\x07", "#" + "a" * 64, "#*", "#a\uff0cb"]
)
def test_what_is_no_room(name: str) -> None:
    with pytest.raises(InvalidName):
        check_room(name)


@given(st.text(max_size=35))
def test_any_text_is_a_name_or_is_refused(text: str) -> None:
    for check in (check_nickname, check_room):
        try:
            name = check(text)
        except InvalidName:
            continue
        assert not set(name) & set(" \r\n\0,:*?")
        assert casefold(casefold(name)) == casefold(name)
        assert check(name) == name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [("tuan", "~tuan"), ("t n@h!x", "~tnhx"), ("é", "~user"), ("x" * 30, "~" + "x" * 19)],
)
def test_user_names(given_name: str, shown: str) -> None:
    assert clean_username(given_name) == shown


@pytest.mark.parametrize("name", ["علی", "علی_", "_علی_", "דוד_", "דוד__", "דוד|דוד", "علی-2_"])
def test_names_from_right_to_left_may_have_signs(name: str) -> None:
    """As every client makes another nickname where the one that it asks for is taken."""
    assert check_nickname(name) == name
    assert casefold(name) == name
    assert casefold(casefold(name)) == casefold(name)


@pytest.mark.parametrize("name", ["aعلی", "علیa", "دודd", "٣علی"])
def test_the_reason_is_the_true_one(name: str) -> None:
    with pytest.raises(InvalidName, match="mixes"):
        check_nickname(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ж" * 30, ""),
        ("ж" * 31, "is longer than 30 characters"),
        ("ế" * 20, ""),
        ("ế" * 21, "is longer than 60 bytes"),
    ],
)
def test_a_nickname_is_bounded_in_characters_and_bytes(name: str, reason: str) -> None:
    if not reason:
        assert check_nickname(name) == name
        return
    with pytest.raises(InvalidName, match=reason):
        check_nickname(name)


@pytest.mark.parametrize(("letter", "most"), [("x", 63), ("ж", 31), ("ế", 21)])
def test_a_rooms_name_is_bounded_in_bytes(letter: str, most: int) -> None:
    assert check_room("#" + letter * most)
    with pytest.raises(InvalidName, match="is longer than 64 bytes"):
        check_room("#" + letter * (most + 1))
