"""Attacks by sending much that says little: frames, lines, Telnet commands, endless lines."""

from __future__ import annotations

from collections.abc import Iterator

from websockets.frames import Frame, Opcode

from gchat.wire.telnet import IAC
from tests.hostile.scene import CROWD, Scene

PIECE = 500  # frames or lines that are sent at once
PEOPLE = 900
_DO, _ECHO = 253, 1


def _frames(scene: Scene, frame: Frame) -> Iterator[None]:
    sockets = scene.web()
    piece = frame.serialize(mask=True) * PIECE
    yield
    scene.flood(sockets, lambda number: piece)


def websocket_pings(scene: Scene) -> Iterator[None]:
    """Empty PING frames, each of which has to be answered."""
    yield from _frames(scene, Frame(Opcode.PING, b""))


def websocket_pongs(scene: Scene) -> Iterator[None]:
    """Empty PONG frames."""
    yield from _frames(scene, Frame(Opcode.PONG, b""))


def websocket_continuations(scene: Scene) -> Iterator[None]:
    """A message in fragments that are empty and never end."""
    sockets = scene.web()
    begin = Frame(Opcode.TEXT, b"x", fin=False).serialize(mask=True)
    for sock in sockets:
        sock.sendall(begin)
    piece = Frame(Opcode.CONT, b"", fin=False).serialize(mask=True) * PIECE
    yield
    scene.flood(sockets, lambda number: piece)


def websocket_texts(scene: Scene) -> Iterator[None]:
    """Empty messages."""
    yield from _frames(scene, Frame(Opcode.TEXT, b""))


def irc_lines(scene: Scene) -> Iterator[None]:
    """Messages to a room, from all who are in it."""
    sockets = scene.users(CROWD, "JOIN #flood", end=b" 366 ")
    piece = b"PRIVMSG #flood :x\r\n" * PIECE
    yield
    scene.flood(sockets, lambda number: piece)


def lines_by_many(scene: Scene) -> Iterator[None]:
    """Small questions from many users at many addresses, all of whom stay within what is allowed
    to each.
    """
    sockets = scene.users(PEOPLE)
    piece = b"VERSION\r\n" * PIECE
    yield
    scene.flood(sockets, lambda number: piece)


def empty_lines(scene: Scene) -> Iterator[None]:
    """Line ends, and nothing else."""
    sockets = scene.users(CROWD)
    piece = b"\r\n" * (20 * PIECE)
    yield
    scene.flood(sockets, lambda number: piece)


def telnet(scene: Scene) -> Iterator[None]:
    """Requests of options, each of which has to be refused."""
    sockets = [scene.connect() for _ in range(scene.times(CROWD))]
    piece = bytes((IAC, _DO, _ECHO)) * PIECE
    yield
    scene.flood(sockets, lambda number: piece)


def telnet_without_reading(scene: Scene) -> Iterator[None]:
    """The same, and the answers are not read."""
    sockets = [scene.connect(receive_bytes=4096) for _ in range(scene.times(CROWD))]
    piece = bytes((IAC, _DO, _ECHO)) * PIECE
    yield
    scene.flood(sockets, lambda number: piece, read=False)


def endless_lines(scene: Scene) -> Iterator[None]:
    """Text without a line end, from users and from who has not said who they are."""
    sockets = scene.users(CROWD)
    sockets += [scene.connect() for _ in range(scene.times(CROWD))]
    piece = b"x" * 65536
    yield
    scene.flood(sockets, lambda number: piece)
