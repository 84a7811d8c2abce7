"""METADATA."""

from __future__ import annotations

import pytest

from tests.support.person import Person


def test_keys_of_oneself() -> None:
    """METADATA: https://ircv3.net/specs/extensions/metadata"""
    tuan = Person("Tuan", "draft/metadata-3")
    assert tuan.ask("METADATA * SET url :https://here") == [
        "761 Tuan | Tuan | url | * | https://here"
    ]
    assert tuan.ask("METADATA Tuan GET url nothing")[1:-1] == [
        "761 Tuan | Tuan | url | * | https://here",
        "766 Tuan | Tuan | nothing | The key is not set",
    ]
    assert tuan.ask("METADATA * LIST")[1:-1] == ["761 Tuan | Tuan | url | * | https://here"]
    assert tuan.ask("METADATA * SET url") == ["766 Tuan | Tuan | url | The key is not set"]
    assert tuan.ask("METADATA * SET a :1") == ["761 Tuan | Tuan | a | * | 1"]
    assert tuan.ask("METADATA * CLEAR")[1:-1] == ["766 Tuan | Tuan | a | The key is not set"]
    assert tuan.ask("METADATA * LIST")[1:-1] == []


def test_which_keys_one_is_told_of() -> None:
    """METADATA: https://ircv3.net/specs/extensions/metadata#metadata-sub"""
    tuan = Person("Tuan", "draft/metadata-3")
    assert tuan.ask("METADATA * SUB url avatar") == ["770 Tuan | url | avatar"]
    assert tuan.ask("METADATA * UNSUB url") == ["771 Tuan | url"]
    assert tuan.ask("METADATA * SUBS")[1:-1] == ["772 Tuan | avatar"]
    duy = Person("Duy", "draft/metadata-3", beside=tuan)
    tuan.ask("METADATA * SET avatar :https://here/a.png", "JOIN #a")
    assert "761 Duy | Tuan | avatar | * | https://here/a.png" not in duy.ask("JOIN #a")
    assert duy.ask("METADATA * SUB avatar") == ["770 Duy | avatar"]
    assert duy.ask("METADATA #a SYNC")[1:-1] == ["761 Duy | Tuan | avatar | * | https://here/a.png"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("Duy SET url x", "KEY_NO_PERMISSION | Duy | url | You cannot set keys of other users"),
        ("Nobody GET url", "INVALID_TARGET | Nobody | Invalid metadata target"),
        ("#none LIST", "INVALID_TARGET | #none | Invalid metadata target"),
        ("* SET b!d x", "KEY_INVALID | b!d | Invalid key"),
        ("* FROB", "SUBCOMMAND_INVALID | FROB | Invalid subcommand"),
        (
            "* SET url " + "x" * 301,
            "INVALID_VALUE | url | The value is too long: at most 300 bytes",
        ),
    ],
)
def test_errors(line: str, answer: str) -> None:
    """METADATA: https://ircv3.net/specs/extensions/metadata#metadata-failures"""
    tuan = Person("Tuan", "draft/metadata-3")
    Person("Duy", beside=tuan)
    assert tuan.ask(f"METADATA {line}") == [f"FAIL METADATA | {answer}"]
