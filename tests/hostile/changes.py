"""Attacks by changes that many have to be told of, and by coming and going."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.questions import FAR, ROOMS_EACH, ROOMS_PER_LINE
from tests.hostile.scene import CROWD, Scene
from tests.hostile.victim import OPERATOR, PASSWORD

PEOPLE = 900
PIECE = 50  # lines that are sent at once
GUESTS = 90  # addresses from which people come and go
MASKS_PER_LINE = 20


def rename(scene: Scene) -> Iterator[None]:
    """The operator of a room with many members renames it again and again."""
    operator = scene.user(source=scene.address(FAR), join="#old0")
    members = scene.users(PEOPLE, "JOIN #old0", end=b" 366 ")
    operator.sync()
    yield
    now = 0

    def next_ones(number: int) -> bytes:
        nonlocal now
        lines = []
        for _ in range(PIECE):
            lines.append(f"RENAME #old{now} #old{now + 1} :why\r\n")
            now += 1
        return "".join(lines).encode()

    scene.flood([operator.sock], next_ones, readers=members)


def nick_in_many_rooms(scene: Scene) -> Iterator[None]:
    """A crowd that is in the same hundred rooms; all of them change their nicknames."""
    names = [f"#n{n}" for n in range(ROOMS_EACH)]
    lines = [
        f"JOIN {','.join(names[start : start + ROOMS_PER_LINE])}"
        for start in range(0, ROOMS_EACH, ROOMS_PER_LINE)
    ]
    sockets = scene.users(CROWD, *lines, "PING sync", end=b"PONG gchat.local :sync")
    yield

    def next_ones(number: int) -> bytes:
        return "".join(f"NICK a{number}x{n}\r\n" for n in range(PIECE)).encode()

    scene.flood(sockets, next_ones)


def join_and_part(scene: Scene) -> Iterator[None]:
    """A crowd that enters and leaves a room with many members, a hundred times with each line."""
    members = scene.users(PEOPLE, "JOIN #big", end=b" 366 ")
    sockets = scene.users(CROWD, first_address=FAR)
    yield
    piece = b"JOIN #big\r\nPART #big\r\n" * PIECE
    scene.flood(sockets, lambda number: piece, readers=members)


def kick_and_modes(scene: Scene) -> Iterator[None]:
    """Operators of a room with many members give and take ranks, twenty with each line."""
    operator = scene.user(source=scene.address(FAR), join="#big")
    members = scene.users(PEOPLE, "JOIN #big", end=b" 366 ")
    operator.sync()
    yield
    names = " ".join(scene.nick(2 + n) for n in range(min(len(members), MASKS_PER_LINE)))
    letters = "v" * min(len(members), MASKS_PER_LINE)
    piece = f"MODE #big +{letters} {names}\r\nMODE #big -{letters} {names}\r\n".encode() * PIECE
    scene.flood([operator.sock], lambda number: piece, readers=members)


def bans_in_a_big_room(scene: Scene) -> Iterator[None]:
    """The operator of a room with many members sets bans, for which all of them are looked at,
    while members speak.
    """
    operator = scene.user(source=scene.address(FAR), join="#big")
    members = scene.users(PEOPLE, "JOIN #big", end=b" 366 ")
    operator.sync()
    yield

    def next_ones(number: int) -> bytes:
        lines = []
        for n in range(PIECE):
            mask = f"*{'*a' * 190}{number * PIECE + n}*!*@*"
            lines += [f"MODE #big +b {mask}\r\n", f"MODE #big -b {mask}\r\n"]
        return "".join(lines).encode()

    talk = b"PRIVMSG #big :x\r\n" * PIECE
    few = members[:CROWD]
    scene.flood(
        [operator.sock, *few],
        lambda number: next_ones(number) if number % 2 == 0 else talk,
        readers=members[CROWD:],
    )


def under_many_bans(scene: Scene) -> Iterator[None]:
    """People come from many addresses; each is compared with ten thousand bans of the server."""
    yield
    sources = [scene.address(FAR + n) for n in range(scene.times(GUESTS))]
    number = 0
    while scene.goes_on:
        number += 1
        sock = scene.connect(sources[number % len(sources)])
        sock.sendall(f"NICK {scene.nick(number)}\r\nUSER g 0 * :G\r\n".encode())
        try:
            if b" 001 " in sock.recv(4096):
                scene.did["let in"] += 1
        except OSError:
            scene.did["let go"] += 1
        scene.dropped(sock)


def rehash_labeled(scene: Scene) -> Iterator[None]:
    """An operator of the server has its configuration read again and again, in labeled commands."""
    operator = scene.user("batch", "labeled-response", source=scene.address(FAR))
    operator.send(f"OPER {OPERATOR} :{PASSWORD}")
    assert operator.until("381", "491")[-1].command == "381"
    yield

    def next_ones(number: int) -> bytes:
        return b"".join(b"@label=%dx%d REHASH\r\n" % (number, n) for n in range(PIECE))

    scene.flood([operator.sock], next_ones)
