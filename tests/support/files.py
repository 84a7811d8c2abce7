"""Files that are sent to a real server, and fetched from it, by HTTP."""

from __future__ import annotations

import base64
import io
from http.client import HTTPConnection, HTTPResponse
from typing import NamedTuple

from PIL import Image

from tests.support.accounts import PASSWORD
from tests.support.clients import IrcClient


class Answer(NamedTuple):
    """Of the server."""

    status: int
    headers: dict[str, str]  # by names in lower case
    body: bytes

    @property
    def where(self) -> str:
        """The address of the file that was sent."""
        return self.headers["location"]


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    """The bytes of a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    """One request on a connection of its own. Names of headers have "_" for "-"."""
    http = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        http.request(method, path, body, named)
        return answered(http.getresponse())
    finally:
        http.close()


def answered(response: HTTPResponse) -> Answer:
    """All of an answer."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def basic(name: str, password: str = PASSWORD) -> str:
    """What Authorization says: RFC 7617."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def token(client: IrcClient) -> str:
    """What Authorization says of a token that the server gives to somebody."""
    told = client.ask("FILEHOST TOKEN")
    return next(f"Bearer {m.params[1]}" for m in told if m.command == "FILEHOST")


def send(client: IrcClient, data: bytes, name: str = "file.txt", **headers: str) -> Answer:
    """Sends a file as somebody who is connected."""
    port = client.sock.getpeername()[1]
    how = {"Authorization": token(client), "Content_Disposition": f'inline; filename="{name}"'}
    return ask(port, "POST", "/files", data, **(how | headers))
