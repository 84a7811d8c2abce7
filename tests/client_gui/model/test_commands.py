"""What is typed and what becomes of it."""

from __future__ import annotations

import pytest

from client_gui.core.events import Kind, Unsent
from client_gui.core.protocol import ClientProtocol
from client_gui.model.commands import (
    Find,
    Help,
    Join,
    Leave,
    Nick,
    Part,
    Rooms,
    Send,
    Serve,
    Talk,
    Tell,
    interpret,
)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("hi", b"PRIVMSG #lobby :hi\r\n"),
        ("//who", b"PRIVMSG #lobby :/who\r\n"),
        ("/me waves hi", b"PRIVMSG #lobby :\x01ACTION waves hi\x01\r\n"),
        ("/MSG Duy psst you", b"PRIVMSG Duy :psst you\r\n"),
        ("/topic be kind", b"TOPIC #lobby :be kind\r\n"),
        ("/topic", b"TOPIC #lobby\r\n"),
        ("/topic #dev be kind", b"TOPIC #dev :be kind\r\n"),
        ("/topic #dev", b"TOPIC #dev\r\n"),
        ("/kick #dev Duy too loud", b"KICK #dev Duy :too loud\r\n"),
        ("/invite Duy #dev", b"INVITE Duy #dev\r\n"),
        ("/op #dev Duy", b"MODE #dev +o Duy\r\n"),
        ("/away", b"AWAY\r\n"),
        ("/away at lunch", b"AWAY :at lunch\r\n"),
        ("/kick Duy too loud", b"KICK #lobby Duy :too loud\r\n"),
        ("/ban Duy", b"MODE #lobby +b Duy!*@*\r\n"),
        ("/ban *@host", b"MODE #lobby +b *@host\r\n"),
        ("/invite Duy", b"INVITE Duy #lobby\r\n"),
        ("/ns help register", b"PRIVMSG NickServ :help register\r\n"),
        (" /cs info #a", b"PRIVMSG ChanServ :info #a\r\n"),
        (" /msg nickserv identify x", b"PRIVMSG nickserv :identify x\r\n"),
        ("/notice Duy psst you", b"NOTICE Duy :psst you\r\n"),
        ("/whois Duy", b"WHOIS Duy\r\n"),
        ("/unban Duy", b"MODE #lobby -b Duy!*@*\r\n"),
        ("/op Duy Lan", b"MODE #lobby +o Duy\r\nMODE #lobby +o Lan\r\n"),
        ("/deop Duy", b"MODE #lobby -o Duy\r\n"),
        ("/voice Duy", b"MODE #lobby +v Duy\r\n"),
        ("/devoice Duy", b"MODE #lobby -v Duy\r\n"),
        ("/mode", b"MODE #lobby\r\n"),
        ("/mode +m", b"MODE #lobby +m\r\n"),
        ("/mode #dev -k key", b"MODE #dev -k key\r\n"),
        ("/raw privmsg #a :two  words", b"privmsg #a :two  words\r\n"),
        ("/raw version", b"version\r\n"),
        ("/raw TOPIC #a :", b"TOPIC #a :\r\n"),
    ],
)
def test_what_is_sent(typed: str, sent: bytes) -> None:
    core = ClientProtocol("Tuan", 0.0)
    core.receive_data(b":srv 001 Tuan :hi\r\n", 0.0)
    core.data_to_send()
    action = interpret(typed, "#lobby")
    assert isinstance(action, Send)
    action.command(core)
    assert core.data_to_send() == sent


@pytest.mark.parametrize(
    "typed",
    [
        "/fly",
        "/",
        "/me",
        "/msg",
        "/msg Duy",
        "/msg Duy  ",
        "/nick",
        "/join",
        "/join random and more",
        "/ns",
        "/kick",
        "/ban",
        "/ban a b",
        "/invite",
        "/invite Duy dev",
        "/nick has space",
        "/search",
        "/notice Duy",
        "/query",
        "/query #dev",
        "/whois",
        "/whois Duy Lan",
        "/list all",
        "/op",
        "/unban",
        "/raw",
        "/raw :x",
    ],
)
def test_what_cannot_be_carried_out_is_explained(typed: str) -> None:
    action = interpret(typed, "#lobby")
    assert isinstance(action, Tell)
    assert action.error


def test_the_others() -> None:
    assert interpret("/nick  Lan ", "#lobby") == Nick("Lan")
    assert interpret("/join #a key", "#lobby") == Join("#a", "key")
    assert interpret("/join a", "#lobby") == Join("a")
    assert interpret("/part so long", "#lobby") == Part("so long")
    assert interpret("/part", "Duy") == Part("")
    assert interpret("/part #dev so long", "#lobby") == Part("so long", "#dev")
    assert interpret("/part #dev", "Duy") == Part("", "#dev")
    assert interpret("/search two words", "#lobby") == Find("two words")
    assert interpret("/quit so long", "#lobby") == Leave("so long")
    for what in ("connect", "disconnect", "fold", "close"):
        assert interpret(f"/{what}", "#lobby") == Serve(what)
        assert isinstance(interpret(f"/{what} now", "#lobby"), Tell)
    help_ = interpret("/help", "#lobby")
    assert isinstance(help_, Tell)
    assert not help_.error
    assert help_.text.splitlines()[1] == "/join #ROOM [KEY]: enter a room"
    assert interpret("/help part", "#lobby") == Tell(
        "/part [ROOM] [REASON]: leave a room, or close this conversation"
    )


def test_a_conversation_is_opened_and_something_said_in_it() -> None:
    assert interpret("/query Duy", "#lobby") == Talk("Duy")
    found = interpret("/query Duy are you\nthere", "#lobby")
    assert isinstance(found, Talk)
    assert found.said is not None
    assert found.said.unsent == Unsent("Duy", "are you\nthere", Kind.MESSAGE, "")


def test_in_a_conversation_whois_is_about_the_other() -> None:
    core = ClientProtocol("Tuan", 0.0)
    core.receive_data(b":srv 001 Tuan :hi\r\n", 0.0)
    core.data_to_send()
    found = interpret("/whois", "Duy")
    assert isinstance(found, Send)
    found.command(core)
    assert core.data_to_send() == b"WHOIS Duy\r\n"


def test_what_only_the_window_knows() -> None:
    assert interpret("/list", "#lobby") == Rooms()
    assert interpret("/help /Hi", "#lobby") == Help("hi")


def test_an_unknown_command_is_one_line() -> None:
    found = interpret("/fly away", "#lobby")
    assert found == Tell("Unknown command /fly. /help lists the commands.", error=True)


@pytest.mark.parametrize(
    "typed", ["/topic x", "/topic", "/kick Duy", "/ban Duy", "/invite Lan", "/op Lan"]
)
def test_what_is_for_rooms_is_not_sent_to_a_person(typed: str) -> None:
    found = interpret(typed, "Duy")
    assert isinstance(found, Tell)
    assert "is for rooms" in found.text
