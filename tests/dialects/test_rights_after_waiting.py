"""A right is looked at again after every wait: it may be gone by then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from gchat.core.history import Archive, Record
from gchat.core.turns import Claim
from gchat.journal.memory.archive import MemoryArchive
from tests.support.peer import NOW
from tests.support.person import Person

CAPS = ("batch", "draft/chathistory", "soju.im/search", "znc.in/playback")
TEXT = "the plan"


class Waiting:
    """An archive whose answers take so long that something happens meanwhile."""

    def __init__(self, archive: MemoryArchive, meanwhile: Callable[[], object]) -> None:
        self._archive = archive
        self._meanwhile = meanwhile

    def of(self, _address: str) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self._archive, name)

        def asked(*args: Any) -> Any:
            found = answer(*args)
            self._meanwhile()
            return found

        return asked


@pytest.mark.parametrize("kicked", [False, True])
@pytest.mark.parametrize(
    "question",
    [
        "CHATHISTORY LATEST #room * 9",
        "CHATHISTORY BEFORE #room timestamp=2100-01-01T00:00:00.000Z 9",
        "CHATHISTORY AFTER #room timestamp=2000-01-01T00:00:00.000Z 9",
        "CHATHISTORY AROUND #room msgid=id1 9",
        "CHATHISTORY BETWEEN #room timestamp=2000-01-01T00:00:00.000Z"
        " timestamp=2100-01-01T00:00:00.000Z 9",
        "CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z"
        " timestamp=2100-01-01T00:00:00.000Z 9",
        "SEARCH text=plan",
        "SEARCH in=#room",
        "ZNC *playback PLAY #room",
        "ZNC *playback PLAY *",
    ],
)
def test_who_is_kicked_while_they_wait_reads_nothing_more(question: str, kicked: bool) -> None:
    op = Person("Op")
    op.ask("JOIN #room")
    tuan = Person("Tuan", *CAPS, beside=op)
    tuan.ask("JOIN #room")
    archive = tuan.node.archive
    assert isinstance(archive, MemoryArchive)
    place = tuan.node.hub.rooms["#room"].place
    archive.keep(Record(NOW, "id1", "PRIVMSG", place, 1, "Op", "Op!u@h", "#room", TEXT))
    if kicked:
        tuan.node.archive = cast("Archive", Waiting(archive, lambda: op.ask("KICK #room Tuan")))
    found = "\n".join(tuan.ask(question))
    assert (TEXT in found or "TARGETS | #room" in found) is not kicked, found


def test_a_password_that_was_checked_for_another_account_changes_nothing() -> None:
    """`NS PASSWD` waits for keys; meanwhile the same person logs in to another account."""
    tuan = Person("Tuan")
    for line in ("NS REGISTER old-password", "NS LOGOUT", "NICK Other", "NS REGISTER old-password"):
        tuan.ask(line)
    hub, workers = tuan.node.hub, tuan.node.workers
    before = {key: account.verifier for key, account in hub.accounts.items()}
    for command in ("NS PASSWD old-password new-password", "NS DROP old-password"):

        class Slow:
            """Logs the person in to the other account while a key is derived."""

            def ask(self, job: Callable[[], Any], _claim: Claim) -> Any:
                tuan.node.workers = workers
                tuan.ask("NS IDENTIFY Tuan old-password")
                return job()

        tuan.ask("NS IDENTIFY Other old-password")
        tuan.node.workers = cast("Any", Slow())
        assert "You are logged in to another account now" in tuan.ask(command)[-1]
        assert {key: account.verifier for key, account in hub.accounts.items()} == before


def test_a_secret_room_answers_as_none_does() -> None:
    op = Person("Op")
    op.ask("JOIN #secret", "MODE #secret +s")
    tuan = Person("Tuan", beside=op)
    for status in ("", "@", "+"):
        (there,), (none,) = (
            tuan.ask(f"PRIVMSG {status}{room} :x") for room in ("#secret", "#sucret")
        )
        assert there.replace("#secret", "#sucret") == none
