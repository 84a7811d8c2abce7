"""Tells systemd how the server is: sd_notify(3). Nothing where it was not started by systemd."""

from __future__ import annotations

import os
import socket

from gchat import system


def notify(state: str) -> None:
    """`READY=1`, `STOPPING=1`, `RELOADING=1`."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or not system.UNIX_SOCKETS:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # the abstract namespace
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(state.encode(), address)
    except OSError:
        pass  # whoever wanted to know is gone
