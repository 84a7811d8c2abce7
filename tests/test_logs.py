"""What the operator reads: one line for each thing, nothing that people wrote."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gchat.logs import QueueingHandler, log_to
from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess, free_port

SECRETS = ("open sesame", "hunter2hunter2", "top secret topic")


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_messages_nor_secrets_are_logged(
    make_server: Callable[..., ServerProcess], tmp_path: Path, form: str
) -> None:
    server = make_server("--data", str(tmp_path), log_level="debug", log_format=form)
    tuan = IrcClient(server.port, "Tuan", "sasl", join="#room")
    tuan.ask("PRIVMSG #room :open sesame", "TOPIC #room :top secret topic")
    tuan.ask("NS REGISTER hunter2hunter2", "OPER admin hunter2hunter2", "PASS hunter2hunter2")
    server.process.send_signal(signal.SIGHUP)  # is logged
    while "reloaded" not in server.log:
        tuan.sync()
    with PlainClient(server.port, "Duy") as duy:
        duy.say("open sesame")
        duy.read_line()
    with LineClient(
        server.port, b"GET /hunter2hunter2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    ) as web:
        web.read_to_end()
    assert server.log
    assert not [secret for secret in SECRETS if secret in server.log]
    if form == "json":
        records = [json.loads(line) for line in server.log.splitlines()]
        assert all({"time", "level", "logger", "message"} <= record.keys() for record in records)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before = logger.handlers, logger.level
    logger.handlers = []
    yield logger
    logger.handlers, logger.level = before


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_strangers_chose_begins_no_line(root: logging.Logger, form: str) -> None:
    stream = io.StringIO()
    with closing(log_to(stream, "info", form)):
        logging.getLogger("x").warning("from %s", "a\n2026 INFO forged\x1b[2J\u2028x")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


def test_an_exception_is_told_whole(root: logging.Logger) -> None:
    stream = io.StringIO()
    with closing(log_to(stream, "info", "json")):
        try:
            raise ValueError("why")
        except ValueError:
            logging.getLogger("x").warning("failed", exc_info=True)
    record = json.loads(stream.getvalue())
    assert record["exc_info"].endswith("ValueError: why")


def test_lines_that_nobody_reads_are_dropped_and_counted() -> None:
    """And nobody waits for them: 64 KiB fill a pipe."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading) as read:
        handler = QueueingHandler(stream, waiting=1000)
        logger = logging.getLogger("flood")
        logger.propagate = False
        logger.addHandler(handler)
        logging.getLogger("gchat.logs").addHandler(handler)
        lines = 0
        while not handler._dropped:
            logger.warning("x" * 99)
            lines += 1
        for _ in range(9):
            logger.warning("x" * 99)
        got = [read.readline() for _ in range(lines - 1)]  # all but the one that was dropped
        assert set(got) == {"x" * 99 + "\n"}
        logger.warning("again")
        assert read.readline() == "again\n"
        assert read.readline() == "10 lines of the log were dropped\n"
        logger.removeHandler(handler)
        logging.getLogger("gchat.logs").removeHandler(handler)
        handler.close()


def test_an_unread_log_stops_nobody(tmp_path: Path) -> None:
    """64 KiB of it, and the server stood still."""
    flags = ["--port", "0", "--data", str(tmp_path), "--log-level", "debug"]
    environment = os.environ | {"GCHAT_SERVER_PROXIES": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gchat", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    for _ in range(1200):  # some 90 bytes each
        with LineClient(port, b"no header\n") as client:
            client.read_to_end()
    tuan = LineClient(port, b"PROXY UNKNOWN\r\nTuan\n")
    assert tuan.read_line() == "Tuan has connected to the chat room"
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0, "nobody reads the last lines either"
    process.stdout.close()
    process.stderr.close()


def test_a_health_check_is_no_warning(make_server: Callable[..., ServerProcess]) -> None:
    server = make_server(server_proxies="127.0.0.1", log_level="debug")
    LineClient(server.port).close()
    with LineClient(server.port, b"no header\n") as client:
        client.read_to_end()
    while "no PROXY header" not in server.log:
        pass
    assert server.log.count("did not send a valid") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="sockets that keep each write apart")
@pytest.mark.parametrize("flags", [("--port", "0"), ("--port", "x"), ("--host", "not.a.host")])
def test_each_line_is_written_in_one_piece(flags: tuple[str, ...]) -> None:
    """What people read and the log may come to one terminal, or one file."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-u", "-m", "gchat", "--memory", *flags]
    with ours, subprocess.Popen(words, stdout=theirs.fileno(), stderr=theirs.fileno()) as server:
        theirs.close()
        pieces = [ours.recv(65536)]
        while pieces[-1] and b"kept in memory" not in b"".join(pieces):
            pieces.append(ours.recv(65536))
        server.terminate()
        while pieces[-1]:
            pieces.append(ours.recv(65536))
    assert not [piece for piece in pieces if piece and not piece.endswith(b"\n")]
    started = b"Server started on 127.0.0.1:" in b"".join(pieces)
    assert started is (flags == ("--port", "0"))


def test_nobody_reads_what_it_prints() -> None:
    """As `python -m gchat | head -1` does: the server goes on."""
    port = free_port()
    words = [sys.executable, "-m", "gchat", "--memory", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdout.close()
        while b"listening on" not in (line := server.stderr.readline()):
            assert line
        with PlainClient(port, "Tuan") as tuan:
            tuan.say("hello")
            assert tuan.read_line() == "Tuan: hello"
        server.terminate()
        rest = server.stderr.read()
    assert b"Traceback" not in rest
    assert server.returncode == 0
