"""A connection to the server, with TLS if that is wanted. A certificate that cannot be verified is
trusted once the user has compared its fingerprint.

trio, as connector.py.
"""

from __future__ import annotations

import hashlib
import ssl

import trio

from client_gui.net.address import Address
from client_gui.net.proxied import through
from client_gui.texts import _

EACH_SECONDS = 5.0  # for each of a name's addresses, where they take turns


class NotTrusted(Exception):
    """The server's certificate could not be verified, or is not the pinned one."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(fingerprint)
        self.fingerprint = fingerprint


class TlsFailed(Exception):
    """TLS could not be started; the text is a sentence."""


async def connect_to(address: Address) -> trio.abc.Stream:
    """A stream to talk by. Raises OSError, NotTrusted, TlsFailed."""
    if not address.tls:
        return await _open(address)
    if not address.pin:
        try:
            return await _secure(address, ssl.create_default_context())
        except ssl.SSLCertVerificationError:
            pass  # the user can still compare its fingerprint
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # known by its fingerprint instead
    stream = await _secure(address, context)
    shown: bytes = stream.getpeercert(binary_form=True) or b""
    fingerprint = hashlib.sha256(shown).hexdigest()
    if fingerprint != address.pin:
        await trio.aclose_forcefully(stream)
        raise NotTrusted(fingerprint)
    return stream


async def _open(address: Address) -> trio.abc.Stream:
    """TCP. The first time whichever of the name's addresses answers first; after that they take
    turns, since one that answers may let nobody in. Raises OSError.
    """
    if address.proxy is not None:
        return await through(address.proxy, (address.host, address.port))
    found: list[str] = []
    if address.again:
        told = await trio.socket.getaddrinfo(
            address.host, address.port, type=trio.socket.SOCK_STREAM
        )
        found = list(dict.fromkeys(str(one[4][0]) for one in told))
    if len(found) < 2:
        return await trio.open_tcp_stream(address.host, address.port)
    first = address.again % len(found)
    problem = OSError(_("nobody answers"))
    for host in found[first:] + found[:first]:
        try:
            with trio.fail_after(EACH_SECONDS):
                return await trio.open_tcp_stream(host, address.port)
        except OSError as error:
            problem = error
        except trio.TooSlowError:
            pass
    raise problem


async def _secure(address: Address, context: ssl.SSLContext) -> trio.SSLStream[trio.abc.Stream]:
    raw = await _open(address)
    stream = trio.SSLStream(raw, context, server_hostname=address.host, https_compatible=True)
    try:
        await stream.do_handshake()
    except trio.BrokenResourceError as error:
        await trio.aclose_forcefully(stream)
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise error.__cause__ from None
        raise TlsFailed(_("The server does not speak TLS at this port.")) from None
    return stream
