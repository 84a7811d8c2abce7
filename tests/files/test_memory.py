"""A large file does not go through memory."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from tests.support.clients import IrcClient
from tests.support.files import answered, ask, token
from tests.support.process import ServerProcess

SIZE = 100 << 20
PIECE = os.urandom(1 << 20)
MOST_MORE = 16 << 20  # bytes


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise")
@pytest.mark.timeout(120)
def test_a_hundred_megabytes_there_and_back(
    make_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path))
    process = psutil.Process(server.process.pid)
    tuan = IrcClient(server.port, "Tuan")
    small = HTTPConnection("127.0.0.1", server.port, timeout=60)
    small.request("POST", "/files", PIECE, {"Authorization": token(tuan)})
    assert answered(small.getresponse()).status == 201
    small.close()
    before = most = process.memory_info().rss

    def body() -> Iterator[bytes]:
        nonlocal most
        for _ in range(SIZE // len(PIECE)):
            yield PIECE
            most = max(most, process.memory_info().rss)

    http = HTTPConnection("127.0.0.1", server.port, timeout=60)
    how = {"Authorization": token(tuan), "Content-Length": str(SIZE)}
    http.request("POST", "/files", body(), how)
    made = answered(http.getresponse())
    assert made.status == 201
    http.request("GET", made.where)
    found = http.getresponse()
    digest, size = hashlib.sha256(), 0
    while data := found.read(1 << 20):
        digest.update(data)
        size += len(data)
        most = max(most, process.memory_info().rss)
    http.close()
    assert size == SIZE
    assert ask(server.port, "HEAD", made.where).headers["etag"] == f'"{digest.hexdigest()}"'
    assert most - before < MOST_MORE
