"""A SASL exchange, as far as it has come: https://ircv3.net/specs/extensions/sasl-3.1"""

from __future__ import annotations

from gchat.core.accounts import Account
from gchat.wire import sasl


class Exchange:
    """One SASL exchange: the pieces of a message that is not complete yet, and SCRAM's state."""

    __slots__ = ("account", "chunks", "mechanism", "scram", "size", "verifier")

    def __init__(self, mechanism: str) -> None:
        self.mechanism = mechanism
        self.scram: sasl.Scram | None = None
        # whose verifier SCRAM was begun with: it may be changed before the exchange is over
        self.account: Account | None = None
        self.verifier = ""
        self.chunks: list[str] = []
        self.size = 0

    @property
    def who(self) -> str:
        """Whose log-in it is, as far as SCRAM has said it and there is such an account."""
        return self.account.ident if self.account is not None else ""
