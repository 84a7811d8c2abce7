"""What differs between operating systems, for the load test: nothing else in it asks where it runs.

What a system lacks is missing here too. Processes are measured by psutil, everywhere alike.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import select
import selectors
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

SELECT_SOCKETS = 500  # that one process can watch on Windows, where Python is built with 512
NO_LIMIT = 1 << 20  # files, where the system names no limit
_INT = struct.Struct("i")


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


_fcntl, _pwd, _resource, _termios = map(_module, ("fcntl", "pwd", "resource", "termios"))

# -- signals and processes

# SIGBREAK: Ctrl+Break on Windows, where there is no SIGHUP
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
_CAN_BLOCK = hasattr(signal, "pthread_sigmask")
_NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
_BREAK: int = getattr(signal, "CTRL_BREAK_EVENT", 0)
# for Popen: a process that Ctrl+C in our terminal is not for
OWN_GROUP: dict[str, Any] = {"creationflags": _NEW_GROUP} if _NEW_GROUP else {"process_group": 0}


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """Processes that are started inside have SIGNALS blocked, where a system can do that: Ctrl+C in
    a terminal goes to all of them. Elsewhere they ignore them: `ignore_signals`.
    """
    if not _CAN_BLOCK:
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415 - not on Windows

    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        resource_tracker.ensure_running()  # which unblocks some, where it was not running
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_signals() -> None:
    """At the beginning of a process that was started within `signals_blocked`."""
    for number in () if _CAN_BLOCK else SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def ask_to_end(process: subprocess.Popen[Any]) -> None:
    """Has a process of its own group end in an orderly way."""
    if not _BREAK:
        process.terminate()
        return
    try:  # on Windows, terminating is killing
        process.send_signal(_BREAK)
    except OSError:  # without a console nobody can be asked
        process.terminate()


def end_at_once(pid: int) -> None:
    """Kills a child and waits for it; nothing where it has ended by itself. Takes no lock."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError, PermissionError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        os.waitpid(pid, 0)


def measured(process: Any) -> Any:
    """Which psutil.Process does the work of one that was started: on Windows the Python of a
    virtual environment only starts another one, and waits for it.
    """
    children = process.children() if _NEW_GROUP else []
    return children[0] if children else process


# -- users


def is_root() -> bool:
    """Whether we are root; on Windows nobody is."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def user_id(names: Sequence[str]) -> int | None:
    """The number of the first of these users that there is."""
    for name in names:
        with contextlib.suppress(KeyError, AttributeError):
            return int(_pwd.getpwnam(name).pw_uid)
    return None


# -- files, sockets, the machine


def allow_files(needed: int) -> int:
    """How many files may be open at once; raises the limit to `needed` if that may be done."""
    if _resource is None:
        return NO_LIMIT
    soft, hard = _resource.getrlimit(_resource.RLIMIT_NOFILE)
    if soft == _resource.RLIM_INFINITY:
        return NO_LIMIT
    if soft >= needed:
        return int(soft)
    if hard != _resource.RLIM_INFINITY and needed > hard:
        return int(hard)
    try:
        _resource.setrlimit(_resource.RLIMIT_NOFILE, (needed, hard))
    except (ValueError, OSError):  # macOS has a further limit
        return int(soft)
    return needed


def unread(sock: socket.socket, buffer: memoryview) -> int:
    """Bytes that have come and were not read yet; where the system cannot be asked, those that fit
    into `buffer`, which is overwritten.
    """
    if _fcntl is not None and _termios is not None:
        found: int = _INT.unpack(_fcntl.ioctl(sock, _termios.FIONREAD, _INT.pack(0)))[0]
        return found
    try:
        return sock.recv_into(buffer, 0, socket.MSG_PEEK)
    except OSError:
        return 0


def cpu_name() -> str:
    """What the processor is called."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        if Path("/proc/cpuinfo").exists():
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
        elif Path("/usr/sbin/sysctl").exists():  # macOS
            command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=5)
            return said.stdout.strip()
    return platform.processor() or "unknown"


# -- waiting for sockets


class Poller(Protocol):
    """Tells which sockets can be read or written. `WRITABLE` is the bit of the latter."""

    WRITABLE: int

    def add(self, sock: socket.socket) -> None:
        """Watches a socket for something to read. Raises OSError where it is one too many."""

    def watch(self, sock: socket.socket, *, writing: bool) -> None:
        """Watches it for something to read, and with `writing` for room to write."""

    def mute(self, sock: socket.socket) -> None:
        """Does not watch it for anything."""

    def remove(self, sock: socket.socket) -> None:
        """Forgets a socket that is about to be closed."""

    def wait(self, seconds: float) -> Sequence[tuple[int, int]]:
        """File descriptors and bits; waits at most `seconds`, exact to the microsecond."""

    def close(self) -> None:
        """Watches nothing any more."""


class EpollPoller:
    """Linux. `selectors` takes twice as long for each socket that is ready (0.7 µs, not 0.35), and
    rounds what it waits up to milliseconds, by which messages would be late.
    """

    WRITABLE = 4  # select.EPOLLOUT

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self.close = self._epoll.close

    def add(self, sock: socket.socket) -> None:
        self._epoll.register(sock, select.EPOLLIN)

    def watch(self, sock: socket.socket, *, writing: bool) -> None:
        self._epoll.modify(sock, select.EPOLLIN | (select.EPOLLOUT if writing else 0))

    def mute(self, sock: socket.socket) -> None:
        self._epoll.modify(sock, 0)

    def remove(self, sock: socket.socket) -> None:
        """Nothing: a closed socket is forgotten by itself."""

    def wait(self, seconds: float) -> Sequence[tuple[int, int]]:
        # epoll's own timeout is in milliseconds
        select.select([self._epoll], [], [], max(0.0, seconds))
        return self._epoll.poll(0)


class SelectorPoller:
    """Everywhere else: kqueue on macOS, select on Windows."""

    WRITABLE = selectors.EVENT_WRITE

    def __init__(self, most: int | None = None) -> None:
        self._selector = selectors.DefaultSelector()
        narrow = isinstance(self._selector, selectors.SelectSelector)
        self._most = most or (SELECT_SOCKETS if narrow else NO_LIMIT)
        self._watched: dict[socket.socket, int] = {}  # bits
        self.close = self._selector.close

    def add(self, sock: socket.socket) -> None:
        if len(self._watched) >= self._most:
            raise OSError(
                errno.EMFILE,
                f"a process can watch {self._most} connections on this system; "
                "use more --processes",
            )
        self._set(sock, selectors.EVENT_READ)

    def watch(self, sock: socket.socket, *, writing: bool) -> None:
        self._set(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0))

    def mute(self, sock: socket.socket) -> None:
        self._set(sock, 0)

    def remove(self, sock: socket.socket) -> None:
        if sock in self._watched:
            self._set(sock, 0)
            del self._watched[sock]

    def wait(self, seconds: float) -> Sequence[tuple[int, int]]:
        return [(key.fd, bits) for key, bits in self._selector.select(max(0.0, seconds))]

    def _set(self, sock: socket.socket, bits: int) -> None:
        before, self._watched[sock] = self._watched.get(sock, 0), bits
        if not before and bits:
            self._selector.register(sock, bits)
        elif before and bits:
            self._selector.modify(sock, bits)
        elif before:
            self._selector.unregister(sock)


def poller() -> Poller:
    """The best that there is here."""
    return EpollPoller() if hasattr(select, "epoll") else SelectorPoller()
