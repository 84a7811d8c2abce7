"""What the client remembers: looks, servers, muted rooms. A damaged file is put aside, not lost."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

log = logging.getLogger(__name__)

FILE = "client.json"
LAYOUTS = ("comfortable", "compact")
THEMES = ("system", "light", "dark")
LINES = (10, 100, 1000, 0)  # in view; 0 is all
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
    rooms: list[str] = field(default_factory=list)  # that are joined, besides the lobby

    @property
    def name(self) -> str:
        """How it is called in the list."""
        return f"{self.host}:{self.port}"


@dataclass(slots=True)
class Settings:
    """All of it. What is not understood is what it was by default."""

    layout: str = "comfortable"
    theme: str = "system"
    lines: int = 10
    scale: float = 1.0
    zoom: float = 1.0
    language: str = ""  # "" as the system says
    notify: bool = True
    members: bool = True  # the list is shown
    muted: list[str] = field(default_factory=list)  # folded names of rooms
    servers: list[Server] = field(default_factory=list)  # the last one first

    def used(self, server: Server) -> None:
        """Puts a server first."""
        same = [one for one in self.servers if (one.host, one.port) == (server.host, server.port)]
        for one in same:
            self.servers.remove(one)
        self.servers.insert(0, server)


def folder() -> Path:
    """Where the file is."""
    return Path(platformdirs.user_config_dir("gchat", appauthor=False))


def load(path: Path) -> Settings:
    """From a file; the defaults where there is none. One that cannot be read is put aside."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict):
            raise ValueError("not an object")
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read and is put aside: %s", path, error)
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError:
            pass  # the defaults will do
        return Settings()
    servers = found.pop("servers", [])
    settings = _fitting(Settings, found)
    if isinstance(servers, list):
        settings.servers = [_fitting(Server, one) for one in servers if isinstance(one, dict)]
    return _sane(settings)


def save(settings: Settings, path: Path) -> None:
    """Whole or not at all. What cannot be written is logged, and lost with the window."""
    temporary = path.with_suffix(".new")
    try:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        text = json.dumps(asdict(settings), ensure_ascii=False, indent=2)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write(text + "\n")
        temporary.replace(path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)


def _fitting(kind: type[Any], found: dict[str, Any]) -> Any:
    """Of the values those that are of the right type."""
    made = kind()
    for one in fields(kind):
        value, default = found.get(one.name), getattr(made, one.name)
        if isinstance(default, float) and type(value) is int:
            value = float(value)
        if type(value) is not type(default):
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
    settings.lines = min(max(settings.lines, 0), 20_000)
    settings.scale = min(max(settings.scale, 0.5), 4.0)
    settings.zoom = min(max(settings.zoom, 0.5), 3.0)
    settings.servers = [one for one in settings.servers if 0 < one.port < 65536 and one.host][:20]
    return settings
