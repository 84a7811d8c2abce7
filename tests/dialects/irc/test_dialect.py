"""Handlers are ordinary functions: tested on a peer without sockets and event loop."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.dialects.irc.commands import COMMANDS
from gchat.dialects.irc.dialect import IrcDialect
from gchat.dialects.plain import PlainConnection
from gchat.wire.caps import CAPABILITIES
from gchat.wire.message import MAX_CLIENT_TAGS_BYTES
from tests.support.peer import FakePeer


def registered(peer: FakePeer, nick: str = "Tuan") -> IrcDialect:
    """An IRC connection that has read its welcome."""
    irc = IrcDialect(peer)
    irc.receive(f"NICK {nick}".encode())
    irc.receive(b"USER t 0 * :T")
    peer.take()
    peer.log.clear()
    return irc


def test_a_message_does_not_wait_and_the_next_command_does() -> None:
    peer = FakePeer()
    irc = registered(peer)
    irc.receive(b"PRIVMSG Nobody :one")
    irc.receive(b"PRIVMSG Nobody :two")
    assert peer.log == ["post Said", "post Said"]
    irc.receive(b"PING x")
    assert peer.log[2] == "settle"
    assert peer.take() == [
        ":gchat.local 401 Tuan Nobody :No such nickname",
        ":gchat.local 401 Tuan Nobody :No such nickname",
        ":gchat.local PONG gchat.local :x",
    ]


def test_what_was_answered_is_sent_before_the_next_event() -> None:
    peer = FakePeer()
    irc = registered(peer)
    irc.receive(b"JOIN nonsense,#a,#b")
    assert peer.log == ["settle", "send", "commit Joined", "send", "commit Joined", "send"]


def test_a_nickname_lost_between_check_and_registration_can_be_chosen_again() -> None:
    peer = FakePeer()
    irc = IrcDialect(peer)
    irc.receive(b"NICK Tuan")
    registered(FakePeer(2, peer.node))
    irc.receive(b"USER t 0 * :T")
    assert peer.take() == [":gchat.local 433 * Tuan :This nickname is already in use"]
    irc.receive(b"NICK Duy")
    assert peer.take()[0].startswith(":gchat.local 001 Duy ")


def test_a_form_that_differs_in_no_byte_is_the_same_form() -> None:
    peer = FakePeer()
    irc = registered(peer)
    before = peer.variant
    irc.receive(b"CAP REQ :multi-prefix echo-message")
    assert peer.variant == before
    assert peer.echo
    irc.receive(b"CAP REQ :server-time")
    assert peer.variant != before


_WORDS = st.sampled_from(
    [
        *(name.encode() for name in COMMANDS),
        *b"#a #lobby Tuan Duy , 0 302 : @a=b +x * LS REQ END +ovbklimnst -b +b".split(),
        *b"@label=x @batch=1 +1 -1 draft/multiline +qaheIMRC PLAIN AHQAaHU= NickServ".split(),
        *b"IDENTIFY REGISTER SET GET LIST SUB key @#a %tcuihsnfdlaor,1 >1 msgid=1 LATEST".split(),
    ]
)
_LINES = st.lists(_WORDS | st.binary(max_size=8), max_size=6).map(b" ".join) | st.binary(
    max_size=600
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.none() | _LINES, max_size=12), st.booleans())
def test_any_lines_are_answered_in_lines_that_are_whole(
    lines: list[bytes | None], every: bool
) -> None:
    """With no capability, or with every one that there is."""
    peer = FakePeer()
    irc = registered(peer)
    if every:
        for name in CAPABILITIES:
            irc.receive(f"CAP REQ {name}".encode())
        irc.receive(b"NS REGISTER hunter22hunter22")
    irc.receive(b"JOIN #a")
    registered(FakePeer(2, peer.node), "Duy").receive(b"JOIN #a")
    for line in lines:
        irc.receive(line.replace(b"\n", b"") if line is not None else None)
        peer.settle()
    assert peer.sent == b"" or peer.sent.endswith(b"\r\n")
    for answer in peer.sent.split(b"\r\n")[:-1]:
        answer.decode()
        assert not set(answer) & set(b"\r\n\0")
        assert len(answer) <= 510 + (MAX_CLIENT_TAGS_BYTES if answer[:1] == b"@" else 0)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.none()
        | st.binary(max_size=60)
        | st.sampled_from([b"/who", b"/nick ", b"/msg Tuan x", b"/msg x", b"/help", b"//", b"/"]),
        max_size=8,
    )
)
def test_any_lines_of_plain_text_are_answered_in_whole_lines(lines: list[bytes | None]) -> None:
    peer = FakePeer()
    plain = PlainConnection(peer)
    plain.receive(b"Tuan")
    for line in lines:
        plain.receive(line.replace(b"\n", b"") if line is not None else None)
        peer.settle()
    peer.sent.decode()
    assert peer.sent == b"" or peer.sent.endswith(b"\n")
