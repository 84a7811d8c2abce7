"""The way that can be held: nothing is lost on it, and nothing passes meanwhile."""

from __future__ import annotations

import socket

from loadtest.hold import Way

SHORT_SECONDS = 0.2  # in which something would have passed


def test_what_is_held_passes_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        way = Way(server.getsockname()[1])
        near = socket.create_connection(("127.0.0.1", way.port))
        far, _ = server.accept()
        with near, far:
            near.sendall(b"one")
            assert far.recv(10) == b"one"
            way.hold()
            far.sendall(b"two")
            near.settimeout(SHORT_SECONDS)
            try:
                data = near.recv(10)
            except TimeoutError:
                data = b""
            assert data == b""
            way.let_go()
            near.settimeout(10)
            assert near.recv(10) == b"two"
            far.shutdown(socket.SHUT_WR)
            assert near.recv(10) == b""
        way.close()


def test_nobody_is_at_the_other_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    way = Way(port)
    with socket.create_connection(("127.0.0.1", way.port)) as near:
        near.settimeout(10)
        assert near.recv(10) == b""
    way.close()
