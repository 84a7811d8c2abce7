"""Files that are sent and fetched by HTTP, on real sockets."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from gchat.wire.sasl import Verifier
from tests.support.accounts import FAST, PASSWORD, log_in, register
from tests.support.clients import WAIT_SECONDS, IrcClient, LineClient
from tests.support.files import Answer, answered, ask, basic, picture, send, token
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
REDACTION = ("batch", "draft/message-redaction", "echo-message", "message-tags")
SAFE = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-cache",
}


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def isupport(client: IrcClient) -> dict[str, str]:
    tokens = [t for m in client.welcome if m.command == "005" for t in m.params[1:-1]]
    return dict(token.split("=", 1) for token in tokens if "=" in token)


def kept(folder: Path) -> list[str]:
    """What is in a folder of files, apart from its lock."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(set(found) - {"files.lock"})


def until_there(folder: Path, count: int) -> None:
    """Waits until so many files are in a folder."""
    end = time.monotonic() + WAIT_SECONDS
    while len(kept(folder)) != count:
        assert time.monotonic() < end, kept(folder)
        time.sleep(0.01)


def test_there_and_back(server: ServerProcess) -> None:
    """https://github.com/ircv3/ircv3-specifications/pull/562"""
    tuan = IrcClient(server.port, "Tuan")
    tokens = isupport(tuan)
    address = f"http://127.0.0.1:{server.port}/files"
    assert (tokens["draft/FILEHOST"], tokens["soju.im/FILEHOST"]) == (address, address)
    data = os.urandom(300_000)
    made = send(tuan, data, "báo cáo.tar.gz".encode().decode("latin-1"))
    assert made.status == 201
    assert made.where.startswith("/files/")
    assert made.where.endswith("/bao-cao.tar.gz")
    assert made.body.decode() == f"{made.where}\n"
    found = ask(server.port, "GET", made.where)
    assert (found.status, found.body) == (200, data)
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"] == (
        "attachment; filename=\"b_o c_o.tar.gz\"; filename*=UTF-8''b%C3%A1o%20c%C3%A1o.tar.gz"
    )
    assert found.headers.items() > SAFE.items()
    assert "sandbox" in found.headers["content-security-policy"]
    assert ask(server.port, "HEAD", made.where).headers["content-length"] == "300000"
    assert ask(server.port, "GET", made.where.rpartition("/")[0]).body == data, (
        "whatever it is called"
    )


def test_parts_and_conditions(server: ServerProcess) -> None:
    """RFC 9110, sections 13 and 14, as for everything else."""
    data = os.urandom(600_000)
    where = send(IrcClient(server.port, "Tuan"), data).where
    whole = ask(server.port, "GET", where)
    tag = whole.headers["etag"]
    assert tag == f'"{hashlib.sha256(data).hexdigest()}"'
    part = ask(server.port, "GET", where, Range="bytes=262000-400000")
    assert (part.status, part.body) == (206, data[262000:400001])
    assert part.headers["content-range"] == "bytes 262000-400000/600000"
    assert ask(server.port, "GET", where, Range="bytes=-5").body == data[-5:]
    assert ask(server.port, "GET", where, Range="bytes=600000-").status == 416
    assert ask(server.port, "GET", where, If_None_Match=tag).status == 304
    assert ask(server.port, "GET", where, If_Match='"other"').status == 412
    resumed = ask(server.port, "GET", where, Range="bytes=9-", If_Range='"other"')
    assert (resumed.status, resumed.body) == (200, data)


def test_an_account_by_its_password(make_server: Make) -> None:
    """https://soju.im/filehost: HTTP Basic, with the credentials of SASL PLAIN."""
    server = make_server(files_guests=False, **FAST)
    register(server, "Tuan")
    register(server, "Duy")
    made = ask(server.port, "POST", "/files", b"mine", Authorization=basic("Tuan"))
    assert made.status == 201
    assert made.where.endswith("/file")
    tuan = log_in(server, "Tuan")
    assert send(tuan, b"by a token").status == 201
    for wrong in (
        basic("Tuan", "wrong"),
        basic("Nobody"),
        "Basic ???",
        "Basic eA==",
        "Negotiate x",
    ):
        denied = ask(server.port, "POST", "/files", b"data", Authorization=wrong)
        assert denied.status == 401
        assert denied.headers["www-authenticate"] == 'Basic realm="gchat", charset="UTF-8"'
    denied = ask(server.port, "POST", "/files", b"data", Authorization="Bearer made-up")
    assert (denied.status, denied.headers["www-authenticate"]) == (401, "Bearer")
    assert ask(server.port, "POST", "/files", b"data").status == 401
    used = token(tuan)
    assert ask(server.port, "POST", "/files", b"data", Authorization=used).status == 201
    assert ask(server.port, "POST", "/files", b"data", Authorization=used).status == 401
    # deleted by who has sent it, and nobody else
    other = ask(server.port, "DELETE", made.where, Authorization=basic("Duy"))
    assert other.status == 403
    assert ask(server.port, "DELETE", made.where).status == 401
    assert ask(server.port, "GET", made.where).status == 200
    assert ask(server.port, "DELETE", made.where, Authorization=token(tuan)).status == 204
    gone = ask(server.port, "GET", made.where)
    assert (gone.status, gone.body) == (404, b"There is no such file. It may have been deleted.\n")


def test_an_account_as_a_browser_encodes_it(make_server: Make) -> None:
    """RFC 7617, section 2.1: some have Latin-1, as `btoa` in gamja."""
    server = make_server(files_guests=False, **FAST)
    register(server, "José")
    for encoding in ("utf-8", "latin-1"):
        words = base64.b64encode(f"José:{PASSWORD}".encode(encoding)).decode()
        made = ask(server.port, "POST", "/files", b"mine", Authorization=f"Basic {words}")
        assert made.status == 201


def test_attempts_are_counted_as_those_of_irc(make_server: Make) -> None:
    server = make_server(
        accounts_iterations=4096, accounts_attempts=3, accounts_attempts_per_minute=1,
        limits_local_exempt=False,
    )  # fmt: skip
    register(server, "Tuan")  # one
    for name in ("Tuan", "Nobody"):  # who has logged in from here before has attempts of their own
        wrong = basic(name, "wrong")
        found = [ask(server.port, "POST", "/files", b"data", Authorization=wrong) for _ in range(4)]
        assert [one.status for one in found[:2]] == [401, 401]
        assert found[-1].status == 429
        assert int(found[-1].headers["retry-after"]) > 0


def test_who_comes_by_a_proxy_of_this_machine_is_not_this_machine(make_server: Make) -> None:
    """Not exempt from limits, as by WebSocket."""
    server = make_server(
        accounts_iterations=4096, accounts_attempts=2, accounts_attempts_per_minute=1,
        files_address_files=1,
    )  # fmt: skip
    wrong = {"Authorization": basic("Nobody"), "X_Forwarded_For": "192.0.2.1"}
    found = [ask(server.port, "POST", "/files", b"data", **wrong).status for _ in range(3)]
    assert found == [401, 401, 429]
    tuan = IrcClient(server.port, "Tuan")
    sent = [send(tuan, b"data", X_Forwarded_For="192.0.2.1").status for _ in range(2)]
    assert sent == [201, 507]


def test_chunks_of_a_byte(make_server: Make) -> None:
    """Cost whoever sends them time, and nobody else."""
    server = make_server(limits_local_exempt=False)
    tuan, lan = (IrcClient(server.port, nick, join="#room") for nick in ("Tuan", "Lan"))
    tuan.sync()
    start = head("POST", "/files", f"Authorization: {token(tuan)}", "Transfer-Encoding: chunked")
    tiny = LineClient(server.port, start)
    tiny.send_raw(b"1\r\nx\r\n" * 30)
    tiny.send_raw(b"0\r\n\r\n")
    assert tiny.read_line() == "HTTP/1.1 201 Created"
    start = head("POST", "/files", f"Authorization: {token(tuan)}", "Transfer-Encoding: chunked")
    flood = LineClient(server.port, start)
    flood.sock.settimeout(0.2)
    try:
        for _ in range(1000):
            flood.send_raw(b"1\r\nx\r\n" * 10_000)
    except TimeoutError:
        pass  # it is not read any faster
    else:
        raise AssertionError("it was")
    for number in range(20):
        tuan.ask(f"PRIVMSG #room :{number}")
        assert lan.until("PRIVMSG")[-1].params[1] == str(number)
        time.sleep(0.12)  # within its allowance of lines


def test_an_address_without_http_is_not_told(make_server: Make) -> None:
    server = make_server(server_speaks="irc")
    assert "draft/FILEHOST" not in isupport(IrcClient(server.port, "Tuan"))
    named = make_server(server_speaks="irc", files_address="https://chat.example")
    told = isupport(IrcClient(named.port, "Tuan"))["draft/FILEHOST"]
    assert told == "https://chat.example/files"


def test_who_is_banned_sends_nothing(make_server: Make, tmp_path: Path) -> None:
    config = tmp_path / "gchat.toml"
    config.write_text(f'[operators]\nadmin = "{Verifier.make(PASSWORD, 4096)}"\n')
    server = make_server("--config", str(config), **FAST)
    register(server, "Tuan")
    admin = IrcClient(server.port, "Admin")
    mine = token(admin)
    guest = IrcClient(server.port, "Guest")
    made = send(guest, b"what nobody wants")
    admin.ask(f"OPER admin :{PASSWORD}")
    assert ask(server.port, "DELETE", made.where, Authorization=token(admin)).status == 204
    admin.send("KLINE *@127.0.0.1 :no more")
    for how in (basic("Tuan"), mine):
        denied = ask(server.port, "POST", "/files", b"data", Authorization=how)
        assert (denied.status, denied.body) == (403, b"You are banned: no more\n")


def test_taken_back_with_its_message(make_server: Make, tmp_path: Path) -> None:
    """REDACT takes the files of who takes it back with it, and from the disk too."""
    server = make_server("--data", str(tmp_path))
    tuan = IrcClient(server.port, "Tuan", *REDACTION, join="#room")
    lan = IrcClient(server.port, "Lan", join="#room")
    mine, hers = send(tuan, picture(), "a.png"), send(lan, b"hers")
    assert len(kept(tmp_path / "files")) == 4
    text = f"http://127.0.0.1:{server.port}{mine.where} and http://elsewhere{hers.where}"
    *_, said = tuan.ask(f"PRIVMSG #room :{text}")
    tuan.ask(f"REDACT #room {said.tags['msgid']} :by mistake")
    assert ask(server.port, "GET", mine.where).status == 404
    assert ask(server.port, "GET", hers.where).status == 200
    assert len(kept(tmp_path / "files")) == 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<!doctype html><script>alert(1)</script>", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        (b"<?xml version='1.0'?><x/>", ""),
        (b"%PDF-1.7", ""),
        (b"GIF89a<script>alert(1)</script>", ""),
        (b"\x89PNG\r\n\x1a\n" + b"<script>" * 99, ""),
        (picture("PNG")[:-30], ""),
        (picture("PNG", (6000, 6000)), ""),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (b"OggS" + bytes(24) + b"OpusHead", "audio/ogg"),
    ],
)
def test_what_is_shown_and_what_is_only_saved(
    server: ServerProcess, data: bytes, kind: str
) -> None:
    """What somebody says that it is counts for nothing."""
    tuan = IrcClient(server.port, "Tuan")
    for said in ("text/html", "image/svg+xml", "image/png", "nonsense"):
        made = send(tuan, data, "evil.html", Content_Type=said)
        found = ask(server.port, "GET", made.where)
        assert found.body == data
        assert found.headers["content-type"] == (kind or "application/octet-stream")
        how = "inline" if kind else "attachment"
        assert found.headers["content-disposition"] == f'{how}; filename="evil.html"'
        assert found.headers.items() > SAFE.items()
        assert made.where.endswith("html") == (not kind)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\x",
        "a\u202egnp.exe",
        "x" * 5000,
        'a"; drop="b',
        "CON",
        "\x1b[2J",
    ],
)
def test_a_hostile_name(make_server: Make, tmp_path: Path, name: str) -> None:
    server = make_server("--data", str(tmp_path / "data"))
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').encode().decode("latin-1")
    made = send(IrcClient(server.port, "Tuan"), b"data", quoted)
    assert made.status == 201
    told = ask(server.port, "GET", made.where).headers["content-disposition"]
    assert told.isascii()
    assert told.isprintable()
    assert not any(bad in told for bad in ("..", "/", "\\", 'drop="'))
    assert len(told) < 600
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def refusals(server: ServerProcess, tuan: IrcClient, size: int) -> list[Answer]:
    """The answers to a file of so many bytes, said and not said."""
    whole = send(tuan, bytes(size))
    http = HTTPConnection("127.0.0.1", server.port, timeout=30)
    http.request(
        "POST", "/files", iter([bytes(size)]), {"Authorization": token(tuan)}, encode_chunked=True
    )
    chunked = answered(http.getresponse())
    http.close()
    return [whole, chunked]


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [
        ({"files_file_bytes": 1000}, 413, b"A file may have at most 1000 bytes.\n"),
        ({"files_account_bytes": 1000}, 507, b"There is no more room: your files have 1000 "),
        ({"files_bytes": 1000}, 507, b"There is no more room: the files of this server have 1000 "),
        (
            {"files_address_bytes": 1000, "limits_local_exempt": False},
            507,
            b"There is no more room: from here came 1000 bytes",
        ),
    ],
)
def test_limits_of_bytes(
    make_server: Make, tmp_path: Path, settings: dict[str, object], status: int, words: bytes
) -> None:
    server = make_server("--data", str(tmp_path), **settings)
    tuan = IrcClient(server.port, "Tuan")
    for answer in refusals(server, tuan, 1001):
        assert (answer.status, answer.body[: len(words)]) == (status, words)
        assert answer.headers["connection"] == "close"
    assert kept(tmp_path / "files") == []
    assert send(tuan, bytes(1000)).status == 201
    again = send(tuan, bytes(1))
    assert again.status == (201 if status == 413 else 507)
    assert len(kept(tmp_path / "files")) == (4 if status == 413 else 2)


@pytest.mark.parametrize(
    "settings",
    [
        {"files_account_files": 2},
        {"files_files": 2},
        {"files_address_files": 2, "limits_local_exempt": False},
    ],
)
def test_limits_of_number(make_server: Make, settings: dict[str, object]) -> None:
    server = make_server(**settings)
    tuan = IrcClient(server.port, "Tuan")
    made = [send(tuan, b"data") for _ in range(3)]
    assert [one.status for one in made] == [201, 201, 507]
    ask(server.port, "DELETE", made[0].where, Authorization=token(tuan))
    assert send(tuan, b"data").status == 201


@pytest.mark.parametrize("limit", ["files_uploads", "files_uploads_per_address"])
def test_several_at_once(make_server: Make, tmp_path: Path, limit: str) -> None:
    server = make_server("--data", str(tmp_path), limits_local_exempt=False, **{limit: 2})
    tuan = IrcClient(server.port, "Tuan")
    coming = [
        LineClient(
            server.port,
            head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 300000")
            + bytes(290_000),
        )
        for _ in range(2)
    ]
    until_there(tmp_path / "files", 2)
    late = send(tuan, b"data")
    assert late.status == 429
    assert int(late.headers["retry-after"]) > 0
    coming[0].send_raw(bytes(10_000))
    assert coming[0].read_line() == "HTTP/1.1 201 Created"
    assert send(tuan, b"data").status == 201
    coming[1].close()
    until_there(tmp_path / "files", 4)


def test_one_that_does_not_go_on_is_given_up(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), times_upload=0.5, times_handshake=0.2)
    tuan = IrcClient(server.port, "Tuan")
    start = head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 900000")
    silent = LineClient(server.port, start + bytes(300_000))
    assert silent.read_to_end()[0] == "HTTP/1.1 408 Request Timeout"
    until_there(tmp_path / "files", 0)
    # and one that goes on, but by one byte after the other, which never ends
    start = head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 900000")
    slow = LineClient(server.port, start)
    slow.sock.settimeout(0.05)
    answer = b""
    while not answer:
        slow.send_raw(b"x")
        try:
            answer = slow.sock.recv(100)
        except TimeoutError:
            continue
    assert answer.startswith(b"HTTP/1.1 408 ")
    until_there(tmp_path / "files", 0)


def test_one_that_takes_its_time_comes(make_server: Make) -> None:
    """Longer than a request may take, and than a silence may last."""
    server = make_server(times_upload=1.0, times_handshake=0.2)
    tuan = IrcClient(server.port, "Tuan")
    start = head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 100000")
    client = LineClient(server.port, start)
    began, left = time.monotonic(), 100_000
    while left:
        piece = min(left, 5000)
        client.send_raw(bytes(piece))
        left -= piece
        time.sleep(0.1)  # a slow network
    assert time.monotonic() - began > 1.5
    assert client.read_line() == "HTTP/1.1 201 Created"


def test_whoever_goes_leaves_nothing_behind(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path))
    tuan = IrcClient(server.port, "Tuan")
    start = head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 900000")
    for end in (LineClient.close, LineClient.reset):
        client = LineClient(server.port, start + bytes(600_000))
        until_there(tmp_path / "files", 1)
        end(client)
        until_there(tmp_path / "files", 0)
        start = head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 900000")


def test_a_server_that_is_killed_keeps_what_it_has_answered(tmp_path: Path) -> None:
    for _ in range(3):
        server = ServerProcess("--data", str(tmp_path)).start()
        tuan = IrcClient(server.port, "Tuan")
        data = os.urandom(400_000)
        made = send(tuan, data)
        start = head("POST", "/files", f"Authorization: {token(tuan)}", "Content-Length: 900000")
        half = LineClient(server.port, start + bytes(800_000))
        until = time.monotonic() + WAIT_SECONDS
        while not any("incoming" in one for one in kept(tmp_path / "files")):
            assert time.monotonic() < until
        server.stop(signal.SIGKILL)
        assert any("incoming" in one for one in kept(tmp_path / "files"))
        half.close()
        server = ServerProcess("--data", str(tmp_path)).start()
        assert ask(server.port, "GET", made.where).body == data
        assert not any("incoming" in one for one in kept(tmp_path / "files"))
        server.stop()


@pytest.mark.skipif(
    getattr(os, "geteuid", int)() != 0 or sys.platform != "linux",
    reason="mounts a small file system",
)
def test_a_disk_that_is_full(make_server: Make, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    if os.system(f"mount -t tmpfs -o size=1m tmpfs {folder} 2>/dev/null"):
        pytest.skip("no file system can be mounted here")
    try:
        server = make_server(
            "--data", str(tmp_path / "data"), files_folder=folder / "files", files_spare_bytes=0
        )
        tuan = IrcClient(server.port, "Tuan")
        made = send(tuan, os.urandom(500_000))
        assert made.status == 201
        full = send(tuan, os.urandom(800_000))
        assert (full.status, full.body) == (507, b"The disk of the server is full.\n")
        assert len(kept(folder / "files")) == 2
        assert ask(server.port, "DELETE", made.where, Authorization=token(tuan)).status == 204
        assert send(tuan, os.urandom(800_000)).status == 201
        assert "Traceback" not in server.log
        server.stop()
    finally:
        assert os.system(f"umount {folder}") == 0


def test_memory_leaves_nothing(
    make_server: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = make_server("--memory")
    made = send(IrcClient(server.port, "Tuan"), b"data")
    assert ask(server.port, "GET", made.where).body == b"data"
    assert len(list(tmp_path.glob("gchat-files-*"))) == 1
    server.stop()
    assert list(tmp_path.glob("gchat-files-*")) == []


def test_each_is_switched_by_itself(make_server: Make) -> None:
    only_files = make_server(server_web=False)
    assert ask(only_files.port, "GET", "/").status == 404
    assert send(IrcClient(only_files.port, "Tuan"), b"data").status == 201
    only_page = make_server(files_enabled=False)
    assert ask(only_page.port, "GET", "/").status == 200
    assert ask(only_page.port, "OPTIONS", "/files").status == 404
    tuan = IrcClient(only_page.port, "Tuan")
    assert "draft/FILEHOST" not in isupport(tuan)
    assert tuan.ask("FILEHOST TOKEN")[0].command == "421"


def test_pages_of_other_origins(make_server: Make) -> None:
    """gamja, from where it is. https://fetch.spec.whatwg.org/#http-cors-protocol"""
    server = make_server(server_origins="https://gamja.example")
    asked = {
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "authorization,content-disposition",
    }
    allowed = ask(server.port, "OPTIONS", "/files", None, Origin="https://gamja.example", **asked)
    assert allowed.status == 204
    assert allowed.headers["allow"] == "OPTIONS, POST"
    assert allowed.headers["accept-post"] == "*/*"
    assert allowed.headers["upload-limit"] == "max-size=104857600"
    assert allowed.headers["access-control-allow-origin"] == "https://gamja.example"
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    assert "POST" in allowed.headers["access-control-allow-methods"]
    tuan = IrcClient(server.port, "Tuan")
    made = send(tuan, b"data", Origin="https://gamja.example")
    assert made.status == 201
    assert made.headers["access-control-expose-headers"] == "Location"
    refused = send(tuan, b"data", Origin="https://evil.example")
    assert refused.status == 403
    assert "access-control-allow-origin" not in refused.headers
    evil = ask(server.port, "DELETE", made.where, None, Origin="https://evil.example")
    assert evil.status == 403
    assert send(tuan, b"data", Origin=f"http://127.0.0.1:{server.port}").status == 201
    wrong = ask(server.port, "POST", "/files", b"x", Origin="https://gamja.example")
    assert wrong.status == 401
    assert wrong.headers["access-control-allow-origin"] == "https://gamja.example"


def test_what_is_no_file(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    assert send(tuan, b"").status == 400
    assert send(tuan, b"data", Content_Type="multipart/form-data; boundary=x").status == 415
    assert send(tuan, b"data", Content_Encoding="gzip").status == 415
    http = HTTPConnection("127.0.0.1", server.port, timeout=30)
    http.request("POST", "/files", iter(()), {"Authorization": token(tuan)}, encode_chunked=True)
    assert answered(http.getresponse()).status == 400
    http.close()
    for method, path in (("PUT", "/files"), ("GET", "/files"), ("PATCH", "/files")):
        assert ask(server.port, method, path).status == 405
    for path in ("/files/", "/files/x", "/files/../journal.sqlite", "/files/%2e%2e/x", "/filesx"):
        assert ask(server.port, "GET", path).status == 404
    made = send(tuan, b"data")
    assert ask(server.port, "PUT", made.where, b"other").status == 405
    assert ask(server.port, "OPTIONS", made.where).headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert ask(server.port, "POST", "/files", b"data", Host="evil.example").status == 403


def test_a_body_is_asked_for_only_where_it_is_wanted(server: ServerProcess) -> None:
    """Expect: 100-continue, RFC 9110, section 10.1.1."""
    tuan = IrcClient(server.port, "Tuan")
    expects = ("Expect: 100-continue", "Content-Length: 4")
    refused = LineClient(server.port, head("POST", "/files", *expects))
    assert refused.read_line() == "HTTP/1.1 401 Unauthorized"
    wanted = LineClient(
        server.port, head("POST", "/files", f"Authorization: {token(tuan)}", *expects)
    )
    assert wanted.read_line() == "HTTP/1.1 100 "
    wanted.send_raw(b"data")
    assert wanted.read_line() == ""
    assert wanted.read_line() == "HTTP/1.1 201 Created"


def test_many_on_one_connection(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    http = HTTPConnection("127.0.0.1", server.port, timeout=30)
    for number in range(5):
        data = os.urandom(100_000 * number + 1)
        http.request("POST", "/files", data, {"Authorization": token(tuan)})
        made = answered(http.getresponse())
        http.request("GET", made.where)
        assert answered(http.getresponse()).body == data
        http.request("GET", "/")
        assert answered(http.getresponse()).status == 200
    http.close()


def test_what_is_older_than_messages_may_be_is_deleted(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), journal_keep_days=1)
    tuan = IrcClient(server.port, "Tuan")
    made, young = send(tuan, b"old"), send(tuan, b"young")
    server.stop()
    entry = tmp_path / f"files/entries/{made.where.split('/')[2]}.json"
    words = entry.read_text().rpartition('"at":')
    entry.write_text(f"{words[0]}{words[1]}{int(time.time() * 1000) - 86_500_000}}}")
    server = make_server("--data", str(tmp_path), journal_keep_days=1)
    until_there(tmp_path / "files", 2)
    assert ask(server.port, "GET", made.where).status == 404
    assert ask(server.port, "GET", young.where).body == b"young"


def test_two_servers_do_not_share_a_folder(make_server: Make, tmp_path: Path) -> None:
    make_server("--data", str(tmp_path / "one"), files_folder=tmp_path / "files")
    with pytest.raises(AssertionError, match="in use by another server"):
        make_server("--data", str(tmp_path / "two"), files_folder=tmp_path / "files")


def test_who_does_not_read_a_file_costs_nobody_anything(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    made = send(tuan, os.urandom(8_000_000))
    slow = [socket.create_connection(("127.0.0.1", server.port), 15) for _ in range(20)]
    for one in slow:
        one.sendall(head("GET", made.where))
    lan = IrcClient(server.port, "Lan", join="#room")
    tuan.sync()
    for number in range(50):
        tuan.ask(f"PRIVMSG #room :{number}")
        assert lan.read().params[1] == str(number)
    for one in slow:
        one.close()
    assert ask(server.port, "GET", made.where).status == 200
