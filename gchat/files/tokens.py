"""Tokens that let somebody send one file, or delete one: given over their own connection.

https://github.com/ircv3/ircv3-specifications/pull/562 (FILEHOST TOKEN)
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from typing import Protocol

import msgspec
from msgspec import Struct

from gchat.files.entry import Owner

TOKEN_SECONDS = 60
TOKENS_OF_ONE = 16  # that one person has not used yet; the oldest are forgotten
TOKENS = 20_000  # of everybody


class Tokens(Protocol):
    """Each can be used once. The caller passes the time, in milliseconds."""

    def give(self, owner: Owner, now: int) -> str:
        """A new one."""

    def take(self, token: str, now: int) -> Owner | None:
        """Whose it is; `None` for one that was not given, is used or too old. It is used then."""


class OwnTokens:
    """`Tokens` of a single server, which remembers them."""

    def __init__(self, most: int = TOKENS, most_of_one: int = TOKENS_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._given: dict[str, tuple[Owner, int]] = {}  # the oldest first
        self._of: dict[str, deque[str]] = {}

    def give(self, owner: Owner, now: int) -> str:
        """A new one."""
        self._forget(now)
        own = self._of.get(owner.key)
        if own is not None and len(own) >= self._most_of_one:
            self._drop(own[0])
        elif len(self._given) >= self._most:
            self._drop(next(iter(self._given)))
        token = secrets.token_urlsafe(24)
        self._given[token] = owner, now + TOKEN_SECONDS * 1000
        self._of.setdefault(owner.key, deque()).append(token)
        return token

    def take(self, token: str, now: int) -> Owner | None:
        """Whose it is; `None` for one that was not given, is used or too old. It is used then."""
        self._forget(now)
        if token not in self._given:
            return None
        return self._drop(token)

    def _forget(self, now: int) -> None:
        while self._given:
            token, (_, until) = next(iter(self._given.items()))
            if until > now:
                return
            self._drop(token)

    def _drop(self, token: str) -> Owner:
        owner, _ = self._given.pop(token)
        own = self._of[owner.key]
        own.remove(token)
        if not own:
            del self._of[owner.key]
        return owner

    def __len__(self) -> int:
        return len(self._given)


class _Signed(Struct, frozen=True, array_like=True):
    """What a token of a cluster says."""

    key: str  # the owner's
    operator: bool
    until: int  # milliseconds
    mark: str  # no other token has it


class ClusterTokens:
    """`Tokens` that any node takes, as whoever was given one may send the file to another node:
    signed with what only the nodes know. Each node takes one once.
    """

    def __init__(self, secret: bytes, most: int = TOKENS) -> None:
        """`secret`: the same for all nodes. `most`: used ones that are remembered."""
        self._secret = secret
        self._most = most
        self._used: dict[str, int] = {}  # marks, until when; the first used first

    def give(self, owner: Owner, now: int) -> str:
        """A new one."""
        until = now + TOKEN_SECONDS * 1000
        said = _Signed(owner.key, owner.operator, until, secrets.token_urlsafe(12))
        body = msgspec.json.encode(said)
        return f"{_letters(body)}.{_letters(self._signature(body))}"

    def take(self, token: str, now: int) -> Owner | None:
        """Whose it is; `None` for one that was not given, was used here or is too old."""
        body, signature = (_bytes(part) for part in token.partition(".")[::2])
        if not hmac.compare_digest(signature, self._signature(body)):
            return None
        said = msgspec.json.decode(body, type=_Signed)  # the words of a node
        if said.until <= now or said.mark in self._used:
            return None
        self._forget(now)
        self._used[said.mark] = said.until
        return Owner(said.key, said.operator)

    def _forget(self, now: int) -> None:
        while self._used:
            mark, until = next(iter(self._used.items()))
            if until > now and len(self._used) < self._most:
                return
            del self._used[mark]

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, b"files " + body, "sha256")


def _letters(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes:
    """What was written so; nothing where it is not."""
    try:
        return urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""
