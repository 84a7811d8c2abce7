"""The end of a connection, such that the peer can still read everything it was sent."""

from __future__ import annotations

import socket
from contextlib import suppress

import gevent
from gevent import socket as gsocket

from gchat.net.layers import Layers
from gchat.net.outbox import Outbox
from gchat.net.services import DRAIN_SECONDS

LINGER_SECONDS = 1.0  # how long a peer's last bytes are read, so that it can read ours
LINGER_BYTES = 1 << 20
_READ_BYTES = 16384


def stop_reading(sock: gsocket.socket) -> None:
    """Makes the `recv` of another greenlet return. Does not switch greenlets."""
    with suppress(OSError):  # the peer is gone, so recv returns by itself
        sock.shutdown(socket.SHUT_RD)


def say_goodbye(
    sock: gsocket.socket, outbox: Outbox, layers: Layers, words: bytes, reason: str
) -> None:
    """Sends what is queued and then `words`, ends the layers and waits, for a bounded time, until
    the peer has read it all. Switches greenlets; does not close the socket.
    """
    outbox.finish(words, layers.last_words(reason))
    if outbox.drain(DRAIN_SECONDS):
        layers.end(DRAIN_SECONDS)
        _linger(sock)


def _linger(sock: gsocket.socket) -> None:
    """Reads what still comes: closing a socket that holds unread bytes resets the connection, and
    a reset may overtake what was sent.
    """
    try:
        sock.shutdown(socket.SHUT_WR)
        left = LINGER_BYTES
        with suppress(gevent.Timeout), gevent.Timeout(LINGER_SECONDS):
            while left > 0:
                data = sock.recv(_READ_BYTES)
                if not data:
                    return
                left -= len(data)
    except OSError:
        pass  # reset or silent: either way there is nothing left to do
