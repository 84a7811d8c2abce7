"""Files in a bucket: as in a folder, nothing is half there."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from gchat.config import Config, FilesConfig, JournalConfig
from gchat.filekeeping import FileKeeping
from gchat.files.entry import NoRoom, Owner
from gchat.files.files import WRITE_BYTES, FolderFiles
from gchat.files.s3 import PART_BYTES, Bucket, BucketShelf, SharedBucket
from gchat.files.shelf import Shelf, ShelfError
from tests.cluster.nodes import ClusterNode
from tests.files.test_shelf import content, on_the_spot, opened, sent, there
from tests.support.clients import IrcClient
from tests.support.files import answered, ask, picture, send, token
from tests.support.process import ServerProcess
from tests.support.s3 import BUCKET, KEYS, S3
from tests.support.valkey import Valkey


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def s3() -> Iterator[S3]:
    with S3() as found:
        yield found


class Broken(Bucket):
    """Something of it does not work, once it is told so."""

    fails = ""

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        if self.fails == "put":  # it came, and nobody was told
            raise OSError(5, "no answer")

    def upload(self, key: str, path: Path) -> None:
        if self.fails == "upload":
            raise OSError(5, "no answer")
        super().upload(key, path)

    def delete(self, key: str) -> None:
        if self.fails == "delete":
            raise OSError(5, "no answer")
        super().delete(key)


def shelf_of(s3: S3, folder: Path, owner: str = "me", prefix: str = "x/") -> BucketShelf:
    bucket = Broken(BUCKET, s3.url)
    return BucketShelf(bucket, prefix, Shelf(folder, durable=False), owner)


def kept(s3: S3, prefix: str = "x/") -> list[str]:
    """What is in the bucket, apart from whose it is."""
    return [name.removeprefix(prefix) for name in s3.names() if not name.endswith("/owner")]


def test_what_was_kept_is_there_after_a_restart(s3: S3, tmp_path: Path) -> None:
    shelf = shelf_of(s3, tmp_path)
    files = opened(shelf)
    large = os.urandom(PART_BYTES + 2 * WRITE_BYTES + 7)  # it goes in parts
    one, other = sent(files, large), sent(files, picture(), "ảnh.png")
    assert there(tmp_path) == {"files.lock"}, "nothing is left on the disk"
    shelf.close()
    shelf = shelf_of(s3, tmp_path)
    again = opened(shelf)
    assert [again.find(entry.id) for entry in (one, other)] == [one, other]
    assert content(again, one) == large
    assert b"".join(again.read(one, 5, WRITE_BYTES)) == large[5 : WRITE_BYTES + 5]
    assert (one.kind, other.kind) == ("", "image/png")
    assert again.ledger.bytes == one.size + other.size
    shelf.close()


def test_the_same_contents_are_kept_once(s3: S3, tmp_path: Path) -> None:
    shelf = shelf_of(s3, tmp_path)
    files = opened(shelf)
    one, other = sent(files, b"same"), sent(files, b"same", "b.txt", Owner("you"))
    assert len(kept(s3)) == 3
    files.remove(one)
    assert content(files, other) == b"same"
    files.remove(other)
    assert kept(s3) == []
    with pytest.raises(FileNotFoundError):
        content(files, other)
    assert files.ledger.bytes == 0
    shelf.close()


@pytest.mark.parametrize("fails", ["upload", "put"])
def test_what_fails_keeps_nothing(s3: S3, tmp_path: Path, fails: str) -> None:
    shelf = shelf_of(s3, tmp_path)
    files = opened(shelf)
    before = sent(files, b"before")
    upload = files.begin(Owner("me"), "here", "a.txt", 4)
    upload.take(b"data")
    shelf._bucket.fails = fails  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="no answer"):
        upload.finish()
    upload.give_up()
    assert kept(s3) == [f"content/{before.sha256}", f"entries/{before.id}.json"]
    assert there(tmp_path) == {"files.lock"}
    assert (files.ledger.bytes, files.ledger.number, files.ledger.coming) == (6, 1, 0)
    shelf._bucket.fails = ""  # type: ignore[attr-defined]
    assert content(files, sent(files, b"data")) == b"data"
    shelf.close()


def test_what_cannot_be_removed_is_there_still(s3: S3, tmp_path: Path) -> None:
    shelf = shelf_of(s3, tmp_path)
    files = opened(shelf)
    entry = sent(files, b"kept")
    shelf._bucket.fails = "delete"  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="no answer"):
        files.remove(entry)
    assert files.find(entry.id) == entry
    shelf._bucket.fails = ""  # type: ignore[attr-defined]
    files.remove(entry)
    assert kept(s3) == []
    shelf.close()


def test_the_disk_that_files_pass_is_full(s3: S3, tmp_path: Path) -> None:
    shelf = shelf_of(s3, tmp_path)
    settings = FilesConfig(spare_bytes=1 << 50)
    files = FolderFiles(shelf, on_the_spot, on_the_spot, lambda: settings, lambda: 1)
    upload = files.begin(Owner("me"), "here", "a.txt", 4)
    upload.take(b"data")
    with pytest.raises(NoRoom):
        upload.finish()
    upload.give_up()
    assert kept(s3) == []
    shelf.close()


def test_what_a_killed_server_leaves_behind_is_removed(
    s3: S3, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = shelf_of(s3, tmp_path)
    files = opened(shelf)
    one, lost, broken = (sent(files, data) for data in (b"kept", b"lost", b"broken"))
    shelf.close()
    (tmp_path / "incoming/half").write_bytes(b"ha")
    put = s3.client.put_object
    put(Bucket=BUCKET, Key=f"x/content/{'0' * 64}", Body=b"nobody names it")
    put(Bucket=BUCKET, Key=f"x/entries/{broken.id}.json", Body=b"{")
    put(Bucket=BUCKET, Key="other/content/a", Body=b"of somebody else")
    s3.client.delete_object(Bucket=BUCKET, Key=f"x/content/{lost.sha256}")
    s3.client.create_multipart_upload(Bucket=BUCKET, Key="x/content/half")
    shelf = shelf_of(s3, tmp_path)
    with caplog.at_level(logging.WARNING):
        again = opened(shelf)
    assert [again.find(entry.id) for entry in (one, lost, broken)] == [one, None, None]
    assert "2 files in gchat-tests are damaged" in caplog.text
    assert [name for name in kept(s3) if "content" in name] == [
        "other/content/a",
        f"content/{one.sha256}",
    ]
    assert "Uploads" not in s3.client.list_multipart_uploads(Bucket=BUCKET)
    assert there(tmp_path) == {"files.lock"}
    shelf.close()


def test_one_server_for_each_prefix(s3: S3, tmp_path: Path) -> None:
    first, second = shelf_of(s3, tmp_path / "a"), shelf_of(s3, tmp_path / "b", "you")
    first.load()
    with pytest.raises(ShelfError, match=r"x/owner in the bucket .* is another server's"):
        second.load()
    other = shelf_of(s3, tmp_path / "c", "you", "y/")
    assert other.load() == []
    for shelf in (first, second, other):
        shelf.close()


def test_a_bucket_that_cannot_be_used(s3: S3, tmp_path: Path) -> None:
    shelf = BucketShelf(Bucket("no-such-bucket", s3.url), "", Shelf(tmp_path), "me")
    with pytest.raises(ShelfError, match="The bucket no-such-bucket cannot be used"):
        shelf.load()
    shelf.close()


def test_nodes_see_each_others(s3: S3, tmp_path: Path) -> None:
    nodes: list[tuple[BucketShelf, FolderFiles]] = []
    for name in ("a", "b"):
        shared = SharedBucket(Bucket(BUCKET, s3.url), "x/", name)
        shelf = shelf_of(s3, tmp_path / name, prefix=shared.own)
        files = FolderFiles(shelf, on_the_spot, on_the_spot, FilesConfig, lambda: 1, shared=shared)
        nodes.append((shelf, files))
    (_, a), (_, b) = nodes
    one, other = sent(a, b"one"), sent(a, b"other")
    assert b.find(one.id) == one
    assert content(b, one) == b"one"
    b.remove(one)
    assert (b.find(one.id), a.find(one.id)) == (None, None)
    b.remove(other)
    a.notice()
    assert (a.ledger.number, kept(s3)) == (0, [])
    for shelf, _ in nodes:
        shelf.close()


def test_without_boto3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gchat.files.s3", None)
    config = Config(journal=JournalConfig(data=str(tmp_path)), files=FilesConfig(s3_bucket="files"))
    with pytest.raises(ShelfError, match=r"needs boto3. Install it with: pip install boto3$"):
        FileKeeping(lambda: config, lambda: 1, lambda: 1, b"")


# -- by a server


def settings_of(s3: S3) -> dict[str, Any]:
    return {"files_s3_bucket": BUCKET, "files_s3_endpoint": s3.url}


def test_a_server_with_a_bucket(s3: S3, tmp_path: Path) -> None:
    with ServerProcess("--data", str(tmp_path), **settings_of(s3)) as server:
        data = os.urandom(2 * PART_BYTES + 100)
        tuan = IrcClient(server.port, "Tuan")
        made = send(tuan, data, "a.bin")
        assert made.status == 201
        assert ask(server.port, "GET", made.where).body == data
        part = ask(server.port, "GET", made.where, Range="bytes=262000-400000")
        assert (part.status, part.body) == (206, data[262000:400001])
        server.stop()
        server.start()
        assert ask(server.port, "GET", made.where).body == data
        tuan = IrcClient(server.port, "Tuan")
        kept_one = send(tuan, b"kept").where
        assert ask(server.port, "DELETE", kept_one, Authorization=token(tuan)).status == 204
        assert ask(server.port, "GET", kept_one).status == 404
        assert len(kept(s3)) == 2
        assert "Traceback" not in server.log


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise")
def test_a_large_file_does_not_go_through_memory(s3: S3, tmp_path: Path) -> None:
    with ServerProcess("--data", str(tmp_path), **settings_of(s3)) as server:
        process = psutil.Process(server.process.pid)
        tuan = IrcClient(server.port, "Tuan")
        piece = os.urandom(PART_BYTES)
        small = send(tuan, piece + piece)
        assert ask(server.port, "GET", small.where).body == piece + piece
        before = most = process.memory_info().rss

        def body() -> Iterator[bytes]:
            nonlocal most
            for _ in range(4):
                yield piece
                most = max(most, process.memory_info().rss)

        http = HTTPConnection("127.0.0.1", server.port, timeout=60)
        size = {"Authorization": token(tuan), "Content-Length": str(4 * len(piece))}
        http.request("POST", "/files", body(), size)
        made = answered(http.getresponse())
        assert made.status == 201
        most = max(most, process.memory_info().rss)
        http.request("GET", made.where)
        found = http.getresponse()
        digest = hashlib.sha256()
        while data := found.read(1 << 20):
            digest.update(data)
            most = max(most, process.memory_info().rss)
        http.close()
        assert digest.digest() == hashlib.sha256(piece * 4).digest()
        assert most - before < 2 * PART_BYTES


def test_a_bucket_that_is_away(s3: S3, tmp_path: Path) -> None:
    """People go on talking, and are told that a file is not there."""
    with ServerProcess("--data", str(tmp_path), **settings_of(s3)) as server:
        tuan = IrcClient(server.port, "Tuan", join="#lobby")
        s3.stop()
        assert send(tuan, b"data").status == 500
        assert tuan.ask("PRIVMSG #lobby :still here") is not None
        assert "Traceback" not in server.log


def test_two_nodes_with_a_bucket(s3: S3, tmp_path: Path) -> None:
    how = settings_of(s3)
    with (
        Valkey(tmp_path / "log") as log,
        ClusterNode("a", tmp_path, log.url, **how) as a,
        ClusterNode("b", tmp_path, log.url, **how) as b,
    ):
        tuan = IrcClient(a.port, "Tuan")
        where = send(tuan, b"data").where
        assert where.startswith("/files/a.")
        assert ask(b.port, "GET", where).body == b"data"
        a.die()
        assert ask(b.port, "GET", where).body == b"data"
        a.start()
        duy = IrcClient(a.port, "Duy")
        where = send(duy, b"more").where
        assert ask(b.port, "DELETE", where, Authorization=token(duy)).status == 204
        assert [ask(node.port, "GET", where).status for node in (a, b)] == [404, 404]
