"""What is known of somebody, in sentences. Knows no tkinter and no network."""

from __future__ import annotations

from datetime import datetime

from client_gui.core.events import WhoIs
from client_gui.texts import _

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def described(about: WhoIs) -> str:
    """Each fact in a line of its own."""
    lines = [
        _("{nick} is {realname}, from {address}").format(
            nick=about.nick, realname=about.realname or about.nick, address=about.address
        )
    ]
    if about.account:
        lines.append(_("Account: {account}").format(account=about.account))
    if about.rooms:
        lines.append(_("Rooms: {rooms}").format(rooms=" ".join(about.rooms)))
    if about.server:
        lines.append(_("Server: {server}").format(server=about.server))
    if about.operator:
        lines.append(_("Operates this network."))
    if about.secure:
        lines.append(_("Connected by TLS."))
    if about.away:
        lines.append(_("Away: {reason}").format(reason=about.away))
    if about.idle is not None:
        lines.append(_("Silent for {time}.").format(time=_lasted(about.idle)))
    if about.since is not None:
        when = f"{datetime.fromtimestamp(about.since):%Y-%m-%d %H:%M}"  # noqa: DTZ006 (local time)
        lines.append(_("Connected since {time}.").format(time=when))
    return "\n".join([*lines, *about.more])


def _lasted(seconds: int) -> str:
    """How long that is, in the largest unit that fits."""
    if seconds < _MINUTE:
        return _("{count} s").format(count=seconds)
    if seconds < _HOUR:
        return _("{count} min").format(count=seconds // _MINUTE)
    if seconds < _DAY:
        return _("{count} h").format(count=seconds // _HOUR)
    days = seconds // _DAY
    return _("1 day") if days == 1 else _("{count} days").format(count=days)
