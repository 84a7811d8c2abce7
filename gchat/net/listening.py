"""What is said when nothing can listen at an address."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from gchat.errors import GchatError
from gchat.wire.address import readable_address

Where = tuple[str, int] | str  # host and port, or the path of a Unix socket


class CannotListen(GchatError):
    """Nothing can listen at an address; the text says why and what to do."""


@contextmanager
def listening(where: Where, setting: str = "") -> Iterator[None]:
    """Raises CannotListen instead of OSError. `setting`: where the address is from, "" for --host
    and --port.
    """
    try:
        yield
    except OSError as error:
        raise CannotListen(_sentence(where, error, setting)) from None


def _sentence(where: Where, error: OSError, setting: str) -> str:
    host, named = (where, where) if isinstance(where, str) else (where[0], readable_address(*where))
    port, address = (f"address in {setting}",) * 2 if setting else ("--port", "--host")
    if error.errno == errno.EADDRINUSE:
        return (
            f"{named} is already in use. Stop the program that uses it, or choose another {port}."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        above = f"a port above 1023 in {setting}" if setting else "a --port above 1023"
        choose = f"another {address}" if isinstance(where, str) else above
        return f"no permission to listen on {named}. Choose {choose}."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine. Choose another {address}."
    if isinstance(error, socket.gaierror):
        return f"the host {host!r} is unknown. Choose another {address}."
    return f"cannot listen on {named}: {error.strerror or error}."
