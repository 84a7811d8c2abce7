"""Handlers are ordinary functions: tested on a link without sockets and event loop."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.table import COMMANDS
from gchat.dialects.plain import PlainConnection
from gchat.wire.caps import CAPABILITIES
from gchat.wire.message import MAX_CLIENT_TAGS_BYTES
from tests.support.link import FakeLink


def registered(link: FakeLink, nick: str = "Tuan") -> IrcConnection:
    """An IRC connection that has read its welcome."""
    irc = IrcConnection(link)
    irc.receive(f"NICK {nick}".encode())
    irc.receive(b"USER t 0 * :T")
    link.take()
    link.log.clear()
    return irc


def test_a_message_does_not_wait_and_the_next_command_does() -> None:
    link = FakeLink()
    irc = registered(link)
    irc.receive(b"PRIVMSG Nobody :one")
    irc.receive(b"PRIVMSG Nobody :two")
    assert link.log == ["post Said", "post Said"]
    irc.receive(b"PING x")
    assert link.log[2] == "settle"
    assert link.take() == [
        ":gchat.local 401 Tuan Nobody :No such nickname",
        ":gchat.local 401 Tuan Nobody :No such nickname",
        ":gchat.local PONG gchat.local x",
    ]


def test_what_was_answered_is_sent_before_the_next_event() -> None:
    link = FakeLink()
    irc = registered(link)
    irc.receive(b"JOIN nonsense,#a,#b")
    assert link.log == ["settle", "send", "commit Joined", "send", "commit Joined", "send"]


def test_a_nickname_lost_between_check_and_registration_can_be_chosen_again() -> None:
    link = FakeLink()
    irc = IrcConnection(link)
    irc.receive(b"NICK Tuan")
    registered(FakeLink(2, link.hub))
    irc.receive(b"USER t 0 * :T")
    assert link.take() == [":gchat.local 433 * Tuan :This nickname is already in use"]
    irc.receive(b"NICK Duy")
    assert link.take()[0].startswith(":gchat.local 001 Duy ")


def test_a_form_that_differs_in_no_byte_is_the_same_form() -> None:
    link = FakeLink()
    irc = registered(link)
    before = link.variant
    irc.receive(b"CAP REQ :multi-prefix echo-message")
    assert link.variant == before
    assert link.echo
    irc.receive(b"CAP REQ :server-time")
    assert link.variant != before


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
    link = FakeLink()
    irc = registered(link)
    if every:
        for name in CAPABILITIES:
            irc.receive(f"CAP REQ {name}".encode())
        irc.receive(b"NS REGISTER hunter22hunter22")
    irc.receive(b"JOIN #a")
    registered(FakeLink(2, link.hub), "Duy").receive(b"JOIN #a")
    for line in lines:
        irc.receive(line.replace(b"\n", b"") if line is not None else None)
        link.settle()
    assert link.sent == b"" or link.sent.endswith(b"\r\n")
    for answer in link.sent.split(b"\r\n")[:-1]:
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
    link = FakeLink()
    plain = PlainConnection(link)
    plain.receive(b"Tuan")
    for line in lines:
        plain.receive(line.replace(b"\n", b"") if line is not None else None)
        link.settle()
    link.sent.decode()
    assert link.sent == b"" or link.sent.endswith(b"\n")
