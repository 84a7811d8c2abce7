"""Attacks by questions to which the answer is long, or takes long to find."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.scene import CROWD, Scene
from tests.support.clients import IrcClient

ROOMS_EACH = 100  # as many as one user may be in
ROOMS_PER_LINE = 50  # within the 512 bytes of a line
FOUNDERS = 48  # who make 4,800 rooms
PEOPLE = 900
ASKERS = 5
FAR = 5000  # addresses from here on are not those of the crowds
QUESTIONS = 20  # that are sent at once


def rooms(scene: Scene) -> list[IrcClient]:
    """A few people make as many rooms as they may."""
    founders = [
        scene.user(source=scene.address(FAR + n // CROWD)) for n in range(scene.times(FOUNDERS))
    ]
    for number, one in enumerate(founders):
        for start in range(0, ROOMS_EACH, ROOMS_PER_LINE):
            names = (f"#r{number}x{start + n}" for n in range(ROOMS_PER_LINE))
            one.send(f"JOIN {','.join(names)}")
    for one in founders:
        one.sync()
        scene.did["rooms"] += ROOMS_EACH
    return founders


def _ask(scene: Scene, line: str, askers: int = ASKERS) -> None:
    """Asks the same again and again; {} is a number that is never the same."""
    sockets = [
        scene.user(source=scene.address(FAR + 10 + n)).sock for n in range(scene.times(askers))
    ]

    def next_ones(number: int) -> bytes:
        first = number * QUESTIONS
        asked = (line.replace("{}", str(first + n)) for n in range(QUESTIONS))
        return "".join(f"{one}\r\n" for one in asked).encode()

    scene.flood(sockets, next_ones)


def list_ten_conditions(scene: Scene) -> Iterator[None]:
    """LIST of all rooms with ten masks that are never the same."""
    rooms(scene)
    yield
    _ask(scene, "LIST " + ",".join(f"!*a*{n}b{{}}*c*" for n in range(10)))


def list_long_mask(scene: Scene) -> Iterator[None]:
    """LIST of all rooms with one long mask, which is not kept compiled."""
    rooms(scene)
    yield
    _ask(scene, "LIST !" + "*a" * 200 + "*{}")


def list_everything(scene: Scene) -> Iterator[None]:
    """LIST without conditions."""
    rooms(scene)
    yield
    _ask(scene, "LIST")


def invite_without_parameters(scene: Scene) -> Iterator[None]:
    """INVITE, which looks at all rooms."""
    rooms(scene)
    yield
    _ask(scene, "INVITE", CROWD)


def who_masks(scene: Scene) -> Iterator[None]:
    """WHO with masks that are never the same, over many users."""
    scene.users(PEOPLE)
    yield
    _ask(scene, "WHO *a*t?a*{}*")


def who_long_mask(scene: Scene) -> Iterator[None]:
    """WHO with one long mask, which is not kept compiled."""
    scene.users(PEOPLE)
    yield
    _ask(scene, "WHO " + "*a" * 200 + "*{}")


def who_everybody(scene: Scene) -> Iterator[None]:
    """WHO of everybody, with long answers."""
    scene.users(PEOPLE)
    yield
    _ask(scene, "WHO * %tcuihsnfdlaor,{}", CROWD)


def names_of_many(scene: Scene) -> Iterator[None]:
    """NAMES of one room with many members."""
    scene.users(PEOPLE, "JOIN #big", end=b" 366 ")
    yield
    _ask(scene, "NAMES #big", CROWD)


def names_of_many_rooms(scene: Scene) -> Iterator[None]:
    """NAMES of fifty rooms with many members, in one line."""
    names = ",".join(f"#n{n}" for n in range(ROOMS_PER_LINE))
    crowd = scene.users(4 * CROWD, f"JOIN {names}", "PING sync", end=b"PONG gchat.local :sync")
    scene.did["members"] += len(crowd) * ROOMS_PER_LINE
    yield
    _ask(scene, f"NAMES {names}", CROWD)


def whois_in_many_rooms(scene: Scene) -> Iterator[None]:
    """WHOIS of somebody who is in as many rooms as they may."""
    target = rooms(scene)[0].nick
    yield
    _ask(scene, f"WHOIS {target}", CROWD)


def whowas(scene: Scene) -> Iterator[None]:
    """WHOWAS of nobody, after many have gone."""
    for sock in scene.users(PEOPLE):
        scene.dropped(sock)
    yield
    _ask(scene, "WHOWAS nobody{}", CROWD)
