"""HELP, HELPOP: https://modern.ircdocs.horse/#help-message"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import Refused
from gchat.wire.message import Message
from gchat.wire.numerics import ERR_HELPNOTFOUND, RPL_ENDOFHELP, RPL_HELPSTART, RPL_HELPTXT

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection

_INDEX = "the commands"
_TEXTS = {
    "AWAY": ("AWAY [text]", "Says that you are away, and why; without a text, that you are back."),
    "CHATHISTORY": (
        "CHATHISTORY LATEST|BEFORE|AFTER|AROUND target reference limit",
        "CHATHISTORY BETWEEN target reference reference limit",
        "Reads what was said. A reference is timestamp=… or msgid=…",
    ),
    "INVITE": ("INVITE nickname #room", "Lets somebody into a room."),
    "JOIN": ("JOIN #room[,#room] [key[,key]]", "Enters rooms; who makes one is its operator."),
    "KICK": ("KICK #room nickname[,nickname] [reason]", "Puts somebody out of a room."),
    "KNOCK": ("KNOCK #room [text]", "Asks for an invitation."),
    "LIST": ("LIST [#room | mask | >count | <count]", "Tells which rooms there are."),
    "MODE": (
        "MODE #room [modes [parameters]]",
        "b e I: bans, exceptions from them, who needs no invitation. k: a password. l: a limit.",
        "i: by invitation. m: only v and o speak. n: only members speak. s: secret.",
        "t: operators set the topic. C: no CTCP. M, R: only who is logged in speaks, enters.",
        "q a o h v: ranks of members.",
    ),
    "MONITOR": ("MONITOR +|- nickname[,nickname]", "Tells when somebody comes and goes."),
    "NAMES": ("NAMES #room", "Tells who is in a room."),
    "NICK": ("NICK nickname", "Changes your nickname."),
    "NOTICE": ("NOTICE target :text", "Like PRIVMSG; programs never answer it."),
    "PART": ("PART #room [reason]", "Leaves a room."),
    "PRIVMSG": ("PRIVMSG target[,target] :text", "Says something to a room or a person."),
    "QUIT": ("QUIT [reason]", "Leaves."),
    "REDACT": ("REDACT target msgid [reason]", "Takes a message back."),
    "REGISTER": ("REGISTER * * password", "Registers an account for your nickname."),
    "SEARCH": ("SEARCH in=#room;text=words", "Searches what was said."),
    "SETNAME": ("SETNAME :name", "Changes your real name."),
    "TOPIC": ("TOPIC #room [text]", "Tells or sets the topic."),
    "WHO": ("WHO #room|mask [%fields]", "Tells about people."),
    "WHOIS": ("WHOIS nickname", "Tells about somebody."),
    "WHOWAS": ("WHOWAS nickname", "Tells about somebody who is gone."),
}


def help_(irc: IrcConnection, message: Message) -> None:
    """HELP of a command, or which there are."""
    subject = message.params[0].upper() if message.params and message.params[0] else ""
    if subject and subject not in _TEXTS:
        raise Refused(ERR_HELPNOTFOUND, subject[:32])
    lines = _TEXTS[subject] if subject else _index()
    name = subject or "index"
    irc.reply(RPL_HELPSTART, name, text=f"Help on {subject or _INDEX}")
    for line in lines:
        irc.reply(RPL_HELPTXT, name, text=line)
    irc.reply(RPL_ENDOFHELP, name, text="End of /HELP")


def _index() -> list[str]:
    names = list(_TEXTS)
    lines = [" ".join(names[start : start + 10]) for start in range(0, len(names), 10)]
    return [*lines, "HELP COMMAND tells more. NickServ and ChanServ take HELP too."]
