"""Attacks by files: sent in pieces, unpacked, asked for."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.questions import FAR
from tests.hostile.scene import CROWD, Scene
from tests.support.clients import IrcClient
from tests.support.files import picture, send

SENDERS = 20
SLOW = 4 * CROWD
LARGE = 20 << 20  # bytes


def _begun(scene: Scene, client: IrcClient, *headers: str) -> bytes:
    """The head of a request that sends a file."""
    (given,) = (m for m in client.ask("FILEHOST TOKEN") if m.command == "FILEHOST")
    lines = ["POST /files HTTP/1.1", "Host: localhost", f"Authorization: Bearer {given.params[1]}"]
    scene.did["files"] += 1
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def files_in_chunks_of_a_byte(scene: Scene) -> Iterator[None]:
    """Many send files in chunks of one byte."""
    sockets = []
    for number in range(scene.times(SENDERS)):
        source = scene.address(FAR + number)
        client = scene.user(source=source)
        sock = scene.connect(source)
        sock.sendall(_begun(scene, client, "Transfer-Encoding: chunked"))
        sockets.append(sock)
    piece = b"1\r\nx\r\n" * 10_000
    yield
    scene.flood(sockets, lambda number: piece)


def pictures_with_many_pixels(scene: Scene) -> Iterator[None]:
    """Somebody sends small files that are as large pictures as are looked at."""
    client = scene.user(source=scene.here)
    large = picture("PNG", (4800, 4800))
    yield
    while scene.goes_on:
        scene.did[str(send(client, large, "a.png").status)] += 1
        scene.did["bytes"] += len(large)


def files_without_reading(scene: Scene) -> Iterator[None]:
    """Many ask for a large file and read nothing of it."""
    client = scene.user(source=scene.here)
    where = send(client, bytes(LARGE), "a.bin").where
    asked = f"GET {where} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    sockets = [
        scene.connect(scene.address(FAR + number // CROWD), receive_bytes=4096)
        for number in range(scene.times(SLOW))
    ]
    yield
    scene.flood(sockets, lambda number: asked, read=False)
