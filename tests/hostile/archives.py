"""Attacks by questions about what was said, on a large journal; and by taking it back."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.hostile.questions import FAR
from tests.hostile.scene import Scene
from tests.hostile.worlds import ASKER, NICKS_ROOM
from tests.support.accounts import plain

ASKERS = 10  # connections of one person: as many as there may be
QUESTIONS = 20  # that are sent at once
CAPS = ("batch", "draft/chathistory", "soju.im/search", "message-tags", "server-time")
SHORT, LONG = "2000-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z"
REDACTION_SECONDS = 1.0  # between two


def _ask(scene: Scene, *lines: str) -> Iterator[None]:
    """All connections of the account that has a past ask the same."""
    sockets = []
    for number in range(scene.times(ASKERS)):
        client = scene.user(*CAPS, "sasl", source=scene.address(FAR + number))
        client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain(ASKER)}")
        assert client.until("903", "904")[-1].command == "903"
        client.join(NICKS_ROOM)
        sockets.append(client.sock)
    piece = "".join(f"{line}\r\n" for line in lines).encode() * QUESTIONS
    yield
    scene.flood(sockets, lambda number: piece)


def search_elsewhere(scene: Scene) -> Iterator[None]:
    """SEARCH of frequent words, which are only in rooms that the asker is not in."""
    yield from _ask(scene, "SEARCH text=word0", "SEARCH text=word0\\sword1\\sword2")


def search_nobody(scene: Scene) -> Iterator[None]:
    """SEARCH of what somebody said whom there never was."""
    yield from _ask(scene, f"SEARCH in={NICKS_ROOM};from=nobody", "SEARCH from=nobody")


def latest_over_nicks(scene: Scene) -> Iterator[None]:
    """CHATHISTORY LATEST of a room in which there is no message, but much else."""
    yield from _ask(scene, f"CHATHISTORY LATEST {NICKS_ROOM} * 100")


def targets(scene: Scene) -> Iterator[None]:
    """CHATHISTORY TARGETS by somebody who has thousands of conversations."""
    lines = (f"CHATHISTORY TARGETS timestamp={SHORT} timestamp={LONG} {n}" for n in (1, 100))
    yield from _ask(scene, *lines)


def redactions(scene: Scene) -> Iterator[None]:
    """A message is taken back every second; of each, nothing may be left on disk."""
    client = scene.user(*CAPS, "draft/message-redaction", "echo-message", source=scene.address(FAR))
    client.join("#lobby")
    yield
    while scene.goes_on:
        began = time.monotonic()
        client.send("PRIVMSG #lobby :a secret")
        msgid = client.until("PRIVMSG")[-1].tags["msgid"]
        client.send(f"REDACT #lobby {msgid}")
        client.until("REDACT", "FAIL")
        scene.did["redactions"] += 1
        while scene.goes_on and time.monotonic() < began + REDACTION_SECONDS:
            time.sleep(0.01)
