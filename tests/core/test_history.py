"""Who somebody is to the archive, and where a conversation is kept."""

from __future__ import annotations

from gchat.core.history import conversation, participants, person


def test_a_person_is_their_account_or_who_they_were_in_this_run() -> None:
    assert person("boot", 7, "@me") == "@me"
    assert person("boot", 7, "") == "boot-7"


def test_a_conversation_is_the_same_from_both_sides() -> None:
    place = conversation("@b", "@a")
    assert place == "@a @b" == conversation("@a", "@b")
    assert participants(place) == ["@a", "@b"]
