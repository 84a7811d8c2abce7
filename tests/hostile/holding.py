"""Attacks on the server's memory: what is kept for somebody, what waits for who reads nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.questions import FAR, ROOMS_EACH, ROOMS_PER_LINE
from tests.hostile.scene import CROWD, Scene

MASKS = 100  # of each list of a room
MASKS_PER_LINE = 20
LISTS = "beI"
SLOW = 180
TALKERS = 20


def masks(scene: Scene) -> Iterator[None]:
    """One user fills all three lists of as many rooms as they may be in. There is no limit of lines
    here: at ten in a second it takes some minutes, and comes to the same.
    """
    one = scene.user(source=scene.address(FAR))
    names = [f"#m{n}" for n in range(scene.times(ROOMS_EACH))]
    for start in range(0, len(names), ROOMS_PER_LINE):
        one.send(f"JOIN {','.join(names[start : start + ROOMS_PER_LINE])}")
    one.sync()
    yield
    for name in names:
        for letter in LISTS:
            for start in range(0, MASKS, MASKS_PER_LINE):
                numbers = range(start, start + MASKS_PER_LINE)
                given = " ".join(f"*{n}x{name[1:]}*!*@*" for n in numbers)
                one.send(f"MODE {name} +{letter * MASKS_PER_LINE} {given}")
        one.sync()
        scene.did["masks"] += MASKS * len(LISTS)
        if not scene.goes_on:
            break


def slow_readers(scene: Scene) -> Iterator[None]:
    """Many are in a busy room and read nothing."""
    scene.users(SLOW, "JOIN #busy", end=b" 366 ", receive_bytes=4096)
    talkers = scene.users(TALKERS, "JOIN #busy", first_address=FAR, end=b" 366 ")
    piece = b"PRIVMSG #busy :" + b"x" * 4000 + b"\r\n"
    yield
    scene.flood(talkers, lambda number: piece)


def questions_without_reading(scene: Scene) -> Iterator[None]:
    """Many ask for long answers and read nothing."""
    people = scene.users(900, "JOIN #big", end=b" 366 ")
    slow = scene.users(4 * CROWD, first_address=FAR, receive_bytes=4096)
    piece = b"NAMES #big\r\nWHO *\r\nHELP\r\n" * 20
    yield
    scene.flood(slow, lambda number: piece, read=False, readers=people)
