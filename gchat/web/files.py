"""Files by HTTP: they are sent to /files and are then at an address of their own. RFC 9110, and
https://github.com/ircv3/ircv3-specifications/pull/562 (draft/FILEHOST), https://soju.im/filehost.

Nothing that somebody sent is ever a program here: only media of known types are shown, pictures
only after they were looked at, all else is saved, and whatever a browser makes of it is in a
sandbox.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from gchat.errors import GchatError
from gchat.files.base import Files, Upload
from gchat.files.entry import PATH, Entry, NoRoom, Owner, TooLarge, TooMany
from gchat.files.ledger import too_large
from gchat.files.names import disposition, name_in
from gchat.web.exchange import (
    NO_SNIFFING,
    Headers,
    Incoming,
    Rejected,
    Request,
    Response,
    plainly,
)
from gchat.web.router import Representation, shown

log = logging.getLogger(__name__)

DROPPED_BYTES = 65_536  # of a body that nobody has use for
AGAIN_SECONDS = 5  # until what was too much at once may be tried again
_ALLOWED_HERE = "OPTIONS, POST"
_ALLOWED_THERE = "DELETE, GET, HEAD, OPTIONS"
_ANY = "application/octet-stream"
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; sandbox"
)
SAFETY: Headers = (
    NO_SNIFFING,
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("Cache-Control", "private, no-cache"),  # what was taken back is gone
)
_FAILED = "The server could not do that. It is in its log."


class Denied(GchatError):
    """Whoever asks may not. The text is a sentence for people."""


class NotNow(GchatError):
    """Who asks could not be found out now. The text is a sentence for people."""


class Visitor(Protocol):
    """Whoever asks, as far as it matters here."""

    @property
    def address(self) -> str:
        """As limits for each address count it."""

    @property
    def exempt(self) -> bool:
        """Whether those do not count."""

    def check_banned(self) -> None:
        """Raises Denied where the server keeps them out."""

    def log_in(self, name: str, password: str) -> Owner:
        """Whose account it is. Switches greenlets. Raises Denied and NotNow."""

    def now(self) -> int:
        """Milliseconds of the clock by which tokens end."""


class FileSite:
    """What is at /files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def opened(self, visitor: Visitor, request: Request, origins: str) -> Incoming | None:
        """Takes a request, if it is about files. `origins`: of pages elsewhere that may send files
        and delete them, as in the setting. May switch greenlets. Raises Rejected.
        """
        path = request.path
        if path != PATH and not path.startswith(f"{PATH}/"):
            return None
        known, headers = _shared(request, origins)
        try:
            if path == PATH:
                return self._sent(visitor, request, known=known, headers=headers)
            entry = self._found(path.removeprefix(f"{PATH}/").partition("/")[0])
            return self._about(visitor, request, entry, known=known, headers=headers)
        except Rejected as error:
            old = error.response
            raise Rejected(Response(old.status, (*old.headers, *headers), old.body)) from None

    # -- a file that is sent

    def _sent(
        self, visitor: Visitor, request: Request, *, known: bool, headers: Headers
    ) -> Incoming:
        if request.method == "OPTIONS":
            most = f"max-size={self._files.settings.file_bytes}"
            about = (("Allow", _ALLOWED_HERE), ("Accept-Post", "*/*"), ("Upload-Limit", most))
            return _Answer(Response(HTTPStatus.NO_CONTENT, (*about, *headers)))
        if request.method != "POST":
            text = "Files are sent here with POST."
            allowed = ("Allow", _ALLOWED_HERE)
            return _Answer(plainly(HTTPStatus.METHOD_NOT_ALLOWED, text, allowed, *headers))
        if not known:
            raise _not_our_page()
        kind = request.headers.get("content-type", "").lower()
        if kind.startswith("multipart/") or "content-encoding" in request.headers:
            text = "Send the file itself as the body of the request, as it is."
            raise Rejected(plainly(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text))
        size = int(request.headers.get("content-length", "0"))
        if size > self._files.settings.file_bytes:  # before a password is looked at
            raise _refused(too_large(self._files.settings))
        if "content-length" in request.headers and not size:
            raise _empty()
        owner = self._owner(visitor, request)
        name = name_in(request.headers.get("content-disposition", ""))
        try:
            upload = self._files.begin(owner, visitor.address, name, size, exempt=visitor.exempt)
        except (TooLarge, NoRoom, TooMany) as error:
            raise _refused(error) from None
        return _Coming(upload, headers)

    # -- one that is here

    def _found(self, id_: str) -> Entry | None:
        try:
            return self._files.find(id_)
        except OSError as error:
            raise _failed(error) from None

    def _about(
        self,
        visitor: Visitor,
        request: Request,
        entry: Entry | None,
        *,
        known: bool,
        headers: Headers,
    ) -> Incoming:
        if entry is None:
            text = "There is no such file. It may have been deleted."
            return _Answer(plainly(HTTPStatus.NOT_FOUND, text, *SAFETY[1:], *headers))
        if request.method in ("GET", "HEAD"):
            return _Answer(shown(request, self._representation(entry, headers)))
        allowed = ("Allow", _ALLOWED_THERE)
        if request.method == "OPTIONS":
            return _Answer(Response(HTTPStatus.NO_CONTENT, (allowed, *headers)))
        if request.method != "DELETE":
            text = "This can be read and deleted."
            return _Answer(plainly(HTTPStatus.METHOD_NOT_ALLOWED, text, allowed, *headers))
        if not known:
            raise _not_our_page()
        owner = self._owner(visitor, request)
        if not owner.may_delete(entry):
            text = "Only who has sent a file, and operators of the server, can delete it."
            raise Rejected(plainly(HTTPStatus.FORBIDDEN, text))
        try:
            self._files.remove(entry)
        except OSError as error:
            raise _failed(error) from None
        return _Answer(Response(HTTPStatus.NO_CONTENT, headers))

    def _representation(self, entry: Entry, headers: Headers) -> Representation:
        found = (
            ("Content-Type", entry.kind or _ANY),
            ("Content-Disposition", disposition(entry.name, shown=bool(entry.kind))),
            *SAFETY,
            *headers,
        )
        return Representation(_Contents(self._files, entry, 0, entry.size), found, entry.sha256)

    # -- who it is

    def _owner(self, visitor: Visitor, request: Request) -> Owner:
        """Whose credentials came with a request. Raises Rejected."""
        scheme, _, words = request.headers.get("authorization", "").partition(" ")
        try:
            visitor.check_banned()
        except Denied as error:
            raise Rejected(plainly(HTTPStatus.FORBIDDEN, str(error))) from None
        try:
            if scheme.lower() == "bearer":
                owner = self._files.tokens.take(words.strip(), visitor.now())
                if owner is None:
                    raise Denied("This token is too old, or was used.")
                return owner
            if scheme.lower() == "basic":
                return visitor.log_in(*_credentials(words))
            raise Denied("This needs your account's name and password, or a token.")
        except NotNow as error:
            again = ("Retry-After", str(AGAIN_SECONDS))
            raise Rejected(plainly(HTTPStatus.TOO_MANY_REQUESTS, str(error), again)) from None
        except Denied as error:
            # RFC 9110, section 11.6.1. A browser would ask for a password if a page of ours, which
            # has tokens, were told of Basic.
            how = "Bearer" if scheme.lower() == "bearer" else 'Basic realm="gchat", charset="UTF-8"'
            challenge = ("WWW-Authenticate", how)
            raise Rejected(plainly(HTTPStatus.UNAUTHORIZED, str(error), challenge)) from None


class _Answer:
    """To a request without a body that matters: what comes of one is dropped."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self._left = DROPPED_BYTES

    def take(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            text = "This request has no use for a body."
            raise Rejected(plainly(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text))

    def finish(self) -> Response:
        return self._response

    def close(self) -> None:
        """Nothing is open."""


class _Coming:
    """A file on its way."""

    def __init__(self, upload: Upload, headers: Headers) -> None:
        self._upload = upload
        self._headers = headers
        self._some = False

    def take(self, data: bytes) -> None:
        self._some = self._some or bool(data)
        try:
            self._upload.take(data)
        except (TooLarge, NoRoom) as error:
            raise self._rejected(_refused(error)) from None
        except OSError as error:
            raise self._rejected(_failed(error)) from None

    def finish(self) -> Response:
        if not self._some:
            raise self._rejected(_empty())
        try:
            entry = self._upload.finish()
        except NoRoom as error:
            raise self._rejected(_refused(error)) from None
        except OSError as error:
            raise self._rejected(_failed(error)) from None
        where = ("Location", entry.path)  # by itself, as a proxy may have another address
        return plainly(HTTPStatus.CREATED, entry.path, where, *self._headers)

    def _rejected(self, error: Rejected) -> Rejected:
        old = error.response
        return Rejected(Response(old.status, (*old.headers, *self._headers), old.body))

    def close(self) -> None:
        self._upload.give_up()


@dataclass(frozen=True, slots=True)
class _Contents:
    """A `Stored`: bytes of a file, from `start` up to but without `stop`."""

    files: Files
    entry: Entry
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, part: slice) -> _Contents:
        start, stop, _ = part.indices(len(self))
        return _Contents(self.files, self.entry, self.start + start, self.start + stop)

    def pieces(self) -> Iterator[bytes]:
        return self.files.read(self.entry, self.start, len(self))


def _shared(request: Request, origins: str) -> tuple[bool, Headers]:
    """Whether a request comes from no page, one of ours or one of those that may send files; and
    what tells a browser so. https://fetch.spec.whatwg.org/#http-cors-protocol
    """
    origin = request.headers.get("origin")
    host = request.headers.get("host", "").lower()
    if origin is None or origin.partition("://")[2].lower() == host != "":
        return True, ()
    words = origins.split()
    if origin not in words and "*" not in words:
        return False, (("Vary", "Origin"),)
    headers = [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", "Location"),
        ("Vary", "Origin"),
    ]
    if origin in words:  # with "*", a page anywhere could use what a browser remembers
        headers.append(("Access-Control-Allow-Credentials", "true"))
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        headers += [
            ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, POST"),
            ("Access-Control-Allow-Headers", "Authorization, Content-Disposition, Content-Type"),
            ("Access-Control-Max-Age", "600"),
        ]
    return True, headers


def _credentials(words: str) -> tuple[str, str]:
    """RFC 7617, section 2. Raises Denied."""
    try:
        data = base64.b64decode(words.strip(), validate=True)
    except binascii.Error:
        data = b""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as `btoa` has it, which gamja uses
    name, colon, password = text.partition(":")
    if not colon:
        raise Denied("The name and the password cannot be read.")
    return name, password


def _refused(error: TooLarge | NoRoom | TooMany) -> Rejected:
    if isinstance(error, TooMany):
        again = ("Retry-After", str(AGAIN_SECONDS))
        return Rejected(plainly(HTTPStatus.TOO_MANY_REQUESTS, str(error), again))
    large = isinstance(error, TooLarge)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if large else HTTPStatus.INSUFFICIENT_STORAGE
    return Rejected(plainly(status, str(error)))


def _failed(error: OSError) -> Rejected:
    log.error("a file could not be kept, found or deleted: %s", error)
    return Rejected(plainly(HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED))


def _empty() -> Rejected:
    return Rejected(plainly(HTTPStatus.BAD_REQUEST, "The file is empty."))


def _not_our_page() -> Rejected:
    text = (
        "The origin of this page is not allowed. If it should be, name it in the setting "
        "server.origins."
    )
    return Rejected(plainly(HTTPStatus.FORBIDDEN, text))
