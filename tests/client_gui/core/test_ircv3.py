"""The client core and what modern servers can: labels, several lines, reactions, accounts."""

from __future__ import annotations

import base64

import pytest
import scramp

from client_gui.core.events import (
    Away,
    Event,
    Found,
    Invited,
    Kind,
    LoggedIn,
    LoginFailed,
    NotSent,
    Reacted,
    ReadUpTo,
    Redacted,
    Registered,
    RoomListed,
    RoomRenamed,
    RoomsListed,
    Said,
    Sending,
    Typing,
)
from client_gui.core.login import Login
from client_gui.core.protocol import ClientProtocol

EVERYTHING = (
    "batch echo-message labeled-response message-tags server-time draft/message-redaction "
    "draft/read-marker draft/multiline=max-bytes=100,max-lines=3 soju.im/search"
)


def ready(caps: str = EVERYTHING) -> ClientProtocol:
    core = ClientProtocol("Tuan", 0.0)
    names = " ".join(one.partition("=")[0] for one in caps.split())
    core.receive_data(f"CAP * LS :{caps}\r\nCAP * ACK :{names}\r\n".encode(), 0)
    core.receive_data(b":srv 001 Tuan :hi\r\n:srv 005 Tuan PREFIX=(qaohv)~&@%+ :are\r\n", 0.0)
    core.data_to_send()
    return core


def hear(core: ClientProtocol, *lines: str) -> list[Event]:
    return core.receive_data("".join(f"{line}\r\n" for line in lines).encode(), 1.0)


def test_what_is_said_is_on_its_way_until_its_label_comes_back() -> None:
    core = ready()
    assert core.say("#a", "hi") == [Sending("#a", "hi", Kind.MESSAGE, "say1")]
    assert core.data_to_send() == b"@label=say1 PRIVMSG #a :hi\r\n"
    (said,) = hear(core, "@label=say1;msgid=id1 :Tuan!t@h PRIVMSG #a hi")
    assert said == Said("#a", "Tuan", "hi", Kind.MESSAGE, True, msgid="id1", label="say1")
    core.say("#a", "no")
    assert hear(core, "@label=say2 :srv 404 Tuan #a :You cannot send to this room") == [
        NotSent("say2", "#a: You cannot send to this room")
    ]
    core.say("Duy", "are you there?")
    told = hear(
        core,
        "@label=say3 :srv BATCH +7 labeled-response",
        "@batch=7;msgid=id2 :Tuan!t@h PRIVMSG Duy :are you there?",
        "@batch=7 :srv 301 Tuan Duy :lunch",
        ":srv BATCH -7",
    )
    assert [one.label for one in told if isinstance(one, Said)] == ["say3"]
    assert Away("Duy", "lunch") in told


def test_several_lines_are_one_message_where_the_server_takes_them() -> None:
    core = ready()
    assert core.say("#a", "one\n\ntwo", reply_to="id0") == [
        Sending("#a", "one\n\ntwo", Kind.MESSAGE, "say1", "id0")
    ]
    assert core.data_to_send().decode().splitlines() == [
        "@+draft/reply=id0;label=say1 BATCH +m draft/multiline #a",
        "@batch=m PRIVMSG #a :one",
        "@batch=m PRIVMSG #a :",
        "@batch=m PRIVMSG #a :two",
        "BATCH -m",
    ]
    # more lines than it takes, and more bytes: as few messages as it needs
    sent = core.say("#a", "a\nb\nc\nd")
    assert [one.text for one in sent if isinstance(one, Sending)] == ["a\nb\nc", "d"]
    assert core.data_to_send().count(b"BATCH +m") == 1
    sent = core.say("#a", "x" * 99 + "\ny")
    assert [one.text for one in sent if isinstance(one, Sending)] == ["x" * 99, "y"]
    assert b"BATCH" not in core.data_to_send()
    core = ready("echo-message")
    core.say("#a", "one\ntwo")
    assert core.data_to_send() == b"PRIVMSG #a :one\r\nPRIVMSG #a :two\r\n"


def test_several_lines_that_others_say() -> None:
    core = ready()
    (said,) = hear(
        core,
        "@msgid=id1;time=2024-01-01T00:00:00.000Z :Duy!d@h BATCH +9 draft/multiline #a",
        "@batch=9 :Duy!d@h PRIVMSG #a :one",
        "@batch=9 :Duy!d@h PRIVMSG #a :two ",
        "@batch=9;draft/multiline-concat :Duy!d@h PRIVMSG #a :goes on",
        ":srv BATCH -9",
    )
    assert isinstance(said, Said)
    assert (said.text, said.msgid, said.nick) == ("one\ntwo goes on", "id1", "Duy")
    assert said.at == 1704067200.0
    assert hear(core, ":D!d@h BATCH +1 draft/multiline #a", ":srv BATCH -1") == []


def test_tags_that_tell_something() -> None:
    core = ready()
    who = ":Duy!d@h TAGMSG #a"
    assert hear(core, f"@+draft/react=👍;+draft/reply=id1 {who}") == [
        Reacted("#a", "Duy", "id1", "👍")
    ]
    assert hear(core, f"@+draft/unreact=👍;+draft/reply=id1 {who}") == [
        Reacted("#a", "Duy", "id1", "👍", adding=False)
    ]
    assert hear(core, f"@+typing=active {who}") == [Typing("#a", "Duy", active=True)]
    assert hear(core, f"@+typing=done {who}") == [Typing("#a", "Duy", active=False)]
    assert hear(core, "@+typing=active :Tuan!t@h TAGMSG #a", "@+other :Duy!d@h TAGMSG #a") == []
    assert hear(core, "@+typing=active :Duy!d@h TAGMSG Tuan") == [Typing("Duy", "Duy", active=True)]
    (said,) = hear(core, "@+draft/reply=id1 :Duy!d@h PRIVMSG @#a :for operators")
    assert isinstance(said, Said)
    assert (said.room, said.reply_to) == ("#a", "id1")


def test_what_else_happens() -> None:
    core = ready()
    assert hear(
        core,
        ":Duy!d@h REDACT #a id1 :why",
        ":srv MARKREAD #a timestamp=2024-01-01T00:00:00.000Z",
        ":srv MARKREAD #a *",
        ":Duy!d@h AWAY :lunch",
        ":Duy!d@h AWAY",
        ":srv 306 Tuan :You are away",
        ":srv 305 Tuan :You are back",
        ":Duy!d@h INVITE Tuan #b",
        ":Duy!d@h INVITE Lan #b",
        ":Duy!d@h RENAME #a #c :why",
        ":srv 321 Tuan Channel :Users",
        ":srv 322 Tuan #a 7 :about it",
        ":srv 323 Tuan :End",
        ":srv 900 Tuan Tuan!t@h tuan :You are now logged in",
    ) == [
        Redacted("#a", "Duy", "id1"),
        ReadUpTo("#a", 1704067200.0),
        Away("Duy", "lunch"),
        Away("Duy", None),
        Away("Tuan", ""),
        Away("Tuan", None),
        Invited("#b", "Duy"),
        RoomRenamed("#a", "#c"),
        RoomListed("#a", 7, "about it"),
        RoomsListed(),
        LoggedIn("tuan"),
    ]


def test_what_is_asked_for() -> None:
    core = ready()
    core.typing("#a", active=True)
    core.typing("#a", active=False)
    core.react("#a", "id1", "👍")
    core.react("#a", "id1", "👍", adding=False)
    core.mark_read("#a", 1704067200.5)
    core.look_for("#a", "two words; and")
    assert core.data_to_send().decode().splitlines() == [
        "@+typing=active TAGMSG #a",
        "@+typing=done TAGMSG #a",
        "@+draft/react=👍;+draft/reply=id1 TAGMSG #a",
        "@+draft/unreact=👍;+draft/reply=id1 TAGMSG #a",
        "MARKREAD #a timestamp=2024-01-01T00:00:00.500Z",
        "SEARCH in=#a;text=two\\swords\\:\\sand",
    ]
    old = ready("echo-message")
    old.typing("#a", active=True)
    old.react("#a", "id1", "👍")
    old.mark_read("#a", 1.0)
    old.look_for("#a", "x")
    assert old.data_to_send() == b"", "a server that does not know it is not asked"


def test_what_a_search_finds() -> None:
    core = ready()
    (found,) = hear(
        core,
        ":srv BATCH +5 soju.im/search",
        "@batch=5;msgid=id1 :Duy!d@h PRIVMSG #a :one",
        ":srv BATCH -5",
    )
    assert isinstance(found, Found)
    assert [one.text for one in found.lines] == ["one"]


def logging_in(mechanisms: str, *, private: bool = False) -> ClientProtocol:
    core = ClientProtocol("Tuan", 0.0, login=Login("tuan", "secret words"), private=private)
    core.data_to_send()
    hear(core, f"CAP * LS :sasl{mechanisms} echo-message", "CAP * ACK :echo-message sasl")
    return core


def test_scram_is_used_where_the_server_knows_it() -> None:
    core = logging_in("=PLAIN,SCRAM-SHA-256")
    assert core.data_to_send().endswith(b"AUTHENTICATE SCRAM-SHA-256\r\n")
    mechanism = scramp.ScramMechanism("SCRAM-SHA-256")
    stored = mechanism.make_auth_info("secret words", iteration_count=4096)
    server = mechanism.make_server(lambda name: stored)

    def told() -> str:
        line = core.data_to_send().decode().split()[1]
        return base64.b64decode(line).decode()

    def tell(text: str) -> None:
        hear(core, f"AUTHENTICATE {base64.b64encode(text.encode()).decode()}")

    hear(core, "AUTHENTICATE +")
    server.set_client_first(told())
    tell(server.get_server_first())
    server.set_client_final(told())
    tell(server.get_server_final())
    assert core.data_to_send() == b"AUTHENTICATE +\r\n"
    hear(core, ":srv 900 Tuan Tuan!t@h tuan :in", ":srv 903 Tuan :SASL successful")
    assert core.data_to_send() == b"CAP END\r\n"
    assert Registered("Tuan") in hear(core, ":srv 001 Tuan :hi")


def test_a_server_that_does_not_know_the_password_is_not_believed() -> None:
    core = logging_in("=SCRAM-SHA-256")
    hear(core, "AUTHENTICATE +")
    core.data_to_send()
    (failed,) = hear(core, f"AUTHENTICATE {base64.b64encode(b'r=x,s=AAAA,i=1').decode()}")
    assert isinstance(failed, LoginFailed)
    assert core.data_to_send() == b"AUTHENTICATE *\r\nCAP END\r\n"


@pytest.mark.parametrize(
    ("mechanisms", "private", "asks"),
    [
        ("=PLAIN", True, b"AUTHENTICATE PLAIN\r\n"),
        ("", True, b"AUTHENTICATE PLAIN\r\n"),
        ("=PLAIN", False, b"CAP END\r\n"),
        ("=EXTERNAL", True, b"CAP END\r\n"),
    ],
)
def test_a_password_goes_out_in_the_clear_only_where_nobody_reads_it(
    mechanisms: str, private: bool, asks: bytes
) -> None:
    core = logging_in(mechanisms, private=private)
    assert core.data_to_send().endswith(asks)
    if private and "EXTERNAL" not in mechanisms:
        hear(core, "AUTHENTICATE +")
        sent = core.data_to_send().split()[1]
        assert base64.b64decode(sent) == b"\0tuan\0secret words"
        (failed,) = hear(core, ":srv 904 Tuan :Invalid account name or password")
        assert failed == LoginFailed("You are not logged in: Invalid account name or password.")
        assert core.data_to_send() == b"CAP END\r\n"


def test_a_server_without_accounts() -> None:
    core = ClientProtocol("Tuan", 0.0, login=Login("tuan", "secret"))
    assert hear(core, "CAP * LS :echo-message") == [LoginFailed("This server has no accounts.")]
    assert "secret" not in repr(Login("tuan", "secret"))


def test_an_acknowledgement_in_several_lines_is_waited_for() -> None:
    core = ClientProtocol("Tuan", 0.0, login=Login("Tuan", "secret"), private=True)
    hear(core, "CAP * LS :batch message-tags sasl=PLAIN")
    core.data_to_send()
    hear(core, "CAP * ACK :batch")
    assert core.data_to_send() == b"", "the end would come before the log-in"
    hear(core, "CAP * ACK :message-tags sasl")
    assert core.data_to_send() == b"AUTHENTICATE PLAIN\r\n"


@pytest.mark.parametrize("numeric", ["902", "904", "905", "906", "907"])
def test_whatever_ends_a_log_in_the_connection_goes_on(numeric: str) -> None:
    core = ClientProtocol("Tuan", 0.0, login=Login("Tuan", "secret"), private=True)
    hear(core, "CAP * LS :sasl=PLAIN", "CAP * ACK :sasl")
    core.data_to_send()
    (failed,) = hear(core, f":srv {numeric} Tuan :not so")
    assert isinstance(failed, LoginFailed)
    assert core.data_to_send() == b"CAP END\r\n"


def test_a_server_that_takes_its_accounts_back_is_told_of() -> None:
    core = ClientProtocol("Tuan", 0.0, login=Login("Tuan", "secret"), private=True)
    hear(core, "CAP * LS :sasl=PLAIN")
    core.data_to_send()
    (failed,) = hear(core, "CAP * NAK :sasl")
    assert isinstance(failed, LoginFailed)
    assert core.data_to_send() == b"CAP END\r\n"


@pytest.mark.parametrize("line", [":Tuan!u@h QUIT :timed out", ":Tuan!u@h NICK Other"])
def test_when_our_ghost_goes_we_take_our_name_again(line: str) -> None:
    core = ClientProtocol("Tuan", 0.0, retry_nick=True)
    hear(core, ":srv 433 * Tuan :taken", ":srv 001 Tuan_ :Welcome")
    core.data_to_send()
    hear(core, ":Duy!u@h QUIT :bye", ":Duy2!u@h NICK Duy3")
    assert core.data_to_send() == b""
    hear(core, line)
    assert core.data_to_send() == b"NICK Tuan\r\n"
    hear(core, ":Tuan_!u@h NICK Tuan", ":Lan!u@h QUIT :bye")
    assert core.data_to_send() == b""


def test_who_is_away_is_asked_for_in_rooms_that_are_not_too_large() -> None:
    core = ready("away-notify")
    hear(core, ":srv 353 Tuan = #a :Tuan Duy", ":srv 366 Tuan #a :End")
    assert core.data_to_send() == b"WHO #a\r\n"
    hear(core, ":srv 005 Tuan WHOX :are")
    hear(core, ":srv 353 Tuan = #b :Tuan Duy", ":srv 366 Tuan #b :End")
    assert core.data_to_send() == b"WHO #b %nf\r\n"
    assert hear(core, ":srv 354 Tuan Duy G@", ":srv 354 Tuan Lan H") == [Away("Duy", "")]
    told = hear(
        core, ":srv 352 Tuan #a u h srv Hoa G :0 Hoa", ":srv 352 Tuan #a u h srv Lan H :0 L"
    )
    assert told == [Away("Hoa", "")]
    many = " ".join(f"n{number}" for number in range(200))
    for _ in range(6):
        hear(core, f":srv 353 Tuan = #c :{many}")
    hear(core, ":srv 366 Tuan #c :End")
    assert core.data_to_send() == b""


def test_the_list_of_mechanisms_does_not_end_a_login() -> None:
    """908 comes before the 904 that does: https://ircv3.net/specs/extensions/sasl-3.1"""
    core = ClientProtocol("Tuan", 0.0, login=Login("Tuan", "secret"), private=True)
    hear(core, ":srv CAP * LS :sasl=PLAIN", ":srv CAP * ACK :sasl")
    core.data_to_send()
    assert hear(core, ":srv 908 Tuan SCRAM-SHA-256 :are available") == []
    assert core.data_to_send() == b""
    assert hear(core, ":srv 904 Tuan :SASL authentication failed")
    assert core.data_to_send() == b"CAP END\r\n"
