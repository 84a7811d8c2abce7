"""A connection through a proxy: SOCKS5 or HTTP CONNECT. Names are looked up by the proxy, so that
nobody on the way to it learns of them. trio, as connector.py.
"""

from __future__ import annotations

import base64

import h11
import trio

from client_gui.core.places import Place, written
from client_gui.core.proxies import Proxy
from client_gui.texts import _

RECEIVE_BYTES = 4096
REASON_LENGTH = 200  # characters


async def through(proxy: Proxy, place: Place) -> trio.abc.Stream:
    """A stream to `place`. Raises OSError, whose text is a sentence's middle."""
    connect = _connect if proxy.kind == "http" else _socks5
    try:
        return await connect(proxy, place)
    except _Refused as error:
        raise OSError(_("the proxy says: {reason}").format(reason=error)) from None
    except (OSError, trio.BrokenResourceError):
        where = _("the proxy {place} does not answer").format(place=written(proxy.place))
        raise OSError(where) from None


class _Refused(Exception):
    """The proxy answers that it does not connect."""


async def _socks5(proxy: Proxy, place: Place) -> trio.abc.Stream:
    """https://www.rfc-editor.org/rfc/rfc1928"""
    # python-socks takes its time to be imported, and few have a proxy
    from python_socks import ProxyError, ProxyType  # noqa: PLC0415
    from python_socks.async_.trio import Proxy as SocksProxy  # noqa: PLC0415

    user, password = proxy.user or None, proxy.password or None
    dialled = SocksProxy(ProxyType.SOCKS5, proxy.host, proxy.port, user, password, rdns=True)
    try:
        return trio.SocketStream(await dialled.connect(*place))
    except ProxyError as error:
        raise _Refused(_one_line(str(error))) from None


async def _connect(proxy: Proxy, place: Place) -> trio.abc.Stream:
    """https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6"""
    stream = await trio.open_tcp_stream(proxy.host, proxy.port)
    try:
        return await _ask(stream, proxy, place)
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise


async def _ask(stream: trio.SocketStream, proxy: Proxy, place: Place) -> trio.abc.Stream:
    where = written(place)
    headers = [("Host", where)]
    if proxy.user:
        pair = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
        headers.append(("Proxy-Authorization", f"Basic {pair}"))
    http = h11.Connection(h11.CLIENT)
    await stream.send_all(http.send(h11.Request(method="CONNECT", target=where, headers=headers)))
    await stream.send_all(http.send(h11.EndOfMessage()))
    try:
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await stream.receive_some(RECEIVE_BYTES))
            elif isinstance(event, h11.Response):
                break
            elif isinstance(event, h11.ConnectionClosed):
                raise OSError("it has closed the connection")
    except h11.RemoteProtocolError:
        raise _Refused(_("that is no HTTP proxy")) from None
    if event.status_code >= 300:
        reason = event.reason.decode("ascii", "replace")
        raise _Refused(_one_line(f"{event.status_code} {reason}"))
    rest = http.trailing_data[0]
    return _Begun(stream, rest) if rest else stream


def _one_line(text: str) -> str:
    return " ".join("".join(filter(str.isprintable, text)).split())[:REASON_LENGTH].rstrip(". ")


class _Begun(trio.abc.Stream):
    """A stream of which something was read already: a server may speak first."""

    def __init__(self, stream: trio.SocketStream, read: bytes) -> None:
        self._stream = stream
        self._read = read

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """What was read first, then what comes."""
        if not self._read:
            return bytes(await self._stream.receive_some(max_bytes))
        await trio.lowlevel.checkpoint()
        count = len(self._read) if max_bytes is None else max_bytes
        found, self._read = self._read[:count], self._read[count:]
        return found

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """As the stream's."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """As the stream's."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """As the stream's."""
        await self._stream.aclose()
