"""What the client remembers: looks, servers, muted rooms. A damaged file is put aside, not lost."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from client_gui.core.places import MOST, Place, places
from client_gui.core.proxies import NotAProxy, Proxy, proxy
from client_gui.system import files
from client_gui.system.locking import locked
from client_gui.system.merging import merged
from client_gui.texts import n_

FILE = "client.json"
NUMBER_MAX = 1_000_000
LAYOUTS = (n_("comfortable"), n_("compact"))
THEMES = (n_("system"), n_("light"), n_("dark"))
FIT = -1  # as many messages as fit
LINES = (10, 100, 1000, FIT, 0)  # in view; 0 is all
ALL, FITTING = n_("all"), n_("as many as fit")
AWAYS = (0, 5, 10, 15, 30, 60)  # minutes
OPEN_MOST = 16  # servers that one window is connected to at the same time
SCALES = (0.75, 1.0, 1.25, 1.5, 2.0, 3.0)


@dataclass(slots=True)
class Server:
    """Where somebody has been. The password is in the system's keyring, where there is one."""

    host: str = "127.0.0.1"
    port: int = 55555
    nick: str = ""
    tls: bool = False
    pin: str = ""  # SHA-256 of a certificate that somebody has compared, "" for none
    account: str = ""
    rooms: list[str] = field(default_factory=list)  # that are joined; the first is always there
    shown: str = ""  # the room or conversation that was shown last
    ignored: list[str] = field(default_factory=list)  # masks of people
    proxy: str = ""  # by which it is reached; its password is in the keyring, too
    others: list[str] = field(default_factory=list)  # addresses of the same server, "host:port"

    @property
    def other_places(self) -> list[Place]:
        """`others`, but for those that are no addresses."""
        found = []
        for one in self.others[: MOST - 1]:
            with suppress(ValueError):
                found += places(one, self.port)
        return found

    @property
    def by(self) -> Proxy | None:
        """`proxy`, where it is one."""
        try:
            return proxy(self.proxy)
        except NotAProxy:
            return None

    @property
    def name(self) -> str:
        """Its key, for drafts and models."""
        return f"{self.host}:{self.port}"


@dataclass(slots=True)
class Settings:
    """All settings. A value that is not valid is replaced by the default."""

    layout: str = "comfortable"
    theme: str = "system"
    lines: int = 10
    scale: float = 1.0
    zoom: float = 1.0
    language: str = ""  # "" as the system says
    spelling: str = ""  # a dictionary such as en_GB; "" as the system says, spelling.OFF for none
    geometry: str = ""  # size and place of the window, as Tk writes them
    notify: bool = True
    logs: bool = False  # what is said is kept in text files
    logs_folder: str = ""  # "" for the system's usual one
    away_after: int = 0  # minutes without a key or the mouse; 0: never
    members: bool = True  # the list is shown
    muted: list[str] = field(default_factory=list)  # rooms: see muting.py
    highlights: list[str] = field(default_factory=list)  # words that call like our nickname
    aliases: list[str] = field(default_factory=list)  # "name text" of commands of one's own
    servers: list[Server] = field(default_factory=list)  # the last one first
    open: list[str] = field(default_factory=list)  # names of servers, from the top of the window
    folded: list[str] = field(default_factory=list)  # names of servers whose rooms are not listed

    def used(self, server: Server, *, first: bool = True) -> None:
        """Puts a server first, or (not `first`) where it was; a new one after the first then."""
        names = [one.name for one in self.servers]
        at = names.index(server.name) if server.name in names else 1
        self.servers[:] = [one for one in self.servers if one.name != server.name]
        self.servers.insert(0 if first else at, server)

    def opened(self) -> list[Server]:
        """The servers that are to be opened with the window, from the top."""
        known = {one.name: one for one in self.servers if one.nick}
        return [known[name] for name in dict.fromkeys(self.open) if name in known][:OPEN_MOST]


def folder() -> Path:
    """Where the file is."""
    return Path(platformdirs.user_config_dir("gchat", appauthor=False))


def load(path: Path) -> Settings:
    """From a file; the defaults where there is none. One that cannot be read is put aside."""
    found = files.read(path)
    servers = found.pop("servers", [])
    settings = _fitting(Settings, found)
    if isinstance(servers, list):
        settings.servers = [_fitting(Server, one) for one in servers if isinstance(one, dict)]
    return _sane(settings)


def save(settings: Settings, path: Path) -> None:
    """Whole or not at all. What cannot be written is logged, and lost with the window."""
    files.write(path, asdict(settings))


class Store:
    """The file of settings, which other windows of the same user write too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base: dict[str, Any] = {}  # as we knew it when we last read or wrote it

    def load(self) -> Settings:
        """As `load`."""
        found = load(self._path)
        self._base = asdict(found)
        return found

    def save(self, settings: Settings) -> None:
        """Writes what we have changed; takes over the servers and muted rooms of other windows."""
        with locked(self._path):
            theirs = asdict(load(self._path)) if self._path.exists() else self._base
            content = merged(self._base, asdict(settings), theirs)
            files.write(self._path, content)
        known = {one.name: one for one in settings.servers}
        servers = [_fitting(Server, one) for one in content["servers"]]
        settings.servers[:] = [known.get(one.name, one) for one in servers]
        settings.muted[:] = content["muted"]
        self._base = asdict(settings)


def _fitting(kind: type[Any], found: dict[str, Any]) -> Any:
    """Makes a `kind` from those values that have the right type; the others are defaults."""
    made = kind()
    for one in fields(kind):
        value, default = found.get(one.name), getattr(made, one.name)
        if isinstance(default, float) and type(value) is int and abs(value) < NUMBER_MAX:
            value = float(value)
        if type(value) is not type(default):
            continue
        if isinstance(value, float) and not math.isfinite(value):
            continue
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            continue
        setattr(made, one.name, value)
    return made


def _sane(settings: Settings) -> Settings:
    default = Settings()
    if settings.layout not in LAYOUTS:
        settings.layout = default.layout
    if settings.theme not in THEMES:
        settings.theme = default.theme
    settings.lines = min(max(settings.lines, FIT), 20_000)
    settings.away_after = min(max(settings.away_after, 0), 1440)
    settings.scale = min(max(settings.scale, 0.5), 4.0)
    settings.zoom = min(max(settings.zoom, 0.5), 3.0)
    settings.servers = [one for one in settings.servers if 0 < one.port < 65536 and one.host][:20]
    return settings
