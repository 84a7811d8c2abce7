"""Which resource answers a request, and how HTTP says so: methods, conditions, ranges, codings.
RFC 9110; a resource only knows what it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPMethod, HTTPStatus

from gchat.web.exchange import Headers, Request, Response, Stored, plainly

ALLOWED = "GET, HEAD, OPTIONS"
_KNOWN = frozenset(method.value for method in HTTPMethod)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_TAGS = re.compile(r'(?:W/)?"[^"]*"')
_CODING = re.compile(
    r"(\*|[-!#$%&'+.^_`|~0-9A-Za-z]+)(?:\s*;\s*q\s*=\s*([01](?:\.\d{0,3})?))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Representation:
    """What a resource looks like now. `gzipped` is the same body in fewer bytes, "" for none.
    `tag` is its entity tag without quotation marks, "" where it has none.
    """

    body: bytes | Stored
    headers: Headers
    tag: str = ""
    gzipped: bytes = b""
    status: HTTPStatus = HTTPStatus.OK


Resource = Callable[[Request], Representation]  # may not wait


class Router:
    """Resources by their paths. `missing` is said of any other path."""

    def __init__(self, resources: Mapping[str, Resource], missing: str) -> None:
        self._resources = resources
        self._missing = missing

    def __call__(self, request: Request) -> Response:
        """The answer to a request."""
        if request.method not in _KNOWN:
            return plainly(HTTPStatus.NOT_IMPLEMENTED, "This method is not known here.")
        if request.target == "*" and request.method == "OPTIONS":
            return Response(HTTPStatus.NO_CONTENT, (("Allow", ALLOWED),))
        resource = self._resources.get(request.path)
        if resource is None:
            return plainly(HTTPStatus.NOT_FOUND, self._missing)
        if request.method == "OPTIONS":
            return Response(HTTPStatus.NO_CONTENT, (("Allow", ALLOWED),))
        if request.method not in ("GET", "HEAD"):
            text = "This can only be read."
            return plainly(HTTPStatus.METHOD_NOT_ALLOWED, text, ("Allow", ALLOWED))
        return shown(request, resource(request))


def shown(request: Request, found: Representation) -> Response:
    """A representation as this request wants it."""
    body, tag, headers = found.body, found.tag, list(found.headers)
    if found.gzipped:
        headers.append(("Vary", "Accept-Encoding"))
        if takes_gzip(request.headers.get("accept-encoding", "")):
            body, tag = found.gzipped, f"{tag}-gzip" if tag else ""
            headers.append(("Content-Encoding", "gzip"))
    if found.status is not HTTPStatus.OK:
        return Response(found.status, headers, body)
    if tag:
        headers.append(("ETag", f'"{tag}"'))
    match, none_match = (request.headers.get(name) for name in ("if-match", "if-none-match"))
    if match is not None and not _names(match, tag, weakly=False):
        return plainly(HTTPStatus.PRECONDITION_FAILED, "It has changed.")
    if none_match is not None and _names(none_match, tag, weakly=True):
        kept = [(name, value) for name, value in headers if name not in _OF_A_BODY]
        return Response(HTTPStatus.NOT_MODIFIED, kept)
    headers.append(("Accept-Ranges", "bytes"))
    if request.method == "GET" and "range" in request.headers:
        condition = request.headers.get("if-range")
        if condition is None or (tag and condition.strip() == f'"{tag}"'):
            return _part(request.headers["range"], headers, body)
    return Response(HTTPStatus.OK, headers, body)


_OF_A_BODY = ("Content-Type", "Content-Encoding")


def _part(wanted: str, headers: Headers, body: bytes | Stored) -> Response:
    """The bytes that a Range names; all of them where it is not one range of bytes, which RFC 9110,
    section 14.2, leaves to the server.
    """
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or found[0] == "bytes=-":
        return Response(HTTPStatus.OK, headers, body)
    size = len(body)
    if found[1]:
        first, last = int(found[1]), min(int(found[2]) if found[2] else size, size - 1)
        if found[2] and int(found[2]) < first:
            return Response(HTTPStatus.OK, headers, body)
    else:
        first, last = max(0, size - int(found[2])), size - 1
    if first > last:
        text = "There is nothing in this range."
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return plainly(status, text, ("Content-Range", f"bytes */{size}"))
    where = ("Content-Range", f"bytes {first}-{last}/{size}")
    return Response(HTTPStatus.PARTIAL_CONTENT, (*headers, where), body[first : last + 1])


def _names(condition: str, tag: str, *, weakly: bool) -> bool:
    """Whether If-Match or If-None-Match names this entity tag."""
    if condition.strip() == "*":
        return True
    found = _TAGS.findall(condition)
    return bool(tag) and any(one == f'"{tag}"' or (weakly and one == f'W/"{tag}"') for one in found)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip; RFC 9110, section 12.5.3."""
    weights: dict[str, float] = {}
    for one in accepted.split(","):
        found = _CODING.fullmatch(one.strip())
        if found is not None:
            weights[found[1].lower()] = float(found[2] or 1)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
