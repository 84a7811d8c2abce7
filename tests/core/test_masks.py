"""Ban masks: their one form, and whom they are about."""

from __future__ import annotations

import pytest

from gchat.core.masks import BadMask, complete, fold, hits


@pytest.mark.parametrize(
    ("mask", "whole"),
    [
        ("Tuan", "Tuan!*@*"),
        ("a!b", "a!b@*"),
        ("b@c", "*!b@c"),
        ("a!b@c", "a!b@c"),
        ("@c", "*!*@c"),
        ("!", "*!*@*"),
    ],
)
def test_complete(mask: str, whole: str) -> None:
    assert complete(mask) == whole


@pytest.mark.parametrize(
    ("mask", "whole"),
    [("m:Tuan", "m:Tuan!*@*"), ("m:a:Tuan", "m:a:Tuan"), ("a:Tuan", "a:Tuan"), ("", "*!*@*")],
)
def test_complete_extended(mask: str, whole: str) -> None:
    """https://modern.ircdocs.horse/#extban-parameter"""
    assert complete(mask) == whole


@pytest.mark.parametrize(
    ("mask", "account", "mute", "hit"),
    [
        ("tuan!*@*", "", False, True),
        ("tuan!*@*", "", True, False),
        ("m:tuan!*@*", "", True, True),
        ("m:tuan!*@*", "", False, False),
        ("duy!*@*", "", False, False),
        ("a:an", "an", False, True),
        ("a:a*", "an", False, True),
        ("a:*", "", False, False),
        ("a:binh", "an", False, False),
        ("m:a:an", "an", True, True),
        ("m:a:an", "an", False, False),
    ],
)
def test_whom_a_mask_is_about(mask: str, account: str, mute: bool, hit: bool) -> None:
    assert hits(mask, "tuan!u@h", account, mute=mute) is hit
    if not mute:
        assert hits(mask, "tuan!u@h", account) is hit


def test_masks_are_compared_in_one_form() -> None:
    assert fold("TUẤN!*@Host") == "tuấn!*@host"
    assert fold("Tuấn") == "tuấn", "composed or not"


@pytest.mark.parametrize(
    ("mask", "whole"),
    [
        ("*@192.0.2.0/24", "*!*@192.0.2.0/24"),
        ("*@192.0.2.77/24", "*!*@192.0.2.0/24"),
        ("*@2001:0DB8:0:0::/32", "*!*@2001:db8::/32"),
        ("*@2001:db8:0:0:0:0:0:7", "*!*@2001:db8::7"),
        ("*@::1", "*!*@0::1"),
        ("*@::ffff:198.51.100.7", "*!*@198.51.100.7"),
        ("*@::ffff:198.51.100.0/120", "*!*@198.51.100.0/24"),
        ("*@2001:0db8:*", "*!*@2001:db8::/32"),
        ("*@2001:db8:1:2:3:4:5:*", "*!*@2001:db8:1:2:3:4:5:0/112"),
        ("192.0.2.1", "*!*@192.0.2.1"),
        ("192.0.2.*", "*!*@192.0.2.*"),
        ("2001:db8::/48", "*!*@2001:db8::/48"),
        ("m:*@2001:0db8::7", "m:*!*@2001:db8::7"),
    ],
)
def test_addresses_have_one_form(mask: str, whole: str) -> None:
    assert complete(mask) == whole


@pytest.mark.parametrize(
    "mask",
    [
        "*@192.0.2.0/33",
        "*@192.0.2/24",
        "*@host/24",
        "*@2001:db8::*",
        "*@*::1",
        "*@1:2:3",
        "1:2?::/a",
    ],
)
def test_a_mask_that_could_never_match_is_none(mask: str) -> None:
    with pytest.raises(BadMask):
        complete(mask)


@pytest.mark.parametrize(
    ("mask", "host", "expected"),
    [
        ("*@192.0.2.0/24", "192.0.2.200", True),
        ("*@192.0.2.0/24", "192.0.3.1", False),
        ("*@192.0.2.0/24", "2001:db8::1", False),
        ("*@192.0.2.0/24", "localhost", False),
        ("duy!*@192.0.2.0/24", "192.0.2.1", False),
        ("t*!~?@192.0.2.0/24", "192.0.2.1", True),
        ("*@2001:db8::/32", "2001:db8:ffff::1", True),
        ("*@2001:0db8:*", "2001:db8::1", True),
        ("*@::/0", "0::1", True),
        ("*@0.0.0.0/0", "203.0.113.9", True),
    ],
)
def test_networks(mask: str, host: str, expected: bool) -> None:
    assert hits(fold(complete(mask)), f"tuan!~t@{host}", "") is expected
