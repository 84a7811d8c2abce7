"""Where a log is."""

from __future__ import annotations

import pytest

from gchat.wire.log_address import LogAddress, is_log_address, log_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis://here", LogAddress((("here", 6379),))),
        ("valkey://here:7000/3", LogAddress((("here", 7000),), database=3)),
        ("rediss://me:p%40ss@here", LogAddress((("here", 6379),), True, "", "me", "p@ss")),
        ("redis://:secret@[::1]:7", LogAddress((("::1", 7),), password="secret")),
        ("redis://only@127.0.0.1/", LogAddress((("127.0.0.1", 6379),), username="only")),
        ("sentinel://a/log", LogAddress((("a", 26379),), master="log")),
        (
            "sentinels://u:p@a:1,b,[::1]:3/log",
            LogAddress((("a", 1), ("b", 26379), ("::1", 3)), True, "log", "u", "p"),
        ),
    ],
)
def test_what_is_one(text: str, expected: LogAddress) -> None:
    found = log_address(text)
    assert found == expected
    assert found.password == expected.password
    assert is_log_address(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("here:6379", "it begins with none of redis://"),
        ("http://here", "it begins with none of"),
        ("redis://", "a host is missing"),
        ("redis://:7", "a host is missing"),
        ("redis://a,b", "several addresses are for sentinel:// only"),
        ("redis://a/log", "the number of a database, or nothing"),
        ("redis://a:99999", "ort"),
        ("redis://a:x", "ort"),
        ("sentinel://a", "the name that the Sentinels know is missing"),
        ("sentinel://a,/log", "a host is missing"),
    ],
)
def test_what_is_none(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        log_address(text)
    assert not is_log_address(text)


def test_none_at_all_is_no_cluster() -> None:
    assert is_log_address("")


def test_what_is_shown_of_it_has_no_password() -> None:
    address = log_address("sentinel://me:secret@a,[::1]:2/log")
    assert str(address) == "log of the Sentinels a:26379,[::1]:2"
    assert "secret" not in repr(address)
