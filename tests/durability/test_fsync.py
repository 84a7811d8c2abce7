"""Seen from outside: what people are shown was synced to the disk before it was sent."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gchat.journal.sqlite.store import FILE
from gchat.wire.message import parse
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

ATTACH_SECONDS = 20.0
# `12 fdatasync(9</tmp/x/journal.sqlite-wal>) = 0`, also where it was interrupted by another thread
SYNC = re.compile(
    rf"^(\d+) +(?:fdatasync|fsync)\(\d+<[^>]*/{FILE}-wal>(?P<begun> <unfinished)?", re.ASCII
)
RESUMED = re.compile(r"^(\d+) +<\.\.\. (?:fdatasync|fsync) resumed>")
SEND = re.compile(r"^\d+ +(?:sendto|send|write|sendmsg)\(\d+<[^>]*>, \"(?P<data>.*)\"")


class Trace:
    """The system calls of a server from here on."""

    def __init__(self, strace: str, server: ServerProcess, output: Path) -> None:
        self._output = output
        calls = "trace=fdatasync,fsync,sendto,sendmsg,write"
        self._process = subprocess.Popen(
            [
                *(strace, "-f", "-y", "-s", "400", "-e", calls),
                *("-o", str(output), "-p", str(server.process.pid)),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        line = self._process.stderr.readline()
        if "attached" not in line:
            self._process.wait(ATTACH_SECONDS)
            pytest.fail(f"strace cannot be attached: {line}")

    def stop(self) -> Iterator[str]:
        """`sync` for each sync of the log that is done, and what was sent, in order."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(ATTACH_SECONDS)
        assert self._process.stderr is not None
        self._process.stderr.close()
        syncing: set[str] = set()
        for line in self._output.read_text(errors="replace").splitlines():
            sync, resumed, send = SYNC.match(line), RESUMED.match(line), SEND.match(line)
            if sync and sync["begun"]:
                syncing.add(sync[1])
            elif sync or (resumed and resumed[1] in syncing):
                syncing.discard((sync or resumed or {1: ""})[1])
                yield "sync"
            elif send:
                yield send["data"]


STEPS = (  # what is done, a part of what is shown of it
    ("PRIVMSG #room :one", "PRIVMSG #room :one"),
    ("TOPIC #room :two", "TOPIC #room :two"),
    ("MODE #room +m", "MODE #room +m"),
    ("MODE #room +v Tuan", "MODE #room +v Tuan"),
    ("JOIN #other", "JOIN #other"),
    ("RENAME #other #another :why", "RENAME #other #another"),
    ("PART #another :so long", "PART #another :so long"),
    ("REGISTER * * secret-secret", "REGISTER SUCCESS Tuan"),
    ("MARKREAD #room timestamp=2020-01-01T00:00:00.000Z", "MARKREAD #room timestamp=2020"),
    ("PRIVMSG ChanServ :REGISTER #room", "MODE #room +q Tuan"),
    ("METADATA * SET color :red", "761 Tuan Tuan color"),
    ("NICK Tuan2", "NICK Tuan2"),
    ("PRIVMSG #room :last", "PRIVMSG #room :last"),
)
CAPS = (
    "batch",
    "draft/account-registration",
    "draft/channel-rename",
    "draft/message-redaction",
    "draft/metadata-3",
    "draft/read-marker",
    "echo-message",
    "message-tags",
)


def test_each_thing_is_synced_before_it_is_shown(
    make_server: Callable[..., ServerProcess], need: Callable[[str], str], tmp_path: Path
) -> None:
    strace = need("strace")
    server = make_server("--data", str(tmp_path / "data"), accounts_iterations=4096)
    tuan = IrcClient(server.port, "Tuan", *CAPS, join="#room")
    trace = Trace(strace, server, tmp_path / "trace")
    msgid = ""
    steps = list(STEPS)
    for command, shown in steps:
        tuan.send(command)
        while shown not in (line := tuan.read_line()):
            pass
        msgid = parse(line).tags.get("msgid", msgid)
    tuan.send(f"REDACT #room {msgid} :oops")
    tuan.until("REDACT")
    steps.append(("", f"REDACT #room {msgid}"))

    synced = False
    seen = []
    for what in trace.stop():
        if what == "sync":
            synced = True
        for _, shown in steps:
            if shown in what and shown not in seen:
                assert synced, f"{shown} was sent before it was on disk"
                seen.append(shown)
                synced = False
    assert seen == [shown for _, shown in steps]
