"""Attacks by what comes before a connection says anything: TLS and WebSocket handshakes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

from loadtest.layers import Tls
from tests.hostile.keyupdate import KeyUpdater
from tests.hostile.questions import FAR
from tests.hostile.scene import CROWD, Scene

ADDRESSES = 90
UPDATERS = 8
UPDATES = 100  # of one connection, before the next has its turn
RECORD_BYTES = 22 + 5  # of a KeyUpdate, about
HALF_OPEN = 900
BREATH = 0.002  # seconds, where no socket takes anything


def tls_handshakes(scene: Scene) -> Iterator[None]:
    """Handshakes of TLS from many addresses: the server signs each, and they go on no further."""
    yield
    sources = [scene.address(FAR + n) for n in range(scene.times(ADDRESSES))]
    number = 0
    while scene.goes_on:
        batch = []
        for _ in range(20):
            number += 1
            sock = scene.connect(sources[number % len(sources)])
            sock.sendall(Tls().start())
            batch.append(sock)
        for sock in batch:
            try:
                if len(sock.recv(4096)) > 200:
                    scene.did["handshakes"] += 1
            except OSError:
                scene.did["let go"] += 1
            scene.dropped(sock)


def tls_key_updates(scene: Scene) -> Iterator[None]:
    """Requests of new TLS keys, whose answers are not read."""
    clients = [KeyUpdater(scene.connect(receive_bytes=4096)) for _ in range(scene.times(UPDATERS))]
    yield
    left = list(clients)
    while scene.goes_on and left:
        sent = 0
        for client in tuple(left):
            try:
                for _ in range(UPDATES):
                    if not client.ask():
                        break
                    sent += 1
            except ConnectionError:
                left.remove(client)
                scene.did["let go"] += 1
        scene.did["key updates"] += sent
        scene.did["bytes"] += sent * RECORD_BYTES
        if not sent:
            time.sleep(BREATH)
    scene.wait()
    for client in clients:
        client.close()


def half_open(scene: Scene) -> Iterator[None]:
    """Handshakes of TLS and of WebSocket that are begun and not ended."""
    request = b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\n"
    yield
    held: list[socket.socket] = []
    for number in range(scene.times(HALF_OPEN)):
        sock = scene.connect(scene.address(FAR + number // CROWD))
        hello = Tls().start()
        sock.sendall((hello, hello[:-20], request)[number % 3])
        held.append(sock)
        if not scene.goes_on:
            break
    scene.wait()
