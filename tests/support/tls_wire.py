"""TLS before a server that has none, such as a log's."""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from gchat.net.tls import self_signed

CHUNK = 65536


class TlsWire:
    """Passes on to `target` what comes encrypted. Its certificate, in `folder`, is signed by
    itself.
    """

    def __init__(self, target: int, folder: Path, host: str = "127.0.0.1") -> None:
        """`host`: where it listens; its certificate is for localhost and 127.0.0.1."""
        self._target, self._host = target, host
        self_signed(folder, "localhost")
        self.certificate = folder / "tls-certificate.pem"
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, folder / "tls-key.pem")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self.port = started.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """As `--cluster` takes it."""
        host = "localhost" if self._host == "127.0.0.1" else self._host
        return f"rediss://{host}:{self.port}"

    async def _start(self) -> int:
        server = await asyncio.start_server(self._carry, self._host, ssl=self._context)
        self._server = server
        return int(server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            pumps = [
                asyncio.ensure_future(pump) for pump in (_pump(reader, back), _pump(there, writer))
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writer.close()
            back.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # one of them has gone
