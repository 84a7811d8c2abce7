"""Whose password it is: for SASL, NickServ, and what comes by HTTP. Attempts are limited."""

from __future__ import annotations

from gchat.core.accounts import Account
from gchat.core.effects import Busy
from gchat.dialects.node import Node
from gchat.dialects.peer import Peer
from gchat.errors import GchatError
from gchat.wire import sasl
from gchat.wire.names import casefold

WRONG = "Invalid account name or password"


class LoginFailed(GchatError):
    """The log-in has failed; the text is a sentence for people. `who`: to which account."""

    def __init__(self, text: str, who: str = "") -> None:
        super().__init__(text)
        self.who = who


class NotTried(LoginFailed):
    """No password was compared, so this does not count as an attempt."""


def verifier_of(node: Node, name: str) -> sasl.Verifier:
    """The account's verifier. If there is no such account, one that no password matches, always
    the same for the same name.
    """
    account = node.hub.accounts.get(casefold(name))
    if account is not None:
        return sasl.Verifier.parse(account.verifier)
    default = node.config.accounts.iterations
    return sasl.pretended(casefold(name), node.secret, node.hub.iterations, default)


def unchanged(node: Node, account: Account | None, verifier: str) -> Account:
    """The account, if it still exists and still has this verifier. Raises LoginFailed."""
    if account is None or node.hub.accounts.get(account.key) is not account:
        raise LoginFailed(WRONG)
    if account.verifier != verifier:
        raise LoginFailed(WRONG)
    return account


def check_allowance(peer: Peer, who: str) -> None:
    """Raises NotTried if there were too many failed log-ins."""
    if not peer.may_log_in(who):
        raise NotTried("Too many login attempts: try again later")


def check_password(peer: Peer, name: str, password: str) -> Account:
    """The account whose password it is. Switches greenlets. Raises LoginFailed, which the caller
    counts as an attempt.
    """
    account = peer.node.hub.accounts.get(casefold(name))
    kept, who = (account.verifier, account.ident) if account is not None else ("", "")
    check_allowance(peer, who)
    verifier = verifier_of(peer.node, name)
    try:
        right = peer.ask(lambda: verifier.matches(password), who=who)
    except Busy:
        raise NotTried("Too many logins at the moment: try again") from None
    if not right:
        raise LoginFailed(WRONG, who)
    account = unchanged(peer.node, account, kept)
    peer.note_login(account.ident)  # also where nobody is logged in by it: PASSWD, DROP
    return account
