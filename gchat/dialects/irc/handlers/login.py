"""Logging in and registering accounts: SASL, REGISTER, VERIFY. Shared with NickServ. Whose password
it is, says `dialects/passwords.py`.

https://ircv3.net/specs/extensions/sasl-3.2 and account-registration
"""

from __future__ import annotations

from gchat.core.accounts import Account
from gchat.core.effects import Busy, Failure, Refused
from gchat.core.events import AccountMade, LoggedIn
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.exchange import Exchange
from gchat.dialects.passwords import (
    LoginFailed,
    NotTried,
    check_allowance,
    check_password,
    unchanged,
    verifier_of,
)
from gchat.wire import sasl
from gchat.wire.authenticate import CHUNK_BYTES, MECHANISM, SaslError, decode, encode
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.names import InvalidName, casefold, check_nickname
from gchat.wire.numerics import (
    ERR_SASLABORTED,
    ERR_SASLFAIL,
    ERR_SASLTOOLONG,
    ERR_YOUREBANNEDCREEP,
    RPL_LOGGEDIN,
    RPL_SASLMECHS,
    RPL_SASLSUCCESS,
)

MECHANISMS = ("EXTERNAL", "PLAIN", MECHANISM)
UNACCEPTABLE = "The password is too long or has characters that are not allowed"
FAILURES_MOST = 10  # of one connection, before it is closed


@command(
    "AUTHENTICATE",
    min_params=1,
    before_registration=True,
    usage=(
        "AUTHENTICATE mechanism",
        "AUTHENTICATE data|+",
        "AUTHENTICATE *",
    ),
    text=(
        "Logs in to an account with SASL; request the capability sasl first. The mechanisms are "
        "PLAIN, SCRAM-SHA-256 and, over TLS, EXTERNAL. The data is base64 in pieces of 400 "
        "characters; + is an empty piece, and * aborts."
    ),
    url="https://ircv3.net/specs/extensions/sasl-3.1#the-authenticate-command",
)
def authenticate(irc: IrcConnection, message: Message) -> None:
    """AUTHENTICATE, before and after registration, also when logged in already."""
    word = message.params[0]
    if Cap.SASL not in irc.caps:
        raise Refused(ERR_SASLFAIL, text="Request the sasl capability first")
    if word == "*":
        irc.exchange = None
        raise Refused(ERR_SASLABORTED)
    if irc.exchange is None:
        keep_banned_out(irc)
        _begin(irc, word.upper())
        return
    if len(word) > CHUNK_BYTES:
        irc.exchange = None
        raise Refused(ERR_SASLTOOLONG)
    if word != "+":
        irc.exchange.chunks.append(word)
        irc.exchange.size += len(word)
        if irc.exchange.size > sasl.MESSAGE_BYTES:
            irc.exchange = None
            raise Refused(ERR_SASLFAIL, text="SASL message too long")
        if len(word) == CHUNK_BYTES:
            return  # more comes
    exchange = irc.exchange
    text = "".join(exchange.chunks)
    exchange.chunks.clear()
    exchange.size = 0
    try:
        _proceed(irc, exchange, decode(text))
    except (SaslError, LoginFailed) as error:
        irc.exchange = None
        if not isinstance(error, NotTried):
            failed(irc, error.who if isinstance(error, LoginFailed) else exchange.who)
        raise Refused(
            ERR_SASLFAIL, text=str(error) if isinstance(error, LoginFailed) else ""
        ) from None


def keep_banned_out(irc: IrcConnection) -> None:
    """Before registration; it would be refused in the end, and until then it could guess. Raises
    Refused, and ends the connection. Looks once for the same person and bans: there may be
    thousands with wildcards.
    """
    now = irc.username, irc.peer.host, irc.hub.bans.changes
    if irc.registered or irc.cleared == now:
        return
    irc.cleared = now
    ban = irc.node.banned(irc.username, irc.peer.host)
    if ban is not None:
        text = f"You are banned: {ban.reason}"
        irc.peer.close(text)
        raise Refused(ERR_YOUREBANNEDCREEP, text=text)


def _begin(irc: IrcConnection, mechanism: str) -> None:
    if mechanism not in mechanisms(irc):
        irc.reply(RPL_SASLMECHS, ",".join(mechanisms(irc)))
        raise Refused(ERR_SASLFAIL)
    exchange = irc.exchange = Exchange(mechanism)

    def find(name: str) -> sasl.Verifier:
        account = exchange.account = irc.hub.accounts.get(casefold(name))
        exchange.verifier = account.verifier if account is not None else ""
        return verifier_of(irc.node, name)

    if mechanism == MECHANISM:
        exchange.scram = sasl.Scram(find)
    _challenge(irc, "+")


def _challenge(irc: IrcConnection, chunk: str) -> None:
    """AUTHENTICATE without a source, as sasl-3.1 shows it: irc3 knows no other form."""
    irc.say("AUTHENTICATE", chunk, source="")


def _proceed(irc: IrcConnection, exchange: Exchange, message: bytes) -> None:
    """Raises SaslError, LoginFailed."""
    if exchange.mechanism == "EXTERNAL":
        account = _by_certificate(irc, message)
    elif exchange.scram is None:
        name, password = sasl.plain(message)
        account = check_password(irc.peer, name, password)
    else:
        first = not exchange.scram.name
        if not first:
            check_allowance(irc.peer, exchange.who)
        answer = exchange.scram.answer(message)
        if first:  # now it is known who it is
            check_allowance(irc.peer, exchange.who)
        if answer is not None:
            for chunk in encode(answer):
                _challenge(irc, chunk)
            return
        account = unchanged(irc.node, exchange.account, exchange.verifier)
    irc.exchange = None
    log_in(irc, account)
    irc.reply(RPL_SASLSUCCESS)


def mechanisms(irc: IrcConnection) -> tuple[str, ...]:
    """The SASL mechanisms offered to this connection; EXTERNAL only over TLS."""
    return MECHANISMS if irc.peer.secure else MECHANISMS[1:]


def _by_certificate(irc: IrcConnection, message: bytes) -> Account:
    """The account of the peer's certificate. If `message` names an account, it must be that one.
    RFC 4422, appendix A. Raises LoginFailed.
    """
    key = irc.hub.certificates.get(irc.peer.fingerprint)
    account = irc.hub.accounts.get(key) if key is not None else None
    wanted = message.decode("utf-8", "replace")
    if account is None or (wanted and casefold(wanted) != account.key):
        raise LoginFailed("No account uses this certificate")
    return account


def failed(irc: IrcConnection, who: str = "") -> None:
    """Counts a failed log-in (`who`: to which account), for the connection and for its address. A
    connection with too many is closed.
    """
    irc.peer.count_attempt(who)
    irc.failures += 1
    if irc.failures >= FAILURES_MOST:
        irc.peer.close("Too many failed logins")


def log_in(irc: IrcConnection, account: Account) -> None:
    """Logs the user in, or before registration notes the account until then; answers 900."""
    if irc.registered:
        if not irc.commit(LoggedIn(irc.peer.uid, account.name, account.ident)):
            return
        source = irc.user.source
    else:
        irc.account, irc.account_id = account.name, account.ident
        irc.account_verifier = account.verifier
        source = f"{irc.nick}!{irc.username or '*'}@{irc.peer.host}"
    irc.peer.note_login(account.ident)
    text = f"You are now logged in as {account.name}"
    irc.reply(RPL_LOGGEDIN, source, account.name, text=text)


def check_new_password(irc: IrcConnection, command: str, name: str, password: str) -> None:
    """Raises Failure where nobody may choose it."""
    least = irc.config.accounts.password_length
    if len(password) < least:
        text = f"The password must have at least {least} characters"
        raise Failure(command, "WEAK_PASSWORD", name, text=text)
    if len(password.encode()) > sasl.PASSWORD_BYTES:
        raise Failure(command, "UNACCEPTABLE_PASSWORD", name, text=UNACCEPTABLE)


def make_verifier(irc: IrcConnection, command: str, name: str, password: str, who: str = "") -> str:
    """The verifier to store for a new password; `who` has an account already. Switches greenlets.
    Raises Failure.
    """
    check_new_password(irc, command, name, password)
    try:
        iterations = irc.config.accounts.iterations
        return str(irc.peer.ask(lambda: sasl.Verifier.make(password, iterations), who=who))
    except SaslError:
        raise Failure(command, "UNACCEPTABLE_PASSWORD", name, text=UNACCEPTABLE) from None
    except Busy:
        text = "Too many registrations at the moment: try again"
        raise Failure(command, "TEMPORARILY_UNAVAILABLE", name, text=text) from None


@command(
    "REGISTER",
    min_params=3,
    before_registration=True,
    usage=("REGISTER nickname|* e-mail|* password",),
    text=(
        "Registers an account for your nickname and logs you in to it. * is your current "
        "nickname, and no e-mail address; some servers require an address."
    ),
    url="https://ircv3.net/specs/extensions/account-registration",
)
def register(irc: IrcConnection, message: Message) -> None:
    """REGISTER: an account for one's own nickname, or before registration the one asked for."""
    account, email, password = message.params[:3]
    keep_banned_out(irc)
    if not irc.registered and not irc.config.register_before_connect:
        text = "Complete the connection before you register"
        raise Failure("REGISTER", "COMPLETE_CONNECTION_REQUIRED", account or "*", text=text)
    nick = irc.user.nick if irc.registered else irc.asked_nick
    if not nick:
        raise Failure("REGISTER", "NEED_NICK", "*", text="Choose a nickname first")
    name = nick if account == "*" else account
    if casefold(name) != casefold(nick):
        text = "The account name must be your nickname"
        raise Failure("REGISTER", "ACCOUNT_NAME_MUST_BE_NICK", name, text=text)
    make_account(irc, name, password, email)
    irc.say("REGISTER", "SUCCESS", name, "Account registered")


def _is_address(text: str) -> bool:
    """RFC 5321 in broad strokes: only a message that arrives would prove more."""
    user, at, domain = text.rpartition("@")
    return bool(at and user and "." in domain.strip(".")) and " " not in text and len(text) <= 254


def make_account(irc: IrcConnection, name: str, password: str, email: str) -> None:
    """Registers an account and logs in to it. Switches greenlets. Raises Refused."""
    if irc.config.accounts.email_required and not _is_address(email):
        text = "A valid e-mail address is required"
        raise Failure("REGISTER", "INVALID_EMAIL", name, text=text)
    if not irc.config.accounts.registration:
        text = "Account registration is disabled on this server"
        raise Failure("REGISTER", "TEMPORARILY_UNAVAILABLE", name, text=text)
    if irc.user.account if irc.registered else irc.account:
        raise Failure("REGISTER", "ALREADY_AUTHENTICATED", name, text="You are already logged in")
    try:
        check_nickname(name, irc.config.limits.nick_length)
    except InvalidName as error:
        text = f"This name cannot be used: it {error}"
        raise Failure("REGISTER", "BAD_ACCOUNT_NAME", name, text=text) from None
    holder = irc.hub.nicks.get(casefold(name))
    if casefold(name) in irc.hub.accounts or (holder and holder.uid != irc.peer.uid):
        text = "This account already exists, or somebody else uses the nickname"
        raise Failure("REGISTER", "ACCOUNT_EXISTS", name, text=text)
    check_new_password(irc, "REGISTER", name, password)
    if not irc.peer.may_log_in():
        text = "Too many attempts: try again later"
        raise Failure("REGISTER", "TEMPORARILY_UNAVAILABLE", name, text=text)
    irc.peer.count_attempt()  # even if it succeeds: this limits how many accounts are made
    verifier = make_verifier(irc, "REGISTER", name, password)
    outcome = irc.peer.commit(AccountMade(irc.peer.uid, name, verifier))
    for refusal in outcome.refusals:
        raise refusal
    if irc.registered:
        text = f"You are now logged in as {name}"
        irc.reply(RPL_LOGGEDIN, irc.user.source, name, text=text)
        irc.peer.note_login(irc.user.account_id)
    else:
        log_in(irc, irc.hub.accounts[casefold(name)])


@command(
    "VERIFY",
    min_params=2,
    before_registration=True,
    usage=("VERIFY account code",),
    text=(
        "Would confirm a new account with a code; accounts of this server need none, so it "
        "always fails."
    ),
    url="https://ircv3.net/specs/extensions/account-registration",
)
def verify(irc: IrcConnection, message: Message) -> None:
    """VERIFY: accounts of this server need no code."""
    text = "Accounts on this server need no verification"
    raise Failure("VERIFY", "INVALID_CODE", message.params[0] or "*", text=text)
