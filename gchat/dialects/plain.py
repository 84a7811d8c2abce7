"""Plain text: netcat is a client. Lines in, sentences out; every line goes to the lobby."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

from msgspec.structs import replace

from gchat.config import Config
from gchat.core.effects import (
    ChangedNick,
    ChangedTopic,
    Disconnected,
    Effect,
    Entered,
    Invitation,
    Left,
    Refused,
    Spoke,
    WasKicked,
)
from gchat.core.events import Connected, Joined, Renamed, Said
from gchat.core.history import Search, Unreadable
from gchat.core.records import restored
from gchat.core.users import SERVICES
from gchat.dialects import hooks
from gchat.dialects.peer import Peer, Variant
from gchat.dialects.search import MOST_WORDS, for_peer
from gchat.wire.names import InvalidName, casefold, check_nickname
from gchat.wire.numerics import ERR_NOSUCHNICK
from gchat.wire.text import ACTION, decode

PROMPT = b"Enter your nickname:\n"
STOPPED = "The server is shutting down. Goodbye!"

_CHANSERV = "chanserv"
SEARCH_LINES = 20  # that /search shows

HELP = """\
Every line you type is a message to everyone here. Commands:
/who                 who is here
/nick NAME           change your nickname
/msg NAME TEXT       a message to one person
/search WORDS        what was said before
/quit                leave
//TEXT               a message that begins with a slash
"""

# A terminal obeys control characters, so a person must never be sent another's. Tab is harmless.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # makes text read in another order
# https://modern.ircdocs.horse/formatting.html: colours have arguments.
_FORMATTING = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6})?")


class PlainConnection:
    """One plain-text connection: its first line is the nickname, the others are messages."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._here = False  # has a nickname and is in the lobby
        self._said_why = False  # the peer knows why the connection ends: it was told, or it quit

    def receive(self, line: bytes | None) -> None:
        try:
            text = self._text(line)
        except ValueError as error:
            self._tell(str(error))
            if not self._here:
                self._end("No valid nickname")
            return
        if not self._here:
            self._enter(text)
        elif text.startswith("/") and not text.startswith("//"):
            self._peer.settle()
            self._command(text)
        elif text.strip():
            self._say(
                self._peer.node.config.server.lobby, text[1:] if text.startswith("//") else text
            )

    def ping(self) -> bool:
        """People on netcat cannot be asked; TCP keepalive finds a dead peer."""
        return False

    def reloaded(self, before: Config) -> None:
        """There is nothing to negotiate."""

    def pong(self, line: bytes) -> bytes:
        return b""

    def last_words(self, reason: str) -> bytes:
        return b"" if self._said_why else f"{reason}\n".encode()

    def _text(self, line: bytes | None) -> str:
        limit = self._peer.node.config.limits.plain_line_bytes
        if line is None or len(line) > limit:
            raise ValueError(f"That line is too long: at most {limit} bytes. It was not sent.")
        try:
            text = decode(line)
        except UnicodeDecodeError:
            raise ValueError("That line is not UTF-8. It was not sent.") from None
        if _CONTROL.search(text):
            raise ValueError("That line has control characters in it. It was not sent.")
        return text

    def _tell(self, sentence: str) -> None:
        self._peer.send(sentence.encode() + b"\n")

    def _end(self, reason: str) -> None:
        self._said_why = True
        self._peer.close(reason)

    def _enter(self, text: str) -> None:
        peer = self._peer
        if peer.node.config.server.password:
            self._tell("This server requires a password: connect with an IRC client.")
            self._end("No password")
            return
        try:
            nick = check_nickname(text.strip(), peer.node.config.limits.nick_length)
        except InvalidName as error:
            self._tell(f"This nickname cannot be used: it {error}.")
            self._end("No valid nickname")
            return
        form = variant(peer.node.config)
        peer.register(form, echo=True, private=form.render)
        who = peer.uid, nick, "~plain", peer.host, nick
        outcome = peer.commit(Connected(*who, plain=True, secure=peer.secure, trusted=peer.trusted))
        if not outcome.refusals:
            outcome = peer.commit(Joined(peer.uid, peer.node.config.server.lobby))
        for refusal in outcome.refusals:
            self._refused(refusal)
            self._end("Could not join the lobby")
            return
        self._here = True
        for earlier in peer.node.recent(casefold(peer.node.config.server.lobby)):
            self._tell_earlier(earlier)

    def _refused(self, refusal: Refused) -> None:
        self._tell(": ".join([*refusal.params, refusal.text]) + ".")

    def _say(self, target: str, text: str) -> None:
        said = Said(self._peer.uid, target, text, origin=self._peer.number)
        self._peer.post(said, self._refused)

    def _command(self, text: str) -> None:
        name, _, rest = text[1:].partition(" ")
        handler = _COMMANDS.get(name.lower())
        if handler is None:
            self._tell(
                f"Unknown command /{name}. Type /help for a list, or // for a message with a slash."
            )
            return
        try:
            handler(self, rest.strip())
        except Refused as refusal:
            self._refused(refusal)

    def _help(self, _: str) -> None:
        self._peer.send(HELP.encode())

    def _who(self, _: str) -> None:
        hub = self._peer.node.hub
        room = hub.joined_room(self._peer.node.config.server.lobby, self._peer.uid)
        nicks = sorted((hub.users[uid].nick for uid in room.members), key=casefold)
        self._tell(f"{len(nicks)} here: {', '.join(nicks)}")

    def _nick(self, rest: str) -> None:
        try:
            nick = check_nickname(rest, self._peer.node.config.limits.nick_length)
        except InvalidName as error:
            self._tell(f"This nickname cannot be used: it {error}.")
            return
        outcome = self._peer.commit(Renamed(self._peer.uid, nick))
        for refusal in outcome.refusals:
            self._refused(refusal)

    def _msg(self, rest: str) -> None:
        nick, _, text = rest.partition(" ")
        if not text.strip():
            self._tell("Usage: /msg NAME TEXT")
        elif nick.startswith("#"):
            raise Refused(ERR_NOSUCHNICK, nick)
        elif casefold(nick) == _CHANSERV and text.split()[0].upper() == "HOOK":
            self._hook(text.split()[1:])
        elif casefold(nick) in SERVICES:
            self._tell(f"{SERVICES[casefold(nick)]} can be used with an IRC client only.")
        else:
            self._say(nick, text.strip())
            self._peer.settle()
            receiver = self._peer.node.hub.nicks.get(casefold(nick))
            if receiver is not None and receiver.away is not None:
                self._tell(f"{receiver.nick} is away: {_readable(receiver.away)}")

    def _hook(self, words: list[str]) -> None:
        """/msg ChanServ HOOK, by an operator of the lobby."""
        try:
            answer = hooks.command(self._peer, words)
        except hooks.Usage:
            answer = f"Usage: /msg ChanServ HOOK {hooks.USAGE}"
        for line in answer.split("\n"):
            self._tell(line)

    def _search(self, rest: str) -> None:
        """/search: looks for the words in the lobby."""
        peer, words = self._peer, tuple(rest.split())
        if not words or len(words) > MOST_WORDS:
            self._tell(f"Usage: /search WORDS (at most {MOST_WORDS})")
            return
        lobby = casefold(peer.node.config.server.lobby)
        peer.node.hub.joined_room(lobby, peer.uid)
        try:
            found = peer.archive.search(Search(((lobby, 0),), SEARCH_LINES, words=words))
        except Unreadable:
            self._tell("Messages cannot be searched at the moment.")
            return
        found = for_peer(peer, found)
        for one in found:
            self._tell_earlier(restored(one))
        last = f"Only the last {SEARCH_LINES} matches are shown"
        self._tell(f"{len(found)} found" if len(found) < SEARCH_LINES else last)

    def _tell_earlier(self, effect: Effect) -> None:
        at = datetime.fromtimestamp(effect.entry.at / 1000, UTC)
        for sentence in _sentences(effect, effect.room):
            self._tell(f"[{at:%Y-%m-%d %H:%M} UTC] {sentence}")

    def _quit(self, rest: str) -> None:
        self._end(f"Quit: {rest}" if rest else "Quit")


_COMMANDS: dict[str, Callable[[PlainConnection, str], None]] = {
    "help": PlainConnection._help,
    "who": PlainConnection._who,
    "nick": PlainConnection._nick,
    "msg": PlainConnection._msg,
    "search": PlainConnection._search,
    "quit": PlainConnection._quit,
}


def variant(config: Config) -> Variant:
    """The one form in which plain text is sent."""
    return _variant(casefold(config.server.lobby))


@cache
def _variant(lobby: str) -> Variant:
    return Variant("plain", 0, partial(render, lobby=lobby))


def render(effect: Effect, *, lobby: str) -> bytes:
    """What plain-text people read of an effect; empty where they read nothing."""
    lines = "".join(f"{sentence}\n" for sentence in _sentences(effect, lobby))
    return lines.encode("utf-8", "replace")


def _sentences(effect: Effect, lobby: str) -> list[str]:
    """At most one sentence, except for a message of several lines."""
    if isinstance(effect, Spoke) and "\n" in effect.text:
        lines = effect.text.replace("\n\0", "").split("\n")
        return [_spoken(replace(effect, text=line)) for line in lines if line]
    sentence = _sentence(effect, lobby)
    return [sentence] if sentence else []


def _sentence(effect: Effect, lobby: str) -> str:
    match effect:
        case Spoke():
            return _spoken(effect)
        case Entered(room=room) if room == lobby:
            return f"{effect.nick} has connected to the chat room"
        case Left(room=room) if room == lobby:
            return f"{effect.nick} has left the chat room!"
        case Disconnected():
            return f"{effect.nick} has left the chat room!"
        case WasKicked(room=room) if room == lobby:
            return f"{effect.target} has left the chat room!"
        case ChangedNick():
            return f"{effect.nick} is now known as {effect.new}"
        case ChangedTopic(room=room, text="") if room == lobby:
            return f"{effect.nick} removed the topic"
        case ChangedTopic(room=room) if room == lobby:
            return f"{effect.nick} changed the topic to: {_readable(effect.text)}"
        case Invitation():
            return f"{effect.nick} invites you to {effect.room_name} (join it with an IRC client)"
    return ""


def _spoken(effect: Spoke) -> str:
    if effect.verb == "TAGMSG":
        return ""
    text = effect.text
    action = text.startswith(ACTION)
    if action:
        text = text.removeprefix(ACTION).removesuffix("\x01")
    elif text.startswith("\x01"):
        return ""  # a CTCP question is for programs
    text = _readable(text)
    line = f"* {effect.nick} {text}" if action else f"{effect.nick}: {text}"
    return line if effect.room else f"[private to {effect.target}] {line}"


def _readable(text: str) -> str:
    return _CONTROL.sub("", _BIDI.sub("", _FORMATTING.sub("", text)))
