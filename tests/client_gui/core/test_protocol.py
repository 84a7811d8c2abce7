"""The client core, on bytes alone: no socket, no clock, no trio."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client_gui.core.events import (
    Closed,
    Event,
    Joined,
    Kind,
    Latency,
    Left,
    Members,
    NickChanged,
    NickRefused,
    Quit,
    Registered,
    Said,
    Sending,
    ServerText,
    TopicChanged,
)
from client_gui.core.exceptions import NotConnected, ProtocolError
from client_gui.core.protocol import NICK_RETRIES, ClientProtocol, Timeouts
from client_gui.core.speaking import UNLABELED
from client_gui.core.state import State
from gchat.wire.message import MessageError

WELCOME = ":srv 001 Tuan :Welcome\r\n"


def ready(*caps: str) -> ClientProtocol:
    """A core that is welcome."""
    core = ClientProtocol("Tuan", 0.0)
    if caps:
        core.receive_data(
            f"CAP * LS :{' '.join(caps)}\r\nCAP * ACK :{' '.join(caps)}\r\n".encode(), 0
        )
    core.receive_data(WELCOME.encode(), 0.0)
    core.receive_data(b":srv 005 Tuan CASEMAPPING=ascii UTF8MAPPING=rfc8265 :are\r\n", 0.0)
    core.receive_data(b"PONG srv keepalive\r\n", 0.0)
    core.data_to_send()
    return core


def receive(core: ClientProtocol, text: str) -> list[Event]:
    """What a line tells."""
    return core.receive_data(text.encode() + b"\r\n", 1.0)


# Each exchange: what the server sends, what the core tells, what it answers.
EXCHANGES: list[tuple[str, list[Event], str]] = [
    (
        ":srv CAP * LS :echo-message=x server-time unknown\r\n",
        [],
        "CAP REQ :echo-message server-time\r\n",
    ),
    (
        ":srv CAP * LS * :echo-message\r\n:srv CAP * LS :server-time\r\n",
        [],
        "CAP REQ :echo-message server-time\r\n",
    ),
    (":srv CAP * LS :unknown\r\n", [], "CAP END\r\n"),
    (":srv CAP * ACK :server-time\r\n", [], "CAP END\r\n"),
    (":srv CAP * NAK :server-time\r\n", [], "CAP END\r\n"),
    (":srv 421 * CAP :Unknown command\r\n", [], ""),
    ("PING :abc def\r\n", [], "PONG :abc def\r\n"),
    (
        ":srv 433 * Tuan :This nickname is already in use\r\n",
        [NickRefused("Tuan", "This nickname is already in use")],
        "",
    ),
    (WELCOME, [Registered("Tuan")], "JOIN #lobby\r\nPING keepalive\r\n"),
    (
        WELCOME + ":Tuan!~g@h JOIN #lobby\r\n:srv 332 Tuan #lobby :Be kind\r\n"
        ":srv 353 Tuan = #lobby :@+Duy Tuan\r\n:srv 353 Tuan = #lobby :Lan\r\n"
        ":srv 366 Tuan #lobby :End\r\n",
        [
            Registered("Tuan"),
            Joined("#lobby", "Tuan", own=True),
            TopicChanged("#lobby", "Be kind", ""),
            Members("#lobby", (("@+", "Duy"), ("", "Tuan"), ("", "Lan"))),
        ],
        "JOIN #lobby\r\nPING keepalive\r\n",
    ),
    ("ERROR :Closing Link: you (bye)\r\n", [Closed("bye")], ""),
    ("NOTICE * :*** Looking up\r\n\r\n   \r\n", [ServerText("*** Looking up")], ""),
]


@pytest.mark.parametrize(("sent", "events", "answer"), EXCHANGES)
def test_exchanges_whole_and_byte_by_byte(sent: str, events: list[Event], answer: str) -> None:
    for pieces in ([sent.encode()], [bytes([byte]) for byte in sent.encode()]):
        core = ClientProtocol("Tuan", 0.0)
        assert core.data_to_send() == b"CAP LS 302\r\nNICK Tuan\r\nUSER gchat 0 * :Tuan\r\n"
        got = [event for piece in pieces for event in core.receive_data(piece, 0.0)]
        assert got == events
        assert core.data_to_send().decode() == answer


@pytest.mark.parametrize(
    ("line", "events"),
    [
        (":Duy!u@h JOIN #lobby", [Joined("#lobby", "Duy", own=False)]),
        (":Duy!u@h PART #lobby :bye", [Left("#lobby", "Duy", "bye", own=False)]),
        (":Duy!u@h PART #lobby", [Left("#lobby", "Duy", "", own=False)]),
        (":tUAN!u@h PART #lobby", [Left("#lobby", "tUAN", "", own=True)]),
        (":Duy!u@h KICK #lobby Tuan :out", [Left("#lobby", "Tuan", "out", own=True, by="Duy")]),
        (":Duy!u@h QUIT :gone", [Quit("Duy", "gone")]),
        (":Duy!u@h NICK Duy2", [NickChanged("Duy", "Duy2", own=False)]),
        (":Tuan!u@h NICK Tun", [NickChanged("Tuan", "Tun", own=True)]),
        (":Duy!u@h TOPIC #lobby :new", [TopicChanged("#lobby", "new", "Duy")]),
        (
            ":Duy!u@h PRIVMSG #lobby :Hello, Tuan!",
            [Said("#lobby", "Duy", "Hello, Tuan!", Kind.MESSAGE, own=False)],
        ),
        (
            "@time=2026-11-23T00:00:00.500Z;msgid=abc :Duy!u@h PRIVMSG Tuan :psst",
            [Said("Duy", "Duy", "psst", Kind.MESSAGE, False, 1795392000.5, "abc")],
        ),
        ("@time=nonsense :Duy!u@h NOTICE Tuan :n", [Said("Duy", "Duy", "n", Kind.NOTICE, False)]),
        (":Tuan!u@h PRIVMSG Duy :mine", [Said("Duy", "Tuan", "mine", Kind.MESSAGE, own=True)]),
        (
            ":Duy!u@h PRIVMSG #lobby :\x01ACTION waves\x01",
            [Said("#lobby", "Duy", "waves", Kind.ACTION, own=False)],
        ),
        (":Duy!u@h PRIVMSG Tuan :\x01VERSION\x01", []),
        (":srv NOTICE Tuan :restarting soon", [ServerText("restarting soon")]),
        (":srv 372 Tuan :- Be kind", [ServerText("- Be kind")]),
        (
            ":srv 404 Tuan #lobby :You cannot send to this room",
            [ServerText("#lobby: You cannot send to this room", error=True, room="#lobby")],
        ),
        (":srv 433 Tuan Duy :in use", [ServerText("Duy: in use", error=True)]),
        ("FAIL PRIVMSG INVALID_UTF8 :not UTF-8", [ServerText("not UTF-8", error=True)]),
        (":srv 422 Tuan :no motd", []),
        (":srv 318 Tuan x :End", []),
        ("PRIVMSG", []),
        (":srv 353 Tuan", []),
        ("!!", []),
    ],
)
def test_what_happens_once_welcome(line: str, events: list[Event]) -> None:
    assert receive(ready(), line) == events
    core = ready()
    bytewise = [e for b in (line + "\r\n").encode() for e in core.receive_data(bytes([b]), 1.0)]
    assert bytewise == events


def test_without_receipts_the_core_gives_its_own_copy() -> None:
    core = ready()
    assert core.say("#lobby", "hi") == [Said("#lobby", "Tuan", "hi", Kind.MESSAGE, own=True)]
    assert core.data_to_send() == b"PRIVMSG #lobby :hi\r\n"


def test_with_receipts_it_waits_for_the_servers() -> None:
    core = ready("echo-message")
    assert core.say("#lobby", "waves about", Kind.ACTION) == [
        Sending("#lobby", "waves about", Kind.ACTION, f"{UNLABELED}1")
    ]
    assert core.data_to_send() == b"PRIVMSG #lobby :\x01ACTION waves about\x01\r\n"
    assert core.caps == {"echo-message"}
    receive(core, "CAP Tuan DEL :echo-message")
    assert core.caps == set()


def test_long_and_many_lined_texts_lose_nothing() -> None:
    core = ready()
    text = "Tiếng Việt " * 100 + "\n\n" + "x" * 2000
    events = core.say("#lobby", text)
    events += [event for second in range(1, 20) for event in core.on_time(float(second))]
    said = [event.text for event in events if isinstance(event, Said)]
    assert "".join(said) == text.replace("\n", "")
    for line in core.data_to_send().split(b"\r\n"):
        assert len(line) + len(b":Tuan!~gchat@255.255.255.255 ") <= 510


def test_control_characters_never_end_a_line_early() -> None:
    core = ready()
    core.say("#lobby", "a\rQUIT\nb\0c\ud800")
    assert (
        core.data_to_send()
        == b"PRIVMSG #lobby :a\r\nPRIVMSG #lobby :QUIT\r\nPRIVMSG #lobby :bc?\r\n"
    )
    with pytest.raises(MessageError):
        core.say("#a #b", "x")
    with pytest.raises(MessageError):
        core.command("JOIN", "#a\r\nQUIT")


def test_a_refused_nickname_can_be_followed_by_another() -> None:
    core = ClientProtocol("Tuan", 0.0)
    receive(core, ":srv 433 * Tuan :taken")
    assert core.state is State.NEEDS_NICK
    assert core.deadline is None
    core.data_to_send()
    core.change_nick("Duy")
    assert core.data_to_send() == b"NICK Duy\r\n"
    assert receive(core, ":srv 001 Duy :hi") == [Registered("Duy")]


def test_when_reconnecting_it_tries_other_nicknames_by_itself_but_not_for_ever() -> None:
    core = ClientProtocol("Tuan", 0.0, retry_nick=True)
    core.data_to_send()
    for count in range(1, NICK_RETRIES + 1):
        assert receive(core, ":srv 433 * x :taken") == []
        assert core.data_to_send() == b"NICK Tuan" + b"_" * count + b"\r\n"
    assert isinstance(receive(core, ":srv 433 * x :taken")[0], NickRefused)


def test_time_outs() -> None:
    timeouts = Timeouts(registration=30, keepalive=20, reply=10)
    core = ClientProtocol("Tuan", 100.0, timeouts=timeouts)
    assert core.deadline == 130.0
    assert core.on_time(129.0) == []
    assert core.on_time(130.0) == [Closed("The server did not answer in time.")]
    core = ClientProtocol("Tuan", 100.0, timeouts=timeouts)
    core.receive_data(WELCOME.encode(), 101.0)
    assert core.receive_data(b"PONG srv keepalive\r\n", 101.5) == [Latency(0.5)]
    core.data_to_send()
    assert core.deadline == 121.5
    assert core.on_time(121.5) == []
    assert core.data_to_send() == b"PING keepalive\r\n"
    assert core.deadline == 131.5
    assert core.receive_data(b"PONG srv keepalive\r\n", 123.0) == [Latency(1.5)]
    core.on_time(143.0)
    assert core.on_time(153.0) == [Closed("The server no longer answers.")]
    assert core.deadline is None


def test_the_end() -> None:
    core = ready()
    assert core.receive_eof() == [Closed("The server closed the connection.")]
    assert core.receive_eof() == []
    assert receive(core, "PING x") == []
    for call in (lambda: core.say("#lobby", "x"), lambda: core.command("JOIN", "#a")):
        with pytest.raises(NotConnected):
            call()
    core = ready()
    core.quit("bye now")
    core.quit()
    assert core.data_to_send() == b"QUIT :bye now\r\n"
    assert core.receive_eof() == []


@pytest.mark.parametrize(
    "sent",
    [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-OpenSSH_9\r\n", b"x" * 20000, b"\x15\x03\x01\n"],
)
def test_what_is_no_chat_server(sent: bytes) -> None:
    core = ClientProtocol("Tuan", 0.0)
    with pytest.raises(ProtocolError):
        core.receive_data(sent, 0.0)
    assert core.closed


_VOCABULARY = """
001 005 332 353 366 372 404 422 433 CAP ERROR JOIN KICK NICK NOTICE PART PING PONG PRIVMSG QUIT
TOPIC FAIL LS ACK NAK DEL * = #lobby Tuan :srv :Duy!u@h @time=x PREFIX= PREFIX=(ov)@+
CASEMAPPING=rfc1459 CHANTYPES= : \x01ACTION
"""
_WORDS = st.sampled_from(_VOCABULARY.split())
_LINES = (
    st.lists(_WORDS | st.text(max_size=5), max_size=7)
    .map(" ".join)
    .map(lambda line: line.encode("utf-8", "replace") + b"\r\n")
)


@given(st.lists(_LINES | st.binary(max_size=40), max_size=12), st.booleans())
@example([b":srv 005 x PREFIX=(ov)@+ :y\r\n", b":s 353 a = #b :@\r\n", b":s 366 a #b :z\r\n"], True)
def test_no_bytes_raise_anything_but_the_cores_own_error(chunks: list[bytes], early: bool) -> None:
    core = ClientProtocol("Tuan", 0.0) if early else ready()
    try:
        for chunk in chunks:
            core.receive_data(chunk, 1.0)
    except ProtocolError:
        assert core.closed
    core.on_time(1000.0)
    for line in core.data_to_send().split(b"\r\n"):
        assert b"\n" not in line
        assert b"\r" not in line


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_however_bytes_arrive_they_tell_the_same(chunks: list[bytes]) -> None:
    def run(pieces: list[bytes]) -> list[object]:
        core = ready()
        told: list[object] = []
        try:
            for piece in pieces:
                told += core.receive_data(piece, 1.0)
        except ProtocolError:
            told.append("error")
        return [*told, core.data_to_send()]

    assert run(chunks) == run([b"".join(chunks)])
