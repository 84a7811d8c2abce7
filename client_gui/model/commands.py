"""What somebody types: text to send, or a slash command. Knows no tkinter and no network."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from client_gui.core.events import Kind, Unsent
from client_gui.core.protocol import ClientProtocol, Command
from client_gui.model.rooms import ROOM_PREFIXES
from client_gui.model.services import is_secret, service_of
from client_gui.texts import _, n_


class Send(Struct, frozen=True):
    """To be carried out by the client core."""

    command: Command
    unsent: Unsent | None = None  # shown as not sent if the connection is gone


class Tell(Struct, frozen=True):
    """To be told to the person who typed it."""

    text: str
    error: bool = False


class Leave(Struct, frozen=True):
    """Close the window; `reason` is what the others may read."""

    reason: str


class Nick(Struct, frozen=True):
    """Change our nickname."""

    nick: str


class Join(Struct, frozen=True):
    """Enter a room and go there."""

    room: str
    key: str = ""


class Account(Struct, frozen=True):
    """Open a form for our account: `register`, `login` or `password`."""

    form: str


class Part(Struct, frozen=True):
    """Leave a room ("": the current one, or close the current conversation); others may read the
    reason.
    """

    reason: str
    room: str = ""


class Find(Struct, frozen=True):
    """Find words in the current room."""

    words: str


class Mute(Struct, frozen=True):
    """Mute the current room, or unmute it."""


class Ignore(Struct, frozen=True):
    """See nothing of somebody, or (not `ignoring`) see them again; "" lists who is ignored."""

    mask: str
    ignoring: bool = True


class Alias(Struct, frozen=True):
    """Let a command of one's own stand for a text, or (`None`) for nothing any more; without a
    name, list them all.
    """

    name: str
    text: str | None = None


class Talk(Struct, frozen=True):
    """Go to the conversation with somebody, and say something there or (`None`) nothing."""

    nick: str
    said: Send | None = None


class Rooms(Struct, frozen=True):
    """Show the rooms of the server."""


class Help(Struct, frozen=True):
    """Explain a command that is none of the window's: it may be somebody's own."""

    name: str


class Serve(Struct, frozen=True):
    """Do something with the server that is shown: `connect`, `disconnect`, `fold` or `close` it."""

    what: str


Action = (
    Send
    | Tell
    | Account
    | Leave
    | Nick
    | Join
    | Part
    | Find
    | Mute
    | Ignore
    | Alias
    | Serve
    | Talk
    | Rooms
    | Help
)


def interpret(text: str, room: str, reply_to: str = "") -> Action:
    """What to do with `text`, typed into `room` as an answer to a message or (`""`) to none."""
    if is_secret(text, room):
        text = text.lstrip()  # a space before it would tell the whole room a password
    if not text.startswith("/") or text.startswith("//"):
        typed = text.removeprefix("/") if text.startswith("//") else text
        return _say(room, typed, reply_to=reply_to)
    name, rest = [*text[1:].split(maxsplit=1), "", ""][:2]
    row = COMMANDS.get(name.lower())
    if row is None:
        text = _("Unknown command /{name}. /help lists the commands.").format(name=name)
        return Tell(text, error=True)
    if name.lower() in _FOR_ROOMS:
        room, rest = _named_first(room, rest)
    if name.lower() in _FOR_ROOMS and room[:1] not in ROOM_PREFIXES:
        text = _("/{name} is for rooms: this is a private conversation.").format(name=name)
        return Tell(text, error=True)
    if name.lower() not in _SPEAKING:
        rest = " ".join(rest.split("\n"))  # only what is said can have several lines
    return row[0](rest.strip(), room)


def _named_first(room: str, rest: str) -> tuple[str, str]:
    """The room that a command is about, and the rest of it: `/topic #dev be kind` is about #dev,
    wherever it is typed.
    """
    first, *more = rest.split(maxsplit=1) or [""]
    return (first, more[0] if more else "") if first[:1] in ROOM_PREFIXES else (room, rest)


def _say(room: str, text: str, kind: Kind = Kind.MESSAGE, reply_to: str = "") -> Send:
    return Send(
        lambda core: core.say(room, text, kind, reply_to), Unsent(room, text, kind, reply_to)
    )


def _line(command: str, *params: str) -> Send:
    return Send(lambda core: core.command(command, *params))


def _usage(name: str) -> Tell:
    return Tell(
        _("Usage: /{name} {commands}").format(name=name, commands=COMMANDS[name][1]),
        error=True,
    )


def _help(rest: str, room: str) -> Action:
    name = rest.removeprefix("/").lower()
    row = COMMANDS.get(name)
    if row is not None:
        return Tell(f"/{name} {_(row[1])}".rstrip() + f": {_(row[2])}")
    return Help(name) if name else Tell(help_text())


def _me(rest: str, room: str) -> Action:
    return _say(room, rest, Kind.ACTION) if rest else _usage("me")


def _msg(rest: str, room: str) -> Action:
    nick, *text = rest.split(maxsplit=1) or [""]
    return _say(nick, text[0].strip()) if text else _usage("msg")


def _notice(rest: str, room: str) -> Action:
    name, *text = rest.split(maxsplit=1) or [""]
    return _say(name, text[0].strip(), Kind.NOTICE) if text else _usage("notice")


def _query(rest: str, room: str) -> Action:
    nick, *text = rest.split(maxsplit=1) or [""]
    if not nick or nick[:1] in ROOM_PREFIXES:
        return _usage("query")
    return Talk(nick, _say(nick, text[0].strip()) if text else None)


def _whois(rest: str, room: str) -> Action:
    nick = rest or ("" if room[:1] in ROOM_PREFIXES else room)
    return _usage("whois") if not nick or " " in nick else _line("WHOIS", nick)


def _list(rest: str, room: str) -> Action:
    return _usage("list") if rest else Rooms()


def _rank(command: str, change: str) -> Callable[[str, str], Action]:
    """Gives members of this room a rank, or takes it away, each by a MODE of its own: how many one
    line may change differs between servers.
    """

    def act(rest: str, room: str) -> Action:
        nicks = rest.split()
        if not nicks:
            return _usage(command)

        def change_all(core: ClientProtocol) -> None:
            for nick in nicks:
                core.command("MODE", room, change, nick)

        return Send(change_all)

    return act


def _mode(rest: str, room: str) -> Action:
    words = rest.split()
    target = words.pop(0) if words and words[0][:1] not in "+-" else room
    return _line("MODE", target, *words)


def _raw(rest: str, room: str) -> Action:
    """A line of the protocol, as it is typed."""
    head, trailing, text = f" {rest}".partition(" :")
    words = [*head.split(), *([text] if trailing else [])]
    return Send(lambda core: core.ask(*words)) if words and head.split() else _usage("raw")


def _service(command: str) -> Callable[[str, str], Action]:
    return lambda rest, room: _say(service_of(command), rest) if rest else _usage(command)


def _nick(rest: str, room: str) -> Action:
    return Nick(rest) if rest and " " not in rest else _usage("nick")


def _topic(rest: str, room: str) -> Action:
    return _line("TOPIC", room, rest) if rest else _line("TOPIC", room)


def _join(rest: str, room: str) -> Action:
    words = rest.split()
    return Join(*words) if len(words) in (1, 2) else _usage("join")


def _part(rest: str, room: str) -> Action:
    named, reason = _named_first("", rest)
    return Part(reason, named)


def _away(rest: str, room: str) -> Action:
    return _line("AWAY", *([rest] if rest else []))


def _kick(rest: str, room: str) -> Action:
    nick, _space, reason = rest.partition(" ")
    if not nick:
        return _usage("kick")
    return _line("KICK", room, nick, *([reason.strip()] if reason.strip() else []))


def _ban(rest: str, room: str) -> Action:
    if not rest or " " in rest:
        return _usage("ban")
    return _line("MODE", room, "+b", _mask(rest))


def _unban(rest: str, room: str) -> Action:
    return _usage("unban") if not rest or " " in rest else _line("MODE", room, "-b", _mask(rest))


def _mask(name: str) -> str:
    """The mask of everybody who is called so, if it is a name."""
    return name if "!" in name or "@" in name else f"{name}!*@*"


def _invite(rest: str, room: str) -> Action:
    nick, *more = rest.split() or [""]
    if len(more) > 1 or not nick or (more and more[0][:1] not in ROOM_PREFIXES):
        return _usage("invite")
    return _line("INVITE", nick, more[0] if more else room)


def _search(rest: str, room: str) -> Action:
    return Find(rest) if rest else _usage("search")


def _mute(rest: str, room: str) -> Action:
    return Mute()


def _ignore(rest: str, room: str) -> Action:
    return _usage("ignore") if " " in rest else Ignore(rest)


def _unignore(rest: str, room: str) -> Action:
    return _usage("unignore") if not rest or " " in rest else Ignore(rest, ignoring=False)


def _alias(rest: str, room: str) -> Action:
    name, _space, text = rest.partition(" ")
    return _usage("alias") if name and not text.strip() else Alias(name, text.strip())


def _unalias(rest: str, room: str) -> Action:
    return _usage("unalias") if not rest or " " in rest else Alias(rest)


def _account(form: str) -> Callable[[str, str], Action]:
    return lambda rest, room: Account(form)


def _serve(what: str) -> Callable[[str, str], Action]:
    return lambda rest, room: _usage(what) if rest else Serve(what)


def _quit(rest: str, room: str) -> Action:
    return Leave(rest)


# Each: what it does, what it takes, what it is for.
COMMANDS: dict[str, tuple[Callable[[str, str], Action], str, str]] = {
    "help": (_help, n_("[COMMAND]"), n_("list the commands, or explain one")),
    "join": (_join, n_("#ROOM [KEY]"), n_("enter a room")),
    "part": (_part, n_("[ROOM] [REASON]"), n_("leave a room, or close this conversation")),
    "msg": (_msg, n_("NAME TEXT"), n_("send a private message")),
    "query": (_query, n_("NAME [TEXT]"), n_("open a conversation with somebody")),
    "notice": (_notice, n_("NAME TEXT"), n_("send a notice, which no program answers")),
    "me": (_me, n_("TEXT"), n_("say what you do: /me waves")),
    "ns": (_service("ns"), n_("COMMAND …"), n_("talk to NickServ, about your account")),
    "cs": (_service("cs"), n_("COMMAND …"), n_("talk to ChanServ, about rooms")),
    "nick": (_nick, n_("NAME"), n_("change your nickname")),
    "away": (_away, n_("[REASON]"), n_("mark yourself as away; without a reason, as back")),
    "whois": (_whois, n_("NAME"), n_("show what the server knows of somebody")),
    "list": (_list, "", n_("show the rooms of this server")),
    "topic": (_topic, n_("[ROOM] [TEXT]"), n_("show or change the topic of a room")),
    "invite": (_invite, n_("NAME [ROOM]"), n_("invite somebody to a room")),
    "kick": (_kick, n_("NAME [REASON]"), n_("kick somebody from this room")),
    "ban": (_ban, n_("NAME or MASK"), n_("ban somebody from this room")),
    "unban": (_unban, n_("NAME or MASK"), n_("end a ban")),
    "op": (_rank("op", "+o"), n_("NAME …"), n_("make somebody an operator of this room")),
    "deop": (_rank("deop", "-o"), n_("NAME …"), n_("take that away again")),
    "voice": (_rank("voice", "+v"), n_("NAME …"), n_("let somebody speak in a moderated room")),
    "devoice": (_rank("devoice", "-v"), n_("NAME …"), n_("take that away again")),
    "mode": (_mode, n_("[ROOM] [MODES]"), n_("show or change the modes of this room: /mode +m")),
    "search": (_search, n_("WORDS"), n_("search the messages of this room")),
    "mute": (_mute, "", n_("mute or unmute this room")),
    "ignore": (_ignore, n_("[NAME or MASK]"), n_("see nothing of somebody; list who is ignored")),
    "unignore": (_unignore, n_("NAME or MASK"), n_("see somebody again")),
    "alias": (_alias, n_("[NAME TEXT]"), n_("make a command: /alias hi /me waves to $1")),
    "unalias": (_unalias, n_("NAME"), n_("forget a command of your own")),
    "register": (_account("register"), "", n_("register your nickname, in a form")),
    "login": (_account("login"), "", n_("log in to your account, in a form")),
    "password": (_account("password"), "", n_("change your account's password, in a form")),
    "connect": (_serve("connect"), "", n_("connect to this server now")),
    "disconnect": (_serve("disconnect"), "", n_("disconnect from this server")),
    "fold": (_serve("fold"), "", n_("hide this server's rooms in the list, or list them again")),
    "close": (_serve("close"), "", n_("disconnect, and take this server out of the list")),
    "raw": (_raw, n_("LINE"), n_("send a line of the protocol as it is; it is not kept")),
    "quit": (_quit, n_("[REASON]"), n_("close the window")),
}


_SPEAKING = frozenset({"msg", "me", "query"})
_FOR_ROOMS = frozenset(
    {"topic", "invite", "kick", "ban", "unban", "op", "deop", "voice", "devoice"}
)


def help_text() -> str:
    """All commands, one in each line."""
    parts = [f"/{name} {_(row[1])}".strip() + f": {_(row[2])}" for name, row in COMMANDS.items()]
    return "\n".join([*parts, _("//TEXT: send a line that begins with a slash")])
