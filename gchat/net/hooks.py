"""Hooks by HTTP: a program sends something to a secret address, and it is said in a room.

The secret is all that it takes, so a browser adds nothing of its own that a page elsewhere could
misuse (CSRF); pages of other origins are refused all the same, so that nobody's browser guesses in
their name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from gchat.config import Config
from gchat.config.settings import LimitsConfig
from gchat.core.effects import Outcome
from gchat.core.events import Event, HookSaid
from gchat.core.limits import Buckets
from gchat.dialects.hooks import PATH, digest
from gchat.dialects.irc.render import text_room
from gchat.dialects.node import Node
from gchat.web.exchange import NO_SNIFFING, Incoming, Rejected, Request, Response, plainly
from gchat.web.payloads.text import BadPayload, heard
from gchat.wire.address import Origin
from gchat.wire.numerics import ERR_NOSUCHCHANNEL
from gchat.wire.text import split_text

ALLOWED = "POST, PUT, OPTIONS"
BODY_BYTES = 262_144  # of what is sent to one; read as JSON, it keeps the loop for milliseconds
CUT = "…"  # the last line of a text that was too long
_STORE_AGAIN_SECONDS = 10  # when a program may try again what could not be stored

_UNKNOWN = "There is no such hook. Its address may have been renewed, or its room is gone."
_OF_A_PAGE = "Hooks are for programs, not for web pages of other origins."
_GUESSING = "Too many wrong addresses of hooks came from your address. Try again later."
_TOO_FAST = "This hook has said too much. Try again later."
_NOT_STORED = "The server cannot store messages at the moment. Try again later."


class _Body:
    """What is sent to a hook that there is: more than to any other address, as events of GitHub
    need. An `Incoming`.
    """

    __slots__ = ("_answer", "_parts", "_request", "_size")

    def __init__(self, request: Request, answer: Callable[[Request], Response]) -> None:
        self._request = request
        self._answer = answer
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > BODY_BYTES:
            raise Rejected(_too_large())
        self._parts.append(data)

    def finish(self) -> Response:
        one = self._request
        return self._answer(Request(one.method, one.target, one.headers, b"".join(self._parts)))

    def close(self) -> None:
        self._parts.clear()


class Visitor(Protocol):
    """Who asks by HTTP."""

    @property
    def origin(self) -> Origin:
        """Where they ask from."""

    @property
    def trusted(self) -> bool:
        """Whether they are exempt from limits for each address."""

    def commit(self, event: Event) -> Outcome:
        """Appends the event and waits until its effects are shown. May switch greenlets."""


class Hooks:
    """Answers whoever comes to a hook's address. `monotonic` gives seconds."""

    def __init__(self, config: Config, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        hooks, accounts = config.hooks, config.accounts
        self._rate = hooks.per_minute / 60
        self._said = Buckets(hooks.burst, self._rate)  # by digest
        # as often as passwords may be guessed, and counted apart: a hook that was removed and is
        # still used must keep nobody from logging in
        self._guesses = Buckets(accounts.attempts, accounts.attempts_per_minute / 60)
        self._guess_rate = accounts.attempts_per_minute / 60

    def opened(self, request: Request, visitor: Visitor, node: Node) -> Incoming | None:
        """Takes what is sent to a hook that there is; `None` for all else. Raises Rejected."""
        if request.method not in ("POST", "PUT") or is_foreign(request):
            return None
        if node.hub.hook(digest(request.path.removeprefix(PATH))) is None:
            return None
        if int(request.headers.get("content-length", "0")) > BODY_BYTES:
            raise Rejected(_too_large())
        return _Body(request, lambda whole: self.answer(whole, visitor, node))

    def answer(self, request: Request, visitor: Visitor, node: Node) -> Response:
        """To a request for a path below `PATH`. What is there and what is not is told by nothing
        but knowing it. May switch greenlets.
        """
        if request.method == "OPTIONS":
            return Response(HTTPStatus.NO_CONTENT, (("Allow", ALLOWED),))
        if request.method not in ("POST", "PUT"):
            text = "Programs POST to this address what they have to say."
            return plainly(HTTPStatus.METHOD_NOT_ALLOWED, text, ("Allow", ALLOWED))
        if is_foreign(request):
            return plainly(HTTPStatus.FORBIDDEN, _OF_A_PAGE)
        key = digest(request.path.removeprefix(PATH))
        found = node.hub.hook(key)
        if found is None:
            return self._unknown(visitor)
        try:
            said = heard(request.headers, request.body)
        except BadPayload as error:
            return plainly(HTTPStatus.BAD_REQUEST, str(error))
        if said:
            room, hook = found  # as they are, for nothing has waited since they were found
            text = spoken(said, hook.source, room.name, node.config.limits)
            return self._say(HookSaid(key, text), visitor)
        if "x-github-event" in request.headers:
            return _ok()  # it is of interest to machines only
        return plainly(HTTPStatus.BAD_REQUEST, "There is no text in it.")

    def _say(self, event: HookSaid, visitor: Visitor) -> Response:
        if not self._said.take(event.digest, self._monotonic()):
            return _later(HTTPStatus.TOO_MANY_REQUESTS, _TOO_FAST, 1 / self._rate)
        for refusal in visitor.commit(event).refusals:
            if refusal.numeric is ERR_NOSUCHCHANNEL:
                return self._unknown(visitor)
            return _later(HTTPStatus.SERVICE_UNAVAILABLE, _NOT_STORED, _STORE_AGAIN_SECONDS)
        return _ok()

    def _unknown(self, visitor: Visitor) -> Response:
        """Counted, and refused in the end. A known address is answered all the same: services that
        many share (GitHub) send from few addresses, and one who guesses 192 bits needs no limit.
        """
        now, group = self._monotonic(), visitor.origin.group
        if not visitor.trusted and not self._guesses.take(group, now):
            return _later(HTTPStatus.TOO_MANY_REQUESTS, _GUESSING, 1 / self._guess_rate)
        return plainly(HTTPStatus.NOT_FOUND, _UNKNOWN)


def is_foreign(request: Request) -> bool:
    """Whether a page of another origin has made a browser send this; other programs name no origin.
    https://www.w3.org/TR/fetch-metadata/
    """
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and origin.partition("://")[2].lower() != host.lower():
        return True
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _too_large() -> Response:
    text = f"What is sent to a hook may have {BODY_BYTES} bytes."
    return plainly(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)


def _ok() -> Response:
    """What Slack answers."""
    kind = ("Content-Type", "text/plain; charset=utf-8")
    return Response(HTTPStatus.OK, (kind, NO_SNIFFING), b"ok")


def _later(status: HTTPStatus, text: str, seconds: float) -> Response:
    return plainly(status, text, ("Retry-After", str(math.ceil(seconds))))


def spoken(text: str, source: str, target: str, limits: LimitsConfig) -> str:
    """A text as one message, as the event `Said` has it: of what is longer than a message of
    several lines may be, as much as that, and a line that says so.
    """
    room = text_room(source, "PRIVMSG", target)
    pieces = [
        f"\0{piece}" if number else piece
        for line in text.split("\n")
        for number, piece in enumerate(split_text(line, room))
    ]
    whole = "\n".join(pieces)
    if len(pieces) <= limits.multiline_lines and len(whole.encode()) <= limits.multiline_bytes:
        return whole
    left, kept = limits.multiline_bytes - len(CUT.encode()), []
    for piece in pieces[: limits.multiline_lines - 1]:
        left -= len(piece.encode()) + 1
        if left < 0:
            break
        kept.append(piece)
    return "\n".join([*kept, CUT])
