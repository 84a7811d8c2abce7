"""From the first line to the welcome: CAP, PASS, NICK, USER. Also NICK afterwards.

https://modern.ircdocs.horse/#connection-registration
https://ircv3.net/specs/extensions/capability-negotiation
"""

from __future__ import annotations

from gchat.config import Config
from gchat.core.effects import Busy, Refused
from gchat.core.events import Attached, Connected, Renamed
from gchat.core.turns import Lane
from gchat.core.users import SERVICES, User
from gchat.dialects.bounds import METADATA_BYTES, METADATA_SUBS, REALNAME_BYTES
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers import rooms, server
from gchat.dialects.irc.handlers.login import keep_banned_out, mechanisms
from gchat.dialects.irc.handlers.private import become
from gchat.wire import sasl
from gchat.wire.address import parse_address
from gchat.wire.caps import CAPABILITIES, Cap, Capability
from gchat.wire.message import Message, pack_words
from gchat.wire.names import InvalidName, casefold, check_nickname, clean_username
from gchat.wire.numerics import (
    ERR_ALREADYREGISTERED,
    ERR_ERRONEUSNICKNAME,
    ERR_INVALIDCAPCMD,
    ERR_NEEDMOREPARAMS,
    ERR_NICKNAMEINUSE,
    ERR_NONICKNAMEGIVEN,
    ERR_PASSWDMISMATCH,
    ERR_SASLABORTED,
    ERR_YOUREBANNEDCREEP,
)
from gchat.wire.text import cut

NEW_VERSION = 302  # of capability negotiation
CAP_LINE_BYTES = 400  # of the names in one CAP line, so that it stays well under 512


@command(
    "PASS",
    min_params=1,
    before_registration=True,
    usage=("PASS password",),
    text=(
        "Gives the password of the server, where it has one. It is sent when you connect, "
        "before NICK and USER."
    ),
    url="https://modern.ircdocs.horse/#pass-message",
)
def pass_(irc: IrcConnection, message: Message) -> None:
    """PASS: keeps the password given; it is checked when registration is complete."""
    if irc.registered:
        raise Refused(ERR_ALREADYREGISTERED)
    if not message.params[0]:
        raise Refused(ERR_NEEDMOREPARAMS, "PASS")
    irc.password = message.params[0]


@command(
    "WEBIRC",
    min_params=4,
    before_registration=True,
    usage=("WEBIRC password gateway hostname address [options]",),
    text=(
        "Tells the server the real IP address of a user who connects through a gateway. For "
        "gateways that are named in the server's configuration; the hostname and the options "
        "are ignored."
    ),
    url="https://ircv3.net/specs/extensions/webirc",
)
def webirc(irc: IrcConnection, message: Message) -> None:
    """WEBIRC from a gateway that is configured: https://ircv3.net/specs/extensions/webirc"""
    password, _, _, address = message.params[:4]
    if irc.registered:
        raise Refused(ERR_ALREADYREGISTERED)
    verifier = irc.config.server.webirc_password
    known = verifier and irc.peer.origin.is_one_of(irc.config.server.webirc_from)
    try:
        real = parse_address(address)
        right = known and _is_right(irc, verifier, password, Lane.GATEWAY, "webirc")
    except ValueError:
        right = False
    except Busy:
        irc.peer.close("Too many logins at the moment: try again")
        return
    if not right:
        irc.peer.close("WEBIRC access denied")
        return
    irc.peer.relay(real)


@command(
    "NICK",
    before_registration=True,
    usage=("NICK nickname",),
    text="Sets or changes your nickname.",
    url="https://modern.ircdocs.horse/#nick-message",
)
def nick(irc: IrcConnection, message: Message) -> None:
    """NICK, before and after registration."""
    if not message.params or not message.params[0]:
        raise Refused(ERR_NONICKNAMEGIVEN)
    try:
        wanted = check_nickname(message.params[0], irc.config.limits.nick_length)
    except InvalidName as error:
        text = f"This nickname cannot be used: it {error}"
        raise Refused(ERR_ERRONEUSNICKNAME, message.params[0][:64], text=text) from None
    if irc.registered:
        irc.commit(Renamed(irc.peer.uid, wanted))
        return
    irc.asked_nick = wanted
    taken = casefold(wanted) in irc.hub.nicks and not (irc.negotiating or _own(irc, wanted))
    if taken or casefold(wanted) in SERVICES:
        raise Refused(ERR_NICKNAMEINUSE, wanted)
    irc.wanted_nick = wanted
    _complete(irc)


@command(
    "USER",
    min_params=4,
    before_registration=True,
    usage=("USER username 0 * :realname",),
    text=(
        "Gives your username and real name when you connect. The second and third parameters "
        "are ignored."
    ),
    url="https://modern.ircdocs.horse/#user-message",
)
def user(irc: IrcConnection, message: Message) -> None:
    """USER, once."""
    if irc.registered or irc.username:
        raise Refused(ERR_ALREADYREGISTERED)
    if not message.params[3]:
        raise Refused(ERR_NEEDMOREPARAMS, "USER")
    irc.username = clean_username(message.params[0])
    irc.realname = cut(message.params[3], REALNAME_BYTES)
    _complete(irc)


def _complete(irc: IrcConnection) -> None:
    """Registers the connection, once NICK and USER have come and CAP has ended."""
    if not irc.wanted_nick or not irc.username or irc.negotiating:
        return
    verifier = irc.config.server.password
    if verifier:
        keep_banned_out(irc)  # before it can guess
    try:
        right = not verifier or _is_right(irc, verifier, irc.password, Lane.SERVER)
    except Busy:
        irc.peer.close("Too many logins at the moment: try again")
        return
    if not right:
        irc.reply(ERR_PASSWDMISMATCH)
        irc.flush()
        irc.peer.close("Bad password")
        return
    if irc.exchange is not None:  # sasl-3.1: it is given up
        irc.exchange = None
        irc.reply(ERR_SASLABORTED)
    known = irc.hub.accounts.get(casefold(irc.account)) if irc.account else None
    if irc.account and (known is None or known.verifier != irc.account_verifier):
        irc.account = irc.account_id = ""  # it was dropped, or has another password, since then
    own = _own(irc, irc.wanted_nick)
    if own is not None:
        _attach(irc, own)
        return
    become(irc)  # before others can see the nickname and write to it
    event = Connected(
        irc.peer.uid,
        irc.wanted_nick,
        irc.username,
        irc.peer.host,
        irc.realname,
        account=irc.account,
        account_id=irc.account_id,
        secure=irc.peer.secure,
        trusted=irc.peer.trusted,
        away=irc.away,
        metadata=tuple(irc.metadata.items()),
    )
    irc.wanted_nick = ""
    irc.flush()
    outcome = irc.peer.commit(event)
    for refusal in outcome.refusals:
        if refusal.numeric is ERR_YOUREBANNEDCREEP:
            _keep_out(irc, refusal)
            return
        irc.refuse(refusal)  # somebody was faster; the peer sends another NICK
        return
    irc.registered = True
    server.welcome(irc)
    rooms.rejoin(irc)


def _keep_out(irc: IrcConnection, refusal: Refused) -> None:
    irc.refuse(refusal)
    irc.flush()
    irc.peer.close(refusal.text)


def _own(irc: IrcConnection, nick: str) -> User | None:
    """The user with this nickname, if they are logged in to this connection's account."""
    user = irc.hub.nicks.get(casefold(nick))
    if user is None or not irc.account or casefold(user.account) != casefold(irc.account):
        return None
    return user


def _attach(irc: IrcConnection, user: User) -> None:
    """Makes this a further connection of a user who is online: same nickname, same rooms."""
    irc.wanted_nick = ""
    irc.flush()
    event = Attached(
        user.uid,
        irc.peer.number,
        irc.account,
        irc.account_id,
        username=irc.username,
        host=irc.peer.host,
        secure=irc.peer.secure,
        away=irc.away,
    )
    for refusal in irc.peer.commit(event).refusals:
        if refusal.numeric is ERR_YOUREBANNEDCREEP:
            _keep_out(irc, refusal)
            return
        raise refusal
    irc.peer.attach(user.uid)
    become(irc)
    irc.registered = True
    server.welcome(irc)
    rooms.show_all(irc)


def _is_right(irc: IrcConnection, verifier: str, password: str, lane: Lane, who: str = "") -> bool:
    """Whether it is a password that many share. One that was right before costs nobody anything,
    so it is right at once; a wrong one is counted as an attempt. Switches greenlets. Raises Busy.
    """
    proven = irc.node.proven
    if proven.has(verifier, password):
        return True
    if not password or not irc.peer.may_log_in(who):
        return False
    kept = sasl.Verifier.parse(verifier)
    if irc.peer.ask(lambda: kept.matches(password), lane, who):
        proven.note(verifier, password)
        irc.peer.note_login(who)
        return True
    irc.peer.count_attempt(who)
    return False


@command(
    "CAP",
    min_params=1,
    before_registration=True,
    usage=(
        "CAP LS [version]",
        "CAP LIST",
        "CAP REQ :[-]capability [[-]capability ...]",
        "CAP END",
    ),
    text=(
        "Negotiates capabilities, which are optional features of the protocol. LS lists those "
        "that the server offers, LIST those that you have enabled. REQ enables capabilities, or "
        "disables those with a leading -. END finishes the negotiation when you connect."
    ),
    url="https://ircv3.net/specs/extensions/capability-negotiation",
)
def cap(irc: IrcConnection, message: Message) -> None:
    """CAP LS, LIST, REQ, END."""
    subcommand = message.params[0].upper()
    match subcommand:
        case "LS":
            version = message.params[1] if len(message.params) > 1 else ""
            if version.isascii() and version.isdigit() and int(version[:4]) >= NEW_VERSION:
                irc.version = NEW_VERSION
                irc.caps |= Cap.CAP_NOTIFY  # "cap-notify" of the specification: implied
            irc.negotiating = not irc.registered
            new = irc.version >= NEW_VERSION
            offered = [
                f"{name}={value}" if new and (value := cap_value(irc, row.flag)) else name
                for name, row in _offered(irc).items()
            ]
            _cap_lines(irc, "LS", offered, more="*" if new else "")
        case "LIST":
            enabled = [row.name for row in CAPABILITIES.values() if row.flag in irc.caps]
            _cap_lines(irc, "LIST", enabled, more="*" if irc.version >= NEW_VERSION else "")
        case "REQ":
            irc.negotiating = not irc.registered
            _cap_request(irc, message.params[-1] if len(message.params) > 1 else "")
        case "END":
            if irc.negotiating:
                irc.negotiating = False
                _complete(irc)
        case _:
            raise Refused(ERR_INVALIDCAPCMD, subcommand)


def cap_value(irc: IrcConnection, flag: Cap, config: Config | None = None) -> str:
    """What CAP LS 302 says of a capability, "" for nothing."""
    config = config or irc.config
    limits = config.limits
    match flag:
        case Cap.SASL:
            return ",".join(mechanisms(irc))
        case Cap.ACCOUNT_REGISTRATION:
            words = {
                "before-connect": config.register_before_connect,
                "email-required": config.accounts.email_required,
            }
            return ",".join(word for word, holds in words.items() if holds)
        case Cap.STS:
            return (
                f"duration={config.sts_seconds}"
                if irc.peer.secure
                else f"port={config.server.port}"
            )
        case Cap.MULTILINE:
            return f"max-bytes={limits.multiline_bytes},max-lines={limits.multiline_lines}"
        case Cap.METADATA:
            return (
                f"before-connect,max-subs={METADATA_SUBS},max-keys={limits.metadata_keys},"
                f"max-value-bytes={METADATA_BYTES}"
            )
    return ""


def announce_changes(irc: IrcConnection, before: Config) -> None:
    """Sends CAP NEW and DEL, with cap-notify, for what changed since the settings `before`."""
    if Cap.CAP_NOTIFY not in irc.caps or not irc.registered:
        return
    old = {name: cap_value(irc, row.flag, before) for name, row in _offered(irc, before).items()}
    new = {name: cap_value(irc, row.flag) for name, row in _offered(irc).items()}
    gone = [name for name in old if name not in new]
    come = [
        f"{name}={value}" if value and irc.version >= NEW_VERSION else name
        for name, value in new.items()
        if old.get(name) != value
    ]
    for name in gone:
        irc.caps &= ~CAPABILITIES[name].flag
    if gone:
        irc.say("CAP", irc.nick, "DEL", " ".join(gone))
        become(irc)
    if come:
        irc.say("CAP", irc.nick, "NEW", " ".join(come))


def _offered(irc: IrcConnection, config: Config | None = None) -> dict[str, Capability]:
    """The capabilities offered to this connection, by name."""
    config = config or irc.config
    hidden = Cap.NONE
    reachable = irc.peer.secure or config.server.port  # port 0 is another one each time
    if not (config.sts_seconds and reachable) or irc.version < NEW_VERSION:
        hidden |= Cap.STS
    if not config.accounts.registration:
        hidden |= Cap.ACCOUNT_REGISTRATION
    return {name: row for name, row in CAPABILITIES.items() if not row.flag & hidden}


_DRAFTS = ("draft/", "soju.im/")


def _cap_lines(irc: IrcConnection, subcommand: str, names: list[str], *, more: str) -> None:
    """As many lines as the names need; all but the last are marked by `more`. A client of CAP 301
    knows one line only, and is not told what does not fit: drafts, which it hardly knows either.
    """
    if not more:
        names = sorted(names, key=lambda name: name.startswith(_DRAFTS))
    lines = pack_words(names, CAP_LINE_BYTES) or [""]
    if not more:
        del lines[1:]
    for line in lines[:-1]:
        irc.say("CAP", irc.nick, subcommand, more, line)
    irc.say("CAP", irc.nick, subcommand, lines[-1])


def _cap_request(irc: IrcConnection, names: str) -> None:
    """All of the request or nothing of it."""
    caps = irc.caps
    offered = _offered(irc)
    for name in names.split():
        row = offered.get(name.removeprefix("-"))
        if (
            row is None
            or row.flag is Cap.STS
            or (name == "-cap-notify" and irc.version >= NEW_VERSION)
        ):
            irc.say("CAP", irc.nick, "NAK", names)
            return
        caps = caps & ~row.flag if name.startswith("-") else caps | row.flag
    irc.caps = caps
    irc.say("CAP", irc.nick, "ACK", names)
    if irc.registered:
        become(irc)
