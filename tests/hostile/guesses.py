"""Attacks on passwords, from many addresses."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from tests.hostile.questions import FAR
from tests.hostile.scene import Scene
from tests.hostile.worlds import ORDINARY
from tests.support.accounts import plain

ADDRESSES = 90
GUESSES = 10  # of one connection, before it is closed


def plain_guesses(scene: Scene) -> Iterator[None]:
    """Wrong passwords of an account by SASL PLAIN."""
    wrong = plain(ORDINARY, "wrong one")
    yield from _guess(scene, f"AUTHENTICATE PLAIN\r\nAUTHENTICATE {wrong}\r\n")


def scram_guesses(scene: Scene) -> Iterator[None]:
    """SCRAM exchanges with a wrong proof."""
    first = base64.b64encode(f"n,,n={ORDINARY},r=nonce".encode()).decode()
    final = base64.b64encode(b"c=biws,r=nonce,p=" + base64.b64encode(bytes(32))).decode()
    yield from _guess(
        scene,
        f"AUTHENTICATE SCRAM-SHA-256\r\nAUTHENTICATE {first}\r\nAUTHENTICATE {final}\r\n",
    )


def _guess(scene: Scene, once: str) -> Iterator[None]:
    sockets = [scene.connect(scene.address(FAR + n)) for n in range(scene.times(ADDRESSES))]
    yield
    for sock in sockets:
        sock.sendall(b"CAP REQ :sasl\r\n" + once.encode() * GUESSES)
        scene.did["guesses"] += GUESSES
    scene.wait(sockets)
