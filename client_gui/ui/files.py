"""Files that somebody sends from the window, and pictures of the server within the messages."""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tkinter import filedialog
from urllib.parse import urlsplit

from PIL import Image, ImageGrab

from client_gui.core import events, pictures
from client_gui.texts import _
from client_gui.ui.connection import Connection
from client_gui.ui.context import Context
from client_gui.ui.pictures import thumbnail

MOST = 20  # files that wait
FETCHED_AT_ONCE = 2
FETCHES = 500  # pictures that wait to be fetched


@dataclass(eq=False, slots=True)
class _Sending:
    """One file, and the room that it is for."""

    number: int
    path: Path
    room: str
    temporary: bool  # a file that we have made
    stop: Callable[[], None] | None = None  # once it is being sent


class Files:
    """Those of one server. Lives in Tk's thread."""

    def __init__(self, context: Context, connection: Connection) -> None:
        self._context = context
        self._connection = connection
        self._base = ""  # the origin of the server by HTTP, as it says
        self._waiting: deque[_Sending] = deque()
        self._now: _Sending | None = None
        self._numbers = count(1)
        self._wanted: deque[tuple[str, int, int]] = deque()  # pictures
        self._fetching = 0

    # -- what the connection tells

    def heard(self, event: events.NetEvent) -> bool:
        """Takes in an event about files; whether it was one."""
        match event:
            case events.FileHost():
                parts = urlsplit(event.address)
                self._base = f"{parts.scheme}://{parts.netloc}"
                self.show()
            case events.FilesPasted():
                self.add(map(Path, event.paths), temporary=event.temporary)
            case events.PictureCame():
                self._fetching -= 1
                if self._shown:
                    self._context.theme.shared.came(event.path, event.picture)
                self._fetch()
            case _:
                return self._heard_of_ours(event)
        return True

    def _heard_of_ours(self, event: events.NetEvent) -> bool:
        """The same for what is about the file that is on its way."""
        match event:
            case events.FileToken():
                self._send(event.token)
            case events.FileRefused():
                self._failed(_("Only people with an account can send files."))
            case events.FileProgress() if self._is_now(event.number):
                self._show_progress(f"{event.sent * 100 // event.size} %")
            case events.FileSent() if self._is_now(event.number):
                self._sent(event.path)
            case events.FileNotSent() if self._is_now(event.number):
                self._failed(event.reason)
            case events.FileProgress() | events.FileSent() | events.FileNotSent():
                pass  # of one that was given up
            case _:
                if isinstance(event, events.Closed) and self._now and not self._now.stop:
                    self._failed(_("Not sent: not connected"))
                return False
        return True

    def _is_now(self, number: int) -> bool:
        return self._now is not None and self._now.number == number

    def show(self) -> None:
        """The window was made anew, or shows this server now, or the server takes files."""
        if not self._shown:
            return
        self._context.theme.shared.find = self.picture_at
        self._context.theme.shared.want = self._want
        self._context.window.composer.can_attach(can=bool(self._base))
        self._show_progress("")

    @property
    def _shown(self) -> bool:
        return self._context.model is self._connection.model

    def left(self) -> None:
        """Another server is shown: what is on its way goes on, pictures are asked for anew."""
        self._wanted.clear()

    def forget(self) -> None:
        """The connection is made anew, or given up."""
        self._base = ""
        self._wanted.clear()
        self._waiting.clear()
        self._fetching = 0
        self.stop()
        self.show()

    # -- sending

    def choose(self) -> None:
        """Asks which files."""
        if self._base:
            chosen = filedialog.askopenfilenames(parent=self._context.root, title=_("Send files"))
            self.add(map(Path, chosen))

    def add(self, paths: Iterable[Path], *, temporary: bool = False) -> None:
        """Sends files to the room that is shown: their addresses are put into what is typed."""
        if not self._base or not self._connection.ready:
            self._say(_("Not sent: not connected"))
            return
        for path in paths:
            if len(self._waiting) < MOST:
                room = self._connection.model.current
                self._waiting.append(_Sending(next(self._numbers), path, room, temporary))
        self._next()

    def pasted(self, text: str) -> bool:
        """Whether pasted text is the address of a file, as file managers copy it; sends it then."""
        paths = [_local(line) for line in text.split("\n") if line.strip()]
        if not self._base or not paths or None in paths:
            return False
        self.add([one for one in paths if one is not None])
        return True

    def paste_picture(self) -> None:
        """There is no text to paste: perhaps a picture. In a thread: other programs are asked."""
        if not self._base:
            return
        put = self._connection.put

        def look() -> None:
            try:
                found = ImageGrab.grabclipboard()
            except (OSError, NotImplementedError, ValueError):
                return  # nothing there, or no program to ask
            if isinstance(found, list):
                put(events.FilesPasted(tuple(found)))
            elif isinstance(found, Image.Image):
                folder = Path(tempfile.mkdtemp(prefix="gchat-"))
                found.save(folder / "picture.png")
                put(events.FilesPasted((str(folder / "picture.png"),), temporary=True))

        threading.Thread(target=look, name="gchat-clipboard", daemon=True).start()

    def stop(self) -> None:
        """Gives up what is on its way; the next one is sent."""
        one, net = self._now, self._connection.net
        if one is None:
            return
        if net is not None and one.stop is not None:
            net.call(one.stop)
        self._done()

    def _next(self) -> None:
        if self._now is not None or not self._waiting:
            return
        self._now = self._waiting.popleft()
        self._show_progress("")
        if not self._connection.do(lambda core: core.file_token()):
            self._failed(_("Not sent: not connected"))

    def _send(self, token: str) -> None:
        one, net = self._now, self._connection.net
        if one is None or one.stop is not None or net is None:
            return
        from client_gui.net.files import Host, Sending  # noqa: PLC0415 - trio takes its time

        job = Sending(one.number, one.path, token, Host(self._base, self._connection.put))
        one.stop = job.stop
        net.aside(job.run)

    def _sent(self, path: str) -> None:
        one = self._now
        if one is None:
            return
        link, context, model = f"{self._base}{path}", self._context, self._connection.model
        if self._shown and one.room == model.current:
            typed = context.window.composer.get()
            space = " " if typed and not typed[-1].isspace() else ""
            context.window.composer.text.insert("end-1c", f"{space}{link} ")
        elif one.room in model.rooms:
            room = model.rooms[one.room]
            room.draft = f"{room.draft} {link} ".lstrip()
        context.typed()
        self._done()

    def _failed(self, reason: str) -> None:
        if self._now is not None:
            self._say(f"{self._now.path.name}: {reason}")
        self._done()

    def _done(self) -> None:
        one, self._now = self._now, None
        if one is not None and one.temporary:
            one.path.unlink(missing_ok=True)
            one.path.parent.rmdir()
        self._show_progress("")
        self._next()

    def _say(self, text: str) -> None:
        changes = self._connection.model.say_locally(text, error=True)
        if self._shown:
            self._context.show(changes)

    def _show_progress(self, share: str) -> None:
        text = ""
        if self._now is not None:
            text = _("Sending {name}").format(name=self._now.path.name)
            text += f"  {share}" if share else ""
            if self._waiting:
                text += "  " + _("({count} more)").format(count=len(self._waiting))
        if self._shown:
            self._context.window.composer.show_progress(text)

    # -- pictures

    def picture_at(self, link: str) -> str:
        """The path of a picture that this server keeps; "" for any other link."""
        server = self._connection.server
        scheme = "https" if server.tls else "http"
        return pictures.picture_at(link, (self._base, f"{scheme}://{server.host}:{server.port}"))

    def _want(self, path: str, width: int, height: int) -> None:
        if len(self._wanted) < FETCHES:
            self._wanted.append((path, width, height))
        self._fetch()

    def _fetch(self) -> None:
        from client_gui.net.files import Fetching, Host  # noqa: PLC0415 - trio takes its time

        net = self._connection.net
        while net is not None and self._wanted and self._fetching < FETCHED_AT_ONCE:
            path, width, height = self._wanted.popleft()
            self._fetching += 1
            make = partial(thumbnail, size=(width, height))
            net.aside(Fetching(path, make, Host(self._base, self._connection.put)).run)


def _local(text: str) -> Path | None:
    """The file that an address like file:///home/tuan/a.png means, if it is here."""
    parts = urlsplit(text.strip())
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    from urllib.request import url2pathname  # noqa: PLC0415 - it brings all of HTTP with it

    path = Path(url2pathname(parts.path))
    return path if path.is_file() else None
