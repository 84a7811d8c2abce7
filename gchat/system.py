"""What differs between operating systems, for the server: nothing else in it asks where it runs.

What a system does not have is missing here too: a signal, a limit, a kind of socket. Whatever a
library does the same on every system (locks, folders, the loop) is not here.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import warnings
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any, TextIO

KERNEL_BYTES = 128 * 1024  # unsent, that the kernel holds for one peer, where it can be told so
LOW_PRIORITY = 10  # as of nice; such a thread still gets a tenth of a busy processor
NO_LIMIT = 1 << 20  # files, where the system names no limit: Windows, for sockets
OPEN_MAX = 10_240  # files; macOS refuses to go above it, even where its hard limit is infinite

_WANTED = (
    # what is sent is batched already
    ("IPPROTO_TCP", "TCP_NODELAY", 1),
    # otherwise the kernel would keep megabytes for a peer that does not read
    ("IPPROTO_TCP", "TCP_NOTSENT_LOWAT", KERNEL_BYTES),
    # finds peers that died silently
    ("SOL_SOCKET", "SO_KEEPALIVE", 1),
    # Telnet's urgent byte is the end of a command
    ("SOL_SOCKET", "SO_OOBINLINE", 1),
)


def _signals(*names: str) -> tuple[int, ...]:
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


# SIGBREAK: Ctrl+Break on Windows, which is also how one program asks another to end there
STOP_SIGNALS = _signals("SIGINT", "SIGTERM", "SIGBREAK")
RELOAD_SIGNALS = _signals("SIGHUP")
_UNIX: int | None = getattr(socket, "AF_UNIX", None)
UNIX_SOCKETS = _UNIX is not None
# Windows opens no folders: what is done to the names in one is as safe there as it can be
CAN_SYNC_FOLDERS = hasattr(os, "O_DIRECTORY")
# (level, name, value) of every connection's socket
SOCKET_OPTIONS = tuple(
    (getattr(socket, level), getattr(socket, name), value)
    for level, name, value in _WANTED
    if hasattr(socket, name)
)
# tells which of many sockets something has come to; None where there is none like it
EPOLL: Any = getattr(select, "epoll", None)
ARRIVED: int = getattr(select, "EPOLLIN", 0)
# what it is to tell: once for all that came at once, also the peer's end and an urgent byte
ARRIVALS: int = ARRIVED
for _name in ("EPOLLRDHUP", "EPOLLPRI", "EPOLLET"):
    ARRIVALS |= getattr(select, _name, 0)
_resource = _module("resource")


def allow_files() -> int:
    """How many files and connections may be open at once; raises the limit as far as that goes."""
    if _resource is None:
        return NO_LIMIT
    soft, hard = _resource.getrlimit(_resource.RLIMIT_NOFILE)
    for most in (hard, max(soft, OPEN_MAX)) if soft != hard else ():
        try:
            _resource.setrlimit(_resource.RLIMIT_NOFILE, (most, hard))
        except (ValueError, OSError):
            continue
        soft = most
        break
    return NO_LIMIT if soft == _resource.RLIM_INFINITY else int(soft)


def give_way() -> None:
    """Has the calling thread run after others, where threads have priorities of their own."""
    if not hasattr(os, "sched_setscheduler"):
        return  # Windows, and macOS, where a priority is the whole process's
    mine = os.PRIO_PROCESS, threading.get_native_id()
    with suppress(OSError):  # where this is no number of a process
        # somebody who runs the server with a lower one still has less
        os.setpriority(*mine, max(os.getpriority(*mine), LOW_PRIORITY))


def is_unix(family: int) -> bool:
    """Whether a socket of this family is a Unix socket."""
    return family == _UNIX


def has_come(descriptor: int) -> bool:
    """Whether a socket has something to read, or has ended; without waiting."""
    if not hasattr(select, "poll"):  # Windows, where select takes any number
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def readable(stream: TextIO, encoding: str | None = None) -> None:
    """Has a stream take every letter: in `encoding` where one is given, otherwise in its own (on
    Windows often one of 256 letters), with what that has not written as an escape.
    """
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors="backslashreplace")


def accept_coarse_timers() -> None:
    """libuv, gevent's loop on Windows, warns of each wait below a millisecond. That it takes one is
    all that we could do about it too.
    """
    warnings.filterwarnings("ignore", "libuv only supports millisecond", UserWarning)
