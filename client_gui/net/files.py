"""Files by HTTP, at the host and port of the chat and over the same kind of connection: what is
trusted there is trusted here. trio, as connector.py.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import h11
import trio

from client_gui.core.events import (
    Emit,
    FileNotSent,
    FileProgress,
    FileSent,
    PictureCame,
)
from client_gui.net.address import Address
from client_gui.net.stream import NotTrusted, TlsFailed, connect_to
from client_gui.texts import _

PATH = "/files"
PIECE_BYTES = 65_536
PICTURE_BYTES = 20 << 20  # of a picture that is fetched by itself
CONNECT_SECONDS = 15.0
SILENT_SECONDS = 30.0  # in which nothing comes, or nothing can be sent
ANSWER_BYTES = 4096  # of a refusal

Connect = Callable[[Address], Awaitable[trio.abc.Stream]]
Open = Callable[[], Awaitable[trio.abc.Stream]]
_LIMIT = re.compile(r"max-size=(\d{1,18})")


class NotSent(Exception):
    """A file was not taken; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Host:
    """Where files are: at the chat's address, `base` is the origin that the server names. `emit`
    tells the window.
    """

    base: str
    emit: Emit

    @property
    def authority(self) -> str:
        """What the server is called in requests: as it calls itself."""
        return self.base.partition("://")[2]


class Sending:
    """One file that is sent. Tells FileProgress, then FileSent or FileNotSent, unless stopped."""

    def __init__(
        self, number: int, path: Path, token: str, host: Host, connect: Connect = connect_to
    ) -> None:
        self._number = number
        self._path = path
        self._token = token
        self._host = host
        self._connect = connect
        self._scope = trio.CancelScope()

    def stop(self) -> None:
        """Sends no more. In trio's thread."""
        self._scope.cancel()

    async def run(self, address: Address) -> None:
        """Sends it."""
        emit = self._host.emit

        def tell(sent: int, size: int) -> None:
            emit(FileProgress(self._number, sent, size))

        async def connect() -> trio.abc.Stream:
            return await self._connect(address)

        with self._scope:
            try:
                where = await _send_file(self._host, self._path, self._token, tell, connect)
            except NotSent as error:
                emit(FileNotSent(self._number, str(error)))
            else:
                emit(FileSent(self._number, where))


class Fetching:
    """One picture. Tells PictureCame, with what `make` makes of its bytes in a thread."""

    def __init__(
        self,
        path: str,
        make: Callable[[bytes], object],
        host: Host,
        connect: Connect = connect_to,
    ) -> None:
        self._path = path
        self._make = make
        self._host = host
        self._connect = connect

    async def run(self, address: Address) -> None:
        """Fetches it."""

        async def connect() -> trio.abc.Stream:
            return await self._connect(address)

        data = await _fetch_picture(self._host, self._path, connect)
        made = await trio.to_thread.run_sync(self._make, data) if data else None
        self._host.emit(PictureCame(self._path, made))


async def _send_file(
    host: Host,
    path: Path,
    token: str,
    tell: Callable[[int, int], None],
    connect: Open,
) -> str:
    """The path of its address. `tell` is told how many bytes of how many are sent. Raises
    NotSent.
    """
    try:
        size = (await trio.to_thread.run_sync(path.stat)).st_size
        async with await trio.open_file(path, "rb") as file:
            most = await _most(host, connect)
            if not size:
                raise NotSent(_("This file is empty."))
            if most and size > most:
                raise NotSent(too_large(most))
            headers = [
                ("Authorization", f"Bearer {token}"),
                ("Content-Length", str(size)),
                ("Content-Type", "application/octet-stream"),
                (
                    "Content-Disposition",
                    f"attachment; filename*=UTF-8''{quote(path.name, safe='')}",
                ),
            ]
            async with await _opened(connect) as stream:
                http = _Exchange(stream, host, "POST", PATH, headers)
                await http.begin()
                sent = 0
                while sent < size and (piece := await file.read(min(PIECE_BYTES, size - sent))):
                    await http.body(bytes(piece))
                    sent += len(piece)
                    tell(sent, size)
                if sent < size:
                    raise NotSent(_("The file was changed while it was sent."))
                answer = await http.end()
                where = dict(answer.headers).get(b"location", b"").decode("ascii", "replace")
                if answer.status_code != 201 or not where.startswith(f"{PATH}/"):
                    raise NotSent(why(answer.status_code, most))
                return where
    except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
        raise NotSent(_("The connection was lost.")) from None
    except (NotTrusted, TlsFailed, h11.ProtocolError):
        raise NotSent(_("The server could not take this file.")) from None
    except OSError as error:
        raise NotSent(_("The file cannot be sent: {why}.").format(why=error.strerror)) from None


async def _fetch_picture(host: Host, path: str, connect: Open) -> bytes:
    """A picture's bytes; b"" where there is none, or it is too large, or it does not come."""
    try:
        async with await _opened(connect) as stream:
            http = _Exchange(stream, host, "GET", path, [])
            await http.begin()
            answer = await http.end()
            data = bytearray()
            async for piece in http.pieces():
                data += piece
                if len(data) > PICTURE_BYTES:
                    return b""
            return bytes(data) if answer.status_code == 200 else b""
    except (OSError, trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
        return b""
    except (NotTrusted, TlsFailed, h11.ProtocolError):
        return b""


async def _opened(connect: Open) -> trio.abc.Stream:
    with trio.fail_after(CONNECT_SECONDS):
        return await connect()


async def _most(host: Host, connect: Open) -> int:
    """What a file may have at most, in bytes; 0 where the server does not say."""
    async with await _opened(connect) as stream:
        http = _Exchange(stream, host, "OPTIONS", PATH, [])
        await http.begin()
        answer = await http.end()
    found = _LIMIT.search(dict(answer.headers).get(b"upload-limit", b"").decode("latin-1"))
    return int(found[1]) if found else 0


class _Exchange:
    """One request and its answer on a stream of their own."""

    def __init__(
        self,
        stream: trio.abc.Stream,
        host: Host,
        method: str,
        path: str,
        headers: list[tuple[str, str]],
    ) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT)
        self._request = h11.Request(
            method=method,
            target=path,
            headers=[("Host", host.authority), ("Connection", "close"), *headers],
        )

    async def begin(self) -> None:
        """Sends the head."""
        await self._send(self._request)

    async def body(self, data: bytes) -> None:
        """Sends more of the body."""
        await self._send(h11.Data(data=data))

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            with trio.fail_after(SILENT_SECONDS):
                await self._stream.send_all(data)

    async def end(self) -> h11.Response:
        """Ends the request; the head of its answer."""
        await self._send(h11.EndOfMessage())
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.ConnectionClosed):
                raise trio.BrokenResourceError

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body of the answer."""
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            elif isinstance(event, h11.ConnectionClosed):
                raise trio.BrokenResourceError

    async def _next(self) -> h11.Event:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                with trio.fail_after(SILENT_SECONDS):
                    self._http.receive_data(bytes(await self._stream.receive_some(PIECE_BYTES)))
            elif isinstance(event, h11.Event):
                return event
            else:
                raise trio.BrokenResourceError


def readable(size: int) -> str:
    """Bytes as people read them."""
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{value:.1f} {unit}".replace(".0 ", " ") if value < 10 else f"{value:.0f} {unit}"


def too_large(most: int) -> str:
    """What is said of a file that has more than `most` bytes."""
    return _("A file may have at most {size}.").format(size=readable(most))


def why(status: int, most: int) -> str:
    """Why a file was not taken, in words."""
    if status == 413 and most:
        return too_large(most)
    if status == 507:
        return _("The server has no more room for your files.")
    if status == 429:
        return _("Too many files at once: try again.")
    if status in (401, 403):
        return _("You may not send files here.")
    return _("The server could not take this file.")
