"""What the server makes of what a system has. The runs without it are in tests/systems."""

from __future__ import annotations

import io
import os
import resource
import select
import socket
import threading
import warnings

import pytest

from gchat import assembly, system
from gchat.config import Config, ConfigError
from gchat.config.settings import ServerConfig


class Limits:
    """`resource`, of a system that allows at most `most` files."""

    RLIMIT_NOFILE, RLIM_INFINITY = 7, 1 << 62

    def __init__(self, soft: int, hard: int, most: int) -> None:
        self.limits = (soft, hard)
        self._most = most

    def getrlimit(self, which: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        if limits[0] > self._most:
            raise ValueError("current limit exceeds maximum limit")
        self.limits = limits


@pytest.mark.parametrize(
    ("soft", "hard", "most", "found"),
    [
        (1024, 4096, 4096, 4096),  # Linux
        (4096, 4096, 4096, 4096),
        (1024, 4096, 1024, 1024),  # it may not be raised
        (256, Limits.RLIM_INFINITY, system.OPEN_MAX, system.OPEN_MAX),  # macOS
        (12_000, Limits.RLIM_INFINITY, 12_000, 12_000),  # and is never lowered
        (Limits.RLIM_INFINITY,) * 3 + (system.NO_LIMIT,),
    ],
)
def test_the_limit_of_files_is_raised_as_far_as_that_goes(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, most: int, found: int
) -> None:
    monkeypatch.setattr(system, "_resource", Limits(soft, hard, most))
    assert system.allow_files() == found


def test_without_limits_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_resource", None)
    assert system.allow_files() == system.NO_LIMIT


def test_here_everything_is_there() -> None:
    assert system._resource is resource
    assert {name for _, name, _ in system.SOCKET_OPTIONS} == {
        socket.TCP_NODELAY,
        socket.TCP_NOTSENT_LOWAT,
        socket.SO_KEEPALIVE,
        socket.SO_OOBINLINE,
    }


def test_a_unix_socket_is_refused_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(server=ServerConfig(listen="unix:/run/gchat"))
    assert len(assembly.endpoints(config)) == 2
    monkeypatch.setattr(system, "UNIX_SOCKETS", False)
    with pytest.raises(ConfigError, match="no Unix sockets"):
        assembly.endpoints(config)


@pytest.mark.parametrize("with_poll", [True, False])
def test_what_has_come_is_seen_without_waiting(
    monkeypatch: pytest.MonkeyPatch, with_poll: bool
) -> None:
    if not with_poll:
        monkeypatch.delattr(select, "poll")
    ours, theirs = socket.socketpair()
    with ours:
        assert not system.has_come(ours.fileno())
        theirs.close()
        assert system.has_come(ours.fileno())
        assert system.is_unix(ours.family)
        monkeypatch.setattr(system, "_UNIX", None)
        assert not system.is_unix(ours.family)


def test_every_letter_can_be_written() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    system.readable(stream)
    stream.write("Tuấn")
    system.readable(stream, "utf-8")
    stream.write("Tuấn")
    stream.flush()
    assert stream.buffer.getvalue() == b"Tu\\u1ea5n" + "Tuấn".encode()


def test_coarse_timers_are_accepted() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        system.accept_coarse_timers()
        warnings.warn("libuv only supports millisecond timer resolution", UserWarning, stacklevel=1)


def test_one_thread_gives_way_and_the_others_do_not() -> None:
    found: list[int] = []

    def work() -> None:
        system.give_way()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [max(before, system.LOW_PRIORITY)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_where_priorities_are_of_processes_nobody_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    monkeypatch.delattr(os, "setpriority")  # as on Windows; it would be the process's on macOS
    system.give_way()
