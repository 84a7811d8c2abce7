"""The servers that somebody has in HexChat or WeeChat. Passwords are left where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from client_gui.core.places import MOST, PORT_MAX, places, written
from client_gui.core.proxies import NotAProxy, proxy
from client_gui.system.settings import Server

FILE_BYTES = 1 << 20  # of a list; what is larger is none
SERVERS_MOST = 500
ROOMS_MOST = 100  # of one server
NAME_LENGTH = 100  # characters of a name: of a network, nickname, account, room
PORT, TLS_PORT = 6667, 6697  # where a list names none
# https://hexchat.readthedocs.io: bits of a network's flags
_HEXCHAT_TLS, _HEXCHAT_AUTO = 4, 8


@dataclass(frozen=True, slots=True)
class Listed:
    """A server by the name that it has in the list. `used`: it was connected to by itself, or has
    rooms.
    """

    name: str
    server: Server
    used: bool


class NoList(Exception):
    """The file is no list of servers that we know, or cannot be read."""


def usual_files() -> list[Path]:
    """The lists of this user that are where these programs keep them."""
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    flatpak = home / ".var/app/io.github.Hexchat/config"
    roaming = Path(os.environ.get("APPDATA") or home / "AppData/Roaming")
    tried = [
        *(folder / "servlist.conf" for folder in (config / "hexchat", flatpak / "hexchat")),
        *(
            roaming / "HexChat/servlist.conf",
            config / "weechat/irc.conf",
            home / ".weechat/irc.conf",
        ),
    ]
    return [path for path in tried if path.is_file()]


def servers_in(path: Path) -> list[Listed]:
    """Those in a list of HexChat (servlist.conf) or WeeChat (irc.conf), those that were used first.
    What cannot be a server is left out. Raises NoList.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise NoList(error.strerror) from None
    text = data.decode("utf-8", "replace")
    read = _weechat if "[server]" in text else _hexchat
    found = list(read(text))[:SERVERS_MOST] if len(data) <= FILE_BYTES else []
    if not found:
        raise NoList(path.name)
    return sorted(found, key=lambda one: (not one.used, one.name.casefold()))


def _hexchat(text: str) -> Iterator[Listed]:
    """A letter and "=" for each value; "N=" begins a network, and an empty line ends it."""
    for block in re.split(r"\n\s*\n", text.replace("\r", "")):
        values: dict[str, list[str]] = {}
        for line in block.splitlines():
            key, is_value, value = line.partition("=")
            if is_value and len(key) == 1:
                values.setdefault(key, []).append(value.strip())
        name, flags = values.get("N", [""])[0], values.get("F", ["0"])[0]
        number = int(flags) if flags.isascii() and flags.isdigit() and len(flags) < 10 else 0
        tls = bool(number & _HEXCHAT_TLS)
        addresses = []
        for one in values.get("S", []):
            host, _slash, port = one.partition("/")
            tls = tls or port.startswith("+")
            addresses.append((host, port.removeprefix("+")))
        server = _server(addresses, tls, values.get("I", [""])[0])
        if name and server is not None:
            name = _name(name)
            server.rooms = _rooms(one.partition(",")[0] for one in values.get("J", []))
            yield Listed(name, server, bool(number & _HEXCHAT_AUTO or server.rooms))


def _weechat(text: str) -> Iterator[Listed]:
    """`name.option = value` for each, in the section [server]."""
    section = text.partition("[server]")[2].partition("\n[")[0]
    options: dict[str, dict[str, str]] = {}
    for line in section.splitlines():
        key, is_value, value = line.partition(" = ")
        name, _dot, option = key.rpartition(".")
        if is_value and name and value != "null" and len(options) < SERVERS_MOST:
            options.setdefault(name, {})[option] = value.strip().strip('"')
    for name, values in options.items():
        tls = values.get("tls", values.get("ssl", "on")) == "on"
        addresses = []
        for one in values.get("addresses", "").split(","):
            host, _slash, port = one.partition("/")
            addresses.append((host, port))
        server = _server(addresses, tls, values.get("nicks", "").partition(",")[0])
        if server is not None:
            server.account = _typed(values.get("sasl_username", ""))
            joined = values.get("autojoin", "").partition(" ")[0]  # keys follow
            server.rooms = _rooms(joined.split(","))
            with suppress(NotAProxy):
                server.proxy = (
                    str(proxy(values["proxy"])) if "://" in values.get("proxy", "") else ""
                )
            yield Listed(
                _name(name), server, values.get("autoconnect") == "on" or bool(server.rooms)
            )


def _server(addresses: list[tuple[str, str]], tls: bool, nick: str) -> Server | None:
    found = []
    for host, typed in addresses[:MOST]:
        number = typed if typed.isascii() and typed.isdigit() and len(typed) < 6 else ""
        port = int(number) if number else TLS_PORT if tls else PORT
        bare = f"[{host}]" if ":" in host and not host.startswith("[") else host
        with suppress(ValueError):
            found += places(bare, port) if 0 < port <= PORT_MAX else []
    if not found:
        return None
    (host, port), *others = found
    nick = _typed(nick) if " " not in nick else ""
    return Server(host, port, nick, tls, others=[written(one) for one in others])


def _rooms(names: Iterator[str] | list[str]) -> list[str]:
    good = (_typed(one.strip()) for one in names)
    return [one for one in good if one[:1] in tuple("#&+!")][:ROOMS_MOST]


def _typed(name: str) -> str:
    """A name that somebody can have typed; "" for what is none, or stands for something else."""
    good = name.isprintable() and "$" not in name and len(name) <= NAME_LENGTH
    return name if good else ""


def _name(name: str) -> str:
    """A network's, as it can be shown."""
    return "".join(filter(str.isprintable, name))[:NAME_LENGTH]
