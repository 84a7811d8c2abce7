"""The page, read once and compressed once. What is in `static/` is what browsers get, but for its
comments: no build.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from html import escape
from pathlib import Path

from gchat.web.exchange import NO_SNIFFING, Headers, Request
from gchat.web.router import Representation, Resource, Router

FOLDER = Path(__file__).with_name("static")
MISSING = "There is nothing here."
WITHOUT = "This is a gchat server. Join it with any IRC client, with netcat or with gchat-client."

_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
# Only what this server serves, and nothing inline: text that somebody wrote cannot become a program
# even where a mistake of ours makes HTML of it.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# A comment on lines of its own: a third of what is sent. Every line keeps its number.
_COMMENT = re.compile(rb"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)[ \t]*$", re.MULTILINE | re.DOTALL)
SAFETY: Headers = (
    NO_SNIFFING,
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_EACH_TIME = ("Cache-Control", "no-cache")
_FOR_EVER = ("Cache-Control", "public, max-age=31536000, immutable")


def site(*, with_page: bool, lobby: str = "#lobby") -> Router:
    """What the chat's port answers by HTTP. `with_page`: which enters the lobby."""
    return Router(page(lobby) if with_page else {}, MISSING if with_page else WITHOUT)


def page(lobby: str) -> dict[str, Resource]:
    """Every file of the page. The names of all but the first change with their contents, so that a
    browser never has files of two versions.
    """
    files = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _KINDS
    }
    whole = b"".join(name.encode() + b"\0" + body + b"\0" for name, body in files.items())
    version = f"/page/{hashlib.sha256(whole).hexdigest()[:16]}"
    found = {"/": _resource("index.html", _first(files, version, lobby), _EACH_TIME)}
    del files["index.html"]
    for name, body in files.items():
        found[f"{version}/{name}"] = _resource(name, body, _FOR_EVER)
    return found


def _first(files: dict[str, bytes], version: str, lobby: str) -> bytes:
    """index.html: says where the other files are, and has all programs fetched at once: otherwise
    each is asked for only when another one that needs it has come.
    """
    modules = [name for name in files if name.endswith(".js") and name != "main.js"]
    links = [f'<link rel="modulepreload" href="{version}/{name}">' for name in modules]
    text = files["index.html"].decode()
    for name, value in (
        ("{version}", version),
        ("{preload}", "\n".join(links)),
        ("{lobby}", escape(lobby)),
    ):
        text = text.replace(name, value)
    return text.encode()


def _resource(name: str, body: bytes, kept: tuple[str, str]) -> Resource:
    kind = Path(name).suffix
    if kind in (".js", ".css"):
        body = _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), body)
    shown = kind in (".html", ".svg")  # by itself, as a document
    safety = SAFETY if shown else (NO_SNIFFING,)
    headers = (("Content-Type", _KINDS[kind]), kept, *safety)
    tag = hashlib.sha256(body).hexdigest()[:16]
    found = Representation(body, headers, tag, gzip.compress(body, 9, mtime=0))

    def resource(request: Request) -> Representation:
        return found

    return resource


def sizes() -> dict[str, int]:
    """Bytes of each file as it is sent compressed."""
    request = Request("GET", "/", {})
    return {path: len(resource(request).gzipped) for path, resource in page("#lobby").items()}
