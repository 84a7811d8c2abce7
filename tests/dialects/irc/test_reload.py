"""A reload while a command is being answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gchat.dialects.irc.connection import ITEMS_PER_TURN
from tests.support.person import Person


def test_what_a_reload_announces_is_no_part_of_a_labeled_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """https://ircv3.net/specs/extensions/labeled-response"""
    caps = ("batch", "labeled-response", "cap-notify", "message-tags")
    tuan = Person("Tuan", *caps)
    for number in range(ITEMS_PER_TURN + 1):
        tuan.ask(f"JOIN #r{number}")
    before = tuan.node.config

    def reload() -> None:
        accounts = replace(before.accounts, registration=False)
        tuan.node.config = replace(before, accounts=accounts)
        tuan._irc.reloaded(before)

    monkeypatch.setattr(tuan.peer, "yield_if_due", reload)
    answers = tuan.ask("@label=x LIST")
    assert answers[0] == "BATCH +1 | labeled-response"
    end = answers.index("BATCH -1")
    assert all(line[:3] in ("321", "322", "323") for line in answers[1:end])
    assert answers[end + 1 :] == ["CAP Tuan | DEL | draft/account-registration"]
    assert tuan.ask("CAP LIST")
