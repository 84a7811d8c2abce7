"""Hooks, from the command that makes one to what people read, and all that is answered."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from gchat.config import LimitsConfig
from gchat.dialects.irc.render import text_room
from gchat.net.hooks import BODY_BYTES, CUT, spoken
from gchat.web.connection import BODY_BYTES as ELSEWHERE
from gchat.wire.sasl import Verifier
from tests.support.accounts import FAST
from tests.support.clients import IrcClient, LineClient, PlainClient, texts
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
FEW = {
    "accounts_attempts": 1,
    "accounts_attempts_per_minute": 1,
    "limits_local_exempt": False,
}
CAPS = ("message-tags", "batch", "draft/multiline", "draft/chathistory", "server-time")


@dataclass
class Answer:
    status: int
    text: str
    headers: dict[str, str]


def send(
    port: int, path: str, body: bytes | str = b"", method: str = "POST", **headers: str
) -> Answer:
    """What is answered to a program."""
    http = HTTPConnection("127.0.0.1", port, timeout=15)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    http.request(method, path, body.encode() if isinstance(body, str) else body, names)
    answer: HTTPResponse = http.getresponse()
    found = Answer(answer.status, answer.read().decode(), dict(answer.headers))
    http.close()
    return found


def path_of(answer: str) -> str:
    """The path of an address that ChanServ has told."""
    found = re.search(r"http://127\.0\.0\.1:\d+(/hook/[0-9a-f]{48})\b", answer)
    assert found, answer
    return found[1]


class Founder(IrcClient):
    """Tuan, who has registered #room."""

    def __init__(self, port: int, nick: str = "Tuan", room: str = "#room") -> None:
        super().__init__(port, nick, *CAPS)
        self.ask("NS REGISTER a-good-password")
        self.join(room)
        self.ask(f"CS REGISTER {room}")

    def hook(self, words: str) -> list[str]:
        """What ChanServ answers."""
        return texts(self.ask(f"PRIVMSG ChanServ :HOOK {words}"))

    def add(self, name: str, room: str = "#room") -> str:
        """The path of a new hook."""
        return path_of(self.hook(f"ADD {room} {name}")[0])


@pytest.fixture
def tuan(make_server: Make) -> Iterator[Founder]:
    with Founder(make_server(**FAST).port) as client:
        yield client


@pytest.fixture
def port(tuan: Founder) -> int:
    found: int = tuan.sock.getpeername()[1]
    return found


def test_a_program_speaks_in_the_room(tuan: Founder, port: int) -> None:
    duy = IrcClient(port, "Duy", join="#room")
    tuan.sync()
    path = tuan.add("deploy")
    answer = send(port, path, "deploy is done", Content_Type="application/x-www-form-urlencoded")
    assert (answer.status, answer.text) == (200, "ok")
    (seen,) = tuan.sync()
    assert (seen.source, seen.params) == ("deploy!hook@services", ["#room", "deploy is done"])
    assert "bot" in seen.tags
    assert "account" not in seen.tags
    assert texts(duy.sync()) == ["deploy is done"]
    (_, past, _) = tuan.ask("CHATHISTORY LATEST #room * 1")
    assert (past.source, past.params[-1]) == ("deploy!hook@services", "deploy is done")
    assert {"bot", "msgid"} <= set(past.tags)


def test_what_it_says_is_shown_when_it_is_answered(tuan: Founder, port: int) -> None:
    path = tuan.add("ci")
    for number in range(5):
        assert send(port, path, f"build {number}").status == 200
        assert texts(tuan.sync()) == [f"build {number}"]


def test_json_as_slack_takes_it(tuan: Founder, port: int) -> None:
    path = tuan.add("ci")
    body = json.dumps({"text": "*Build* <https://x.example|failed>"})
    assert send(port, path, body, Content_Type="application/json").text == "ok"
    assert texts(tuan.sync()) == ["Build failed (https://x.example)"]
    event = json.dumps({"sender": {"login": "An"}, "action": "created"})
    assert send(port, path, event, X_GitHub_Event="star").text == "ok"
    assert texts(tuan.sync()) == ["An starred it"]
    assert send(port, path, event, X_GitHub_Event="watch").text == "ok"
    assert tuan.sync() == [], "nobody wants to know"


def test_several_lines_are_one_message(tuan: Founder, port: int) -> None:
    duy = IrcClient(port, "Duy", join="#room")
    tuan.sync()
    assert send(port, tuan.add("ci"), "one\n\ntwo\n").status == 200
    begin, *lines, end = tuan.sync()
    assert begin.params[1:] == ["draft/multiline", "#room"]
    assert texts(lines) == ["one", "", "two"]
    assert end.command == "BATCH"
    assert texts(duy.sync()) == ["one", "two"]


def test_netcat_reads_it_and_its_operator_makes_one(make_server: Make, tmp_path: Path) -> None:
    config = tmp_path / "gchat.toml"
    config.write_text(f'[operators]\nadmin = "{Verifier.make("secret", 4096)}"\n')
    server = make_server("--config", str(config))
    duy = PlainClient(server.port, "Duy")
    duy.say("/msg ChanServ HOOK ADD #lobby ci")
    assert duy.read_line() == "#lobby: You're not an operator of that room."
    lan = IrcClient(server.port, "Lan")
    lan.ask("OPER admin secret", "JOIN #lobby", "MODE #lobby +o Duy")
    assert duy.read_line() == "Lan has connected to the chat room"
    duy.say("/msg ChanServ HOOK ADD #lobby ci")
    path = path_of(duy.read_line())
    assert duy.read_line().startswith("Whoever knows it can speak there. Try it: curl -d 'hello' ")
    assert send(server.port, path, "one\n\x1b[2Jtwo").text == "ok"
    assert [duy.read_line(), duy.read_line()] == ["ci: one", "ci: [2Jtwo"]
    duy.say("/msg ChanServ HOOK", "/msg ChanServ HOOK LIST #lobby", "/msg ChanServ INFO #lobby")
    assert duy.read_line().startswith("Usage: /msg ChanServ HOOK ADD|RENEW|REMOVE #ROOM NAME")
    assert duy.read_line().startswith("ci: its address is by Duy, 20")
    assert duy.read_line() == "1 hook in #lobby"
    assert duy.read_line() == "ChanServ can be used with an IRC client only."


def test_listed_renewed_and_removed(tuan: Founder, port: int) -> None:
    first = tuan.add("ci")
    assert tuan.hook("LIST #room")[1:] == ["1 hook in #room"]
    second = path_of(tuan.hook("RENEW #room CI")[0])
    assert tuan.hook("RENEW #room a!b") == ["This room has no hook of this name"]
    assert first != second
    assert send(port, first, "x").status == 404
    assert send(port, second, "y").status == 200
    assert texts(tuan.sync()) == ["y"]
    assert tuan.hook("REMOVE #room ci") == ["ci speaks in #room no more"]
    assert send(port, second, "x").status == 404
    assert tuan.hook("LIST #room") == ["0 hooks in #room"]
    assert tuan.sync() == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "Usage: HOOK ADD|RENEW|REMOVE #ROOM NAME, or LIST #ROOM"),
        ("ADD #room", "Usage: HOOK "),
        ("LIST", "Usage: HOOK "),
        ("FROB #room ci", "Usage: HOOK "),
        ("ADD #room a!b", "This name cannot be used: it has '!' in it"),
        ("ADD #room #a", "This name cannot be used: it begins with '#'"),
        ("ADD #room a/b", "This name cannot be used: it has '/' in it"),
        ("ADD #room <script>", None),
        ("ADD #room " + "x" * 31, "This name cannot be used: it is longer than 30 characters"),
        ("ADD #room duy", "This name is, or looks like, somebody's nickname or account"),
        ("ADD #none ci", "No such room"),
        ("REMOVE #room ci", "This room has no hook of this name"),
        ("LIST #none", "No such room"),
    ],
)
def test_what_chanserv_answers(tuan: Founder, port: int, words: str, answer: str | None) -> None:
    IrcClient(port, "Duy")
    (first, *_) = tuan.hook(words)
    assert answer is None or first.startswith(answer)


def test_others_than_operators_do_not_see_them(tuan: Founder, port: int) -> None:
    tuan.add("ci")
    duy = IrcClient(port, "Duy", join="#room")
    for words in ("LIST #room", "ADD #room x", "RENEW #room ci", "REMOVE #room ci"):
        (answer,) = texts(duy.ask(f"CS HOOK {words}"))
        assert answer == "You're not an operator of that room"


@pytest.mark.parametrize(
    ("method", "status"),
    [("GET", 405), ("HEAD", 405), ("DELETE", 405), ("OPTIONS", 204), ("PUT", 200), ("POST", 200)],
)
def test_methods(tuan: Founder, port: int, method: str, status: int) -> None:
    """Those that say nothing are answered alike whether there is such a hook or not."""
    path = tuan.add("ci")
    found = send(port, path, b"x" if status == 200 else b"", method)
    assert found.status == status
    if status != 200:
        assert found.headers["Allow"] == "POST, PUT, OPTIONS"
        other = send(port, "/hook/none", b"", method)
        assert (other.status, other.text) == (found.status, found.text)
        assert tuan.sync() == []


def test_to_no_hook_as_much_as_elsewhere(port: int) -> None:
    assert send(port, "/hook/x", b"x" * ELSEWHERE).status == 404
    assert send(port, "/hook/x", b"x" * (ELSEWHERE + 1)).status == 413


@pytest.mark.parametrize("name", ["", "x", "..", "a" * 16_000, "%00", "a/b", "?x"])
def test_no_such_hook(tuan: Founder, port: int, name: str) -> None:
    tuan.add("ci")
    found = send(port, f"/hook/{name}", b"x")
    assert (found.status, found.text.split(".")[0]) == (404, "There is no such hook")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b" \n", {}, 400),
        (b"\xff", {}, 400),
        (b"{", {"Content_Type": "application/json"}, 400),
        (b"x" * BODY_BYTES, {}, 200),
        (b"x" * (BODY_BYTES + 1), {}, 413),
        (b"x", {"Origin": "https://evil.example"}, 403),
        (b"x", {"Origin": "null"}, 403),
        (b"x", {"Sec_Fetch_Site": "cross-site"}, 403),
        (b"x", {"Host": "evil.example"}, 403),
        (b"x", {"Sec_Fetch_Site": "none"}, 200),
    ],
)
def test_bodies_and_browsers(
    tuan: Founder, port: int, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert send(port, tuan.add("ci"), body, **headers).status == status
    assert bool(tuan.sync()) is (status == 200)


def test_each_hook_has_its_rate(make_server: Make) -> None:
    server = make_server(**FAST, hooks_burst=2, hooks_per_minute=1)
    tuan = Founder(server.port)
    one, two = tuan.add("one"), tuan.add("two")
    found = [send(server.port, one, "x") for _ in range(3)]
    assert [answer.status for answer in found] == [200, 200, 429]
    assert found[2].headers["Retry-After"] == "60"
    assert send(server.port, two, "x").status == 200
    assert len(tuan.sync()) == 3


def test_guesses_are_counted_and_keep_nobody_else_out(make_server: Make) -> None:
    server = make_server(**{**FAST, **FEW, "accounts_attempts": 3})
    tuan = Founder(server.port)
    path = tuan.add("ci")
    found = [send(server.port, "/hook/guess", "x") for _ in range(4)]
    assert [answer.status for answer in found] == [404, 404, 404, 429]
    assert found[3].headers["Retry-After"] == "60"
    assert send(server.port, path, "x").status == 200, "who knows it is not kept waiting"
    assert "logged in" in texts(tuan.ask("NS LOGOUT", "NS IDENTIFY Tuan a-good-password"))[-1]


def test_a_page_elsewhere_uses_up_nobodys_guesses(make_server: Make) -> None:
    server = make_server(**{**FAST, **FEW})
    for _ in range(3):
        answer = send(server.port, "/hook/x", "x", Origin="https://evil.example")
        assert answer.status == 403
        assert send(server.port, "/hook/x", method="GET").status == 405
    assert send(server.port, "/hook/x", "x").status == 404


def test_turned_off_by_itself(make_server: Make) -> None:
    server = make_server(**FAST, hooks_enabled=False)
    tuan = Founder(server.port)
    assert tuan.hook("ADD #room ci") == ["Hooks are turned off on this server"]
    missing = send(server.port, "/nothing", "x")
    assert send(server.port, "/hook/x", "x").text == missing.text
    assert send(server.port, "/", method="GET").status == 200
    without = make_server(**FAST, server_web=False)
    tuan = Founder(without.port)
    assert send(without.port, tuan.add("ci"), "x").status == 200


def test_it_is_there_after_a_restart_and_its_secret_nowhere(
    make_server: Make, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path), **FAST)
    tuan = Founder(server.port)
    path = tuan.add("ci")
    tuan.ask("CAP REQ draft/channel-rename", "RENAME #room #other")
    assert send(server.port, path, "before").status == 200
    log = server.log
    server.stop()
    secret = path.removeprefix("/hook/").encode()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if secret in file.read_bytes()]
    assert secret.decode() not in log

    server = make_server("--data", str(tmp_path), **FAST)
    assert send(server.port, path, "after").status == 200
    duy = IrcClient(server.port, "Duy", *CAPS)
    duy.join("#other")
    found = duy.ask("CHATHISTORY LATEST #other * 10")
    assert [m.params[-1] for m in found if m.command == "PRIVMSG"] == ["before", "after"]
    taken = LineClient(server.port, b"NICK ci\r\nUSER c 0 * :c\r\n")
    assert " 433 " in taken.read_line()


def test_what_it_says_is_found_and_taken_back(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), **FAST)
    tuan = Founder(server.port)
    tuan.ask("CAP REQ :draft/message-redaction soju.im/search")
    assert send(server.port, tuan.add("ci"), "needle in hay").status == 200
    (seen,) = tuan.sync()
    found = tuan.ask("SEARCH text=needle;from=ci")
    assert [m.params[-1] for m in found if m.command == "PRIVMSG"] == ["needle in hay"]
    duy = IrcClient(server.port, "Duy", "draft/message-redaction", *CAPS, join="#room")
    (refused,) = [m for m in duy.ask(f"REDACT #room {seen.tags['msgid']}") if m.command == "FAIL"]
    assert refused.params[1] == "REDACT_FORBIDDEN"
    tuan.ask(f"REDACT #room {seen.tags['msgid']}")
    assert not [m for m in tuan.ask("SEARCH text=needle") if m.command == "PRIVMSG"]


def test_what_cannot_be_stored_is_said_to_nobody(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), **FAST)
    tuan = Founder(server.port)
    path = tuan.add("ci")
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # another program holds the file
        answer = send(server.port, path, "x")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert tuan.sync() == []
    while send(server.port, path, "y").status != 200:
        pass
    assert texts(tuan.sync()) == ["y"]


LIMITS = LimitsConfig(multiline_bytes=2000, multiline_lines=3)
ROOM = text_room("ci!hook@services", "PRIVMSG", "#a")


def test_a_text_at_its_bounds_and_past_them() -> None:
    def said(text: str) -> str:
        return spoken(text, "ci!hook@services", "#a", LIMITS)

    assert said("a\nb\nc") == "a\nb\nc"
    assert said("a\nb\nc\nd") == f"a\nb\n{CUT}"
    long = "x" * (ROOM + 1)
    assert said(long) == f"{'x' * ROOM}\n\0x"
    assert said("x" * (3 * ROOM)).count("\n") == 2
    assert said("x" * (3 * ROOM + 1)).endswith(f"x\n{CUT}")
    small = LimitsConfig(multiline_bytes=512, multiline_lines=32)
    fits = "x" * 300 + "\n" + "y" * 211
    assert spoken(fits, "ci!hook@services", "#a", small) == fits
    assert spoken(f"{fits}y", "ci!hook@services", "#a", small) == f"{'x' * 300}\n{CUT}"
