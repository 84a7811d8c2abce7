"""What the load test makes of what a system has. The runs without it are in tests/systems."""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from loadtest import system
from loadtest.crowd import CouldNotStart, Crowd
from loadtest.dialects import Plain

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture(params=[system.EpollPoller, system.SelectorPoller])
def poller(request: pytest.FixtureRequest) -> Iterator[system.Poller]:
    made: system.Poller = request.param()
    yield made
    made.close()


def test_pollers_tell_the_same(poller: system.Poller, pair: Pair) -> None:
    ours, theirs = pair
    poller.add(ours)
    assert poller.wait(0) == []
    theirs.send(b"x")
    assert poller.wait(1) == [(ours.fileno(), 1)]
    poller.watch(ours, writing=True)
    assert poller.wait(1) == [(ours.fileno(), 1 | poller.WRITABLE)]
    poller.watch(ours, writing=False)
    assert poller.wait(1) == [(ours.fileno(), 1)]
    poller.mute(ours)
    assert poller.wait(0) == []
    poller.remove(ours)
    ours.close()
    assert poller.wait(0) == []


def test_on_linux_it_is_epoll() -> None:
    poller = system.poller()
    poller.close()
    assert isinstance(poller, system.EpollPoller)
    assert poller.WRITABLE == select.EPOLLOUT


def test_one_connection_too_many_for_a_process(pair: Pair) -> None:
    ours, theirs = pair
    poller = system.SelectorPoller(most=1)
    poller.add(ours)
    with pytest.raises(OSError, match="--processes"):
        poller.add(theirs)
    poller.remove(ours)
    poller.add(theirs)
    poller.close()


def test_one_connection_too_many_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "poller", lambda: system.SelectorPoller(most=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        crowd = Crowd(lambda number: listener.getsockname(), Plain, lambda address: [])
        crowd.connect(0)
        with pytest.raises(CouldNotStart, match="use more --processes"):
            crowd.connect(1)
        crowd.close()


@pytest.mark.parametrize("asked", [True, False])
def test_what_is_unread(monkeypatch: pytest.MonkeyPatch, pair: Pair, asked: bool) -> None:
    if not asked:
        monkeypatch.setattr(system, "_fcntl", None)
    ours, theirs = pair
    ours.setblocking(False)
    buffer = memoryview(bytearray(100))
    assert system.unread(ours, buffer) == 0
    theirs.send(b"x" * 60)
    assert system.unread(ours, buffer) == 60
    assert ours.recv(100) == b"x" * 60


def test_files_are_allowed_as_far_as_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert system.allow_files(10) in (soft, system.NO_LIMIT)
    if hard != resource.RLIM_INFINITY:
        assert system.allow_files(hard + 1) in (hard, system.NO_LIMIT)
    monkeypatch.setattr(system, "_resource", None)
    assert system.allow_files(10) == system.NO_LIMIT


def test_who_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert system.user_id(("nobody-of-this-name", "root")) == 0
    assert system.user_id(("nobody-of-this-name",)) is None
    monkeypatch.setattr(system, "_pwd", None)
    assert system.user_id(("root",)) is None
    monkeypatch.delattr(os, "geteuid")
    assert not system.is_root()


def test_the_processor_has_a_name() -> None:
    assert system.cpu_name()


def test_a_process_is_asked_to_end_or_killed() -> None:
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    for end in (system.ask_to_end, lambda process: system.end_at_once(process.pid)):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            end(process)
            process.wait()


def test_signals_are_blocked_only_meanwhile() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with system.signals_blocked():
        assert set(system.SIGNALS) <= signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
