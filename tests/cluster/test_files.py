"""Files of two nodes in one folder: sent to one, and there at the other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cluster.nodes import ClusterNode
from tests.support.accounts import log_in, register
from tests.support.clients import IrcClient
from tests.support.files import ask, basic, send, token
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

REDACTION = ("batch", "draft/message-redaction", "echo-message", "message-tags")
DATA = os.urandom(600_000)


class Pair(NamedTuple):
    """Two nodes that keep files in one folder."""

    a: ClusterNode
    b: ClusterNode
    folder: Path

    def kept(self, node: str) -> list[str]:
        """What is in the part of a node, apart from its lock."""
        part = self.folder / "nodes" / node
        found = [one.relative_to(part).as_posix() for one in part.rglob("*") if one.is_file()]
        return sorted(set(found) - {"files.lock"})


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    folder = tmp_path / "shared"
    with (
        Valkey(tmp_path / "log") as log,
        ClusterNode("a", tmp_path, log.url, files_folder=folder) as a,
        ClusterNode("b", tmp_path, log.url, files_folder=folder) as b,
    ):
        yield Pair(a, b, folder)


def statuses(pair: Pair, where: str) -> list[int]:
    """What both nodes say of a file."""
    return [ask(node.port, "GET", where).status for node in (pair.a, pair.b) if node.runs]


def test_sent_to_one_and_fetched_from_the_other(pair: Pair) -> None:
    tuan = IrcClient(pair.a.port, "Tuan", join="#lobby")
    duy = IrcClient(pair.b.port, "Duy", join="#lobby")
    made = send(tuan, DATA, "a.bin")
    assert made.status == 201
    assert made.where.startswith("/files/a.")
    tuan.ask(f"PRIVMSG #lobby :http://127.0.0.1:{pair.a.port}{made.where}")
    shown = duy.until("PRIVMSG")[-1].params[1]
    there = ask(pair.b.port, "GET", "/files" + shown.partition("/files")[2])
    assert (there.status, there.body) == (200, DATA)
    here = ask(pair.a.port, "HEAD", made.where)
    same = ("etag", "content-type", "content-disposition", "content-length")
    assert [there.headers[name] for name in same] == [here.headers[name] for name in same]
    part = ask(pair.b.port, "GET", made.where, Range="bytes=262000-400000")
    assert (part.status, part.body) == (206, DATA[262000:400001])
    for wrong in ("b", "c", "..", "a.a", ""):
        id_ = made.where.split("/")[2].partition(".")[2]
        assert set(statuses(pair, f"/files/{wrong}.{id_}/a.bin")) == {404}


def test_deleted_at_the_other(pair: Pair) -> None:
    """By whoever sent it, and nobody else; the owner forgets it when it is asked."""
    tuan, duy = IrcClient(pair.a.port, "Tuan"), IrcClient(pair.b.port, "Duy")
    where, kept = send(tuan, DATA).where, send(tuan, b"kept").where
    assert ask(pair.b.port, "DELETE", where, Authorization=token(duy)).status == 403
    assert statuses(pair, where) == [200, 200]
    mine = token(tuan)  # of one node, used at another: a balancer chooses
    assert ask(pair.b.port, "DELETE", where, Authorization=mine).status == 204
    assert ask(pair.b.port, "DELETE", kept, Authorization=mine).status == 401, "used"
    assert f"content/{hashlib.sha256(DATA).hexdigest()}" in pair.kept("a")
    assert statuses(pair, where) == [404, 404]
    assert len(pair.kept("a")) == 2, "its contents went as it was asked for"
    assert statuses(pair, kept) == [200, 200]


def test_a_token_of_one_node_sends_to_another(pair: Pair) -> None:
    tuan = IrcClient(pair.a.port, "Tuan")
    made = ask(pair.b.port, "POST", "/files", b"data", Authorization=token(tuan))
    assert (made.status, made.where[:9]) == (201, "/files/b.")
    assert ask(pair.a.port, "DELETE", made.where, Authorization=token(tuan)).status == 204
    assert statuses(pair, made.where) == [404, 404]


def test_taken_back_with_its_message_at_the_other(pair: Pair) -> None:
    """https://ircv3.net/specs/extensions/message-redaction"""
    register(pair.a, "Tuan")
    here, there = log_in(pair.a, "Tuan", *REDACTION), log_in(pair.b, "Tuan", *REDACTION, nick="T2")
    other = IrcClient(pair.a.port, "Duy")
    ids = [send(one, one.nick.encode()).where for one in (here, there, other)]
    for one in (here, there):
        one.join("#room")
    text = " ".join(f"http://127.0.0.1:{pair.a.port}{where}" for where in ids)
    here.send(f"PRIVMSG #room :{text}")
    message = there.until("PRIVMSG")[-1]
    there.ask(f"REDACT #room {message.tags['msgid']}")
    assert [statuses(pair, where) for where in ids] == [[404, 404], [404, 404], [200, 200]]


def test_a_node_that_is_down_and_comes_back(pair: Pair) -> None:
    register(pair.a, "Tuan")
    mine = basic("Tuan")
    gone, kept = (
        ask(pair.a.port, "POST", "/files", data, Authorization=mine).where
        for data in (DATA, b"kept")
    )
    pair.a.die()
    assert ask(pair.b.port, "GET", gone).body == DATA
    assert ask(pair.b.port, "DELETE", gone, Authorization=mine).status == 204
    assert (statuses(pair, gone), statuses(pair, kept)) == ([404], [200])
    pair.a.start()
    assert (statuses(pair, gone), statuses(pair, kept)) == ([404, 404], [200, 200])
    assert len(pair.kept("a")) == 2, "its contents went at the start"
    assert "Traceback" not in pair.a.log + pair.b.log


def test_a_node_that_does_not_come_back(pair: Pair) -> None:
    """Others look after its part, when they start and then every half hour."""
    tuan = IrcClient(pair.a.port, "Tuan")
    gone, kept = send(tuan, DATA).where, send(tuan, b"kept").where
    assert ask(pair.b.port, "DELETE", gone, Authorization=token(tuan)).status == 204
    pair.a.die()
    os.utime(pair.folder / "nodes/a/files.lock", (0, 0))  # for long
    assert len(pair.kept("a")) == 3
    pair.b.stop()
    pair.b.start()
    wait_until(lambda: len(pair.kept("a")) == 2)
    assert ask(pair.b.port, "GET", kept).body == b"kept"
    pair.a.start()
    assert statuses(pair, kept) == [200, 200]


def test_limits_are_those_of_each_node(tmp_path: Path) -> None:
    """And what another node deleted counts no more."""
    folder = tmp_path / "shared"
    how = {"files_folder": folder, "files_bytes": len(DATA)}
    with (
        Valkey(tmp_path / "log") as log,
        ClusterNode("a", tmp_path, log.url, **how) as a,
        ClusterNode("b", tmp_path, log.url, **how) as b,
    ):
        pair = Pair(a, b, folder)
        tuan = IrcClient(a.port, "Tuan")
        where = send(tuan, DATA).where
        assert send(tuan, b"more").status == 507
        assert ask(b.port, "POST", "/files", DATA, Authorization=token(tuan)).status == 201
        assert ask(b.port, "DELETE", where, Authorization=token(tuan)).status == 204
        assert statuses(pair, where) == [404, 404]
        assert send(tuan, DATA).status == 201


def test_what_a_single_server_kept_there(tmp_path: Path) -> None:
    """Its addresses stay when it becomes a node."""
    folder = tmp_path / "shared"
    with Valkey(tmp_path / "log") as log:
        a = ClusterNode("a", tmp_path, log.url, files_folder=folder)
        alone = ClusterNode("a", tmp_path, "", files_folder=folder)
        with alone:
            where = send(IrcClient(alone.port, "Tuan"), DATA).where
            assert "." not in where.split("/")[2]
        with a, ClusterNode("b", tmp_path, log.url, files_folder=folder) as b:
            assert ask(b.port, "GET", where).body == DATA
