"""What the operator reads: one line for each thing, nothing that people wrote."""

from __future__ import annotations

import io
import json
import logging
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gchat.logs import log_to
from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess

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
    with LineClient(server.port, b"GET /hunter2hunter2 HTTP/1.1\r\nHost: x\r\n\r\n") as web:
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
    log_to(stream, "info", form)
    logging.getLogger("x").warning("from %s", "a\n2026 INFO forged\x1b[2J\u2028x")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


def test_an_exception_is_told_whole(root: logging.Logger) -> None:
    stream = io.StringIO()
    log_to(stream, "info", "json")
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("x").warning("failed", exc_info=True)
    record = json.loads(stream.getvalue())
    assert record["exc_info"].endswith("ValueError: why")
