"""Accounts: made, logged in to, left, dropped."""

from __future__ import annotations

from gchat.core.accounts import Account, Seat
from gchat.core.effects import ChangedAccount, Effect, Failure, Refused
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    CertificateSet,
    Entry,
    LoggedIn,
    LoggedOut,
    PasswordSet,
)
from gchat.core.hub import Hub
from gchat.core.saved import dropped_account, saved_account, saved_room
from gchat.core.transitions.hooks import forget_hooks
from gchat.core.transitions.membership import forget_absent
from gchat.core.transitions.people import (
    check_services,
    forget_verdicts,
    merge_metadata,
    strangers,
)
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import ERR_SASLFAIL


def account_made(hub: Hub, entry: Entry, event: AccountMade) -> tuple[Effect, ...]:
    """The name must not be, or look like, another account's, and not be another user's nickname."""
    key = casefold(event.name)
    holder = hub.nicks.get(key)
    check_services(key, event.name)
    alike = hub.account_skeletons.taken(key, hub.accounts)
    hooked = hub.hooks.named(key)
    if key in hub.accounts or alike or hooked or (holder is not None and holder.uid != event.uid):
        text = "This account already exists, or somebody else uses the nickname"
        raise Failure("REGISTER", "ACCOUNT_EXISTS", event.name, text=text)
    account = Account(event.name, entry.at, event.verifier, ident=f"@{key}!{entry.msgid}")
    hub.accounts[key] = account
    hub.count_verifier(account.verifier, 1)
    hub.account_skeletons.add(key)
    hub.saved.append(saved_account(account))
    user = hub.users.get(event.uid)
    return () if user is None else _log_in(hub, entry, user, account)


def password_set(hub: Hub, entry: Entry, event: PasswordSet) -> tuple[Effect, ...]:
    """Of their own account."""
    account = _own(hub, event.uid, event.account_id)
    hub.count_verifier(account.verifier, -1)
    hub.count_verifier(event.verifier, 1)
    account.verifier = event.verifier
    hub.saved.append(saved_account(account))
    return ()


def _own(hub: Hub, uid: int, ident: str = "") -> Account:
    account = hub.account_of(hub.user(uid))
    if account is None:
        raise Refused(ERR_SASLFAIL, text="You are not logged in")
    if ident not in ("", account.ident):  # since the password was checked
        raise Refused(ERR_SASLFAIL, text="You are logged in to another account now")
    return account


def certificate_set(hub: Hub, entry: Entry, event: CertificateSet) -> tuple[Effect, ...]:
    """A certificate logs in to one account only."""
    account = _own(hub, event.uid)
    known = hub.certificates.get(event.fingerprint)
    if event.adding and known == account.key:
        return ()
    if not event.adding and known != account.key:
        raise Refused(ERR_SASLFAIL, text="Your account does not have this certificate")
    if not event.adding:
        del account.certificates[event.fingerprint]
        del hub.certificates[event.fingerprint]
    elif known is not None:
        raise Refused(ERR_SASLFAIL, text="This certificate belongs to another account")
    elif len(account.certificates) >= hub.config.accounts.certificates:
        raise Refused(ERR_SASLFAIL, text="Your account has too many certificates")
    else:
        account.certificates[event.fingerprint] = None
        hub.certificates[event.fingerprint] = account.key
    hub.saved.append(saved_account(account))
    return ()


def account_dropped(hub: Hub, entry: Entry, event: AccountDropped) -> tuple[Effect, ...]:
    """Its users are logged out. Its rooms are no longer registered: each ends with its last member
    (but not the lobby).
    """
    account = _own(hub, event.uid, event.account_id)
    effects: list[Effect] = []
    for uid in list(account.uids):
        effects += _log_out(hub, entry, hub.users[uid])
    for key in list(account.rooms):
        hub.seat(account, key, None)
    for room in list(hub.rooms.values()):
        if casefold(room.founder) == account.key and room.founder:
            room.founder, room.lasting = "", room.key == casefold(hub.config.server.lobby)
            forget_hooks(hub, room)
            hub.saved.append(saved_room(room))
            forget_absent(hub, room)
            if not room.members and not room.lasting:
                del hub.rooms[room.key]
    for fingerprint in account.certificates:
        del hub.certificates[fingerprint]
    del hub.accounts[account.key]
    hub.count_verifier(account.verifier, -1)
    hub.account_skeletons.remove(account.key)
    hub.saved += dropped_account(account)
    return tuple(effects)


def logged_in(hub: Hub, entry: Entry, event: LoggedIn) -> tuple[Effect, ...]:
    """By somebody who has a nickname already."""
    user = hub.user(event.uid)
    account = hub.accounts.get(casefold(event.account))
    if account is None or event.account_id not in ("", account.ident):
        raise Refused(ERR_SASLFAIL)
    return _log_in(hub, entry, user, account)


def _log_in(hub: Hub, entry: Entry, user: User, account: Account) -> tuple[Effect, ...]:
    before = hub.account_of(user)
    if before is account:
        return ()
    if before is not None:
        before.uids.pop(user.uid, None)
    account.uids[user.uid] = None
    user.account, user.account_id = account.name, account.ident
    most, before_rooms = hub.config.limits.rooms_per_user, dict(account.rooms)
    for key in user.rooms:
        room = hub.rooms[key]
        if hub.seat_of(user, room) is None and (key in account.rooms or len(account.rooms) < most):
            hub.seat(account, key, Seat(room.name, room.place, room.created, room.created))
    if account.rooms != before_rooms:
        hub.saved.append(saved_account(account))
    merge_metadata(hub, user, account)
    return _changed(hub, entry, user)


def logged_out(hub: Hub, entry: Entry, event: LoggedOut) -> tuple[Effect, ...]:
    """Whoever has the account's nickname keeps it until they take another."""
    _own(hub, event.uid)
    return _log_out(hub, entry, hub.user(event.uid))


def _log_out(hub: Hub, entry: Entry, user: User) -> tuple[Effect, ...]:
    account = hub.account_of(user)
    if account is not None:
        account.uids.pop(user.uid, None)
    user.account = user.account_id = ""
    return _changed(hub, entry, user)


def _changed(hub: Hub, entry: Entry, user: User) -> tuple[Effect, ...]:
    """https://ircv3.net/specs/extensions/account-notify"""
    forget_verdicts(hub, user)
    around = hub.neighbours(user)
    watching = strangers(hub, user, around)
    effects = [ChangedAccount(**user.doing(entry), uids=around)]
    if watching:
        effects.append(ChangedAccount(**user.doing(entry), uids=watching, watched=True))
    return tuple(effects)


TRANSITIONS.update(
    {
        AccountMade: account_made,
        PasswordSet: password_set,
        CertificateSet: certificate_set,
        AccountDropped: account_dropped,
        LoggedIn: logged_in,
        LoggedOut: logged_out,
    }
)
