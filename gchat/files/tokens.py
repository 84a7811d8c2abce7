"""Tokens that let somebody send one file, or delete one: given over their own connection.

https://github.com/ircv3/ircv3-specifications/pull/562 (FILEHOST TOKEN)
"""

from __future__ import annotations

import secrets
from collections import deque

from gchat.files.entry import Owner

TOKEN_SECONDS = 60
TOKENS_OF_ONE = 16  # that one person has not used yet; the oldest are forgotten
TOKENS = 20_000  # of everybody


class Tokens:
    """Each can be used once. The caller passes the time, in milliseconds."""

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
