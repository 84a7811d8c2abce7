"""Names of files, made safe: whoever saves a file under its name gets no surprise.

RFC 6266 (Content-Disposition), RFC 8187 (its parameters in other letters than ASCII).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

from gchat.files.kinds import EXTENSIONS

NAME_BYTES = 150  # of a name, in UTF-8: file systems take 255, and programs add to it
EXTENSION_BYTES = 16  # of it, kept where a name is cut
SLUG_LETTERS = 40  # of a name in an address
NAMELESS = "file"

_FORBIDDEN = re.compile(r'[<>:"|?*%]')  # on Windows; "%" because of programs that decode it
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PARAMETER = re.compile(
    r";\s*(filename\*?)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;\"]+)", re.IGNORECASE | re.DOTALL
)
_EXTENDED = re.compile(r"(utf-8|iso-8859-1)'[^']*'(.*)", re.IGNORECASE | re.DOTALL)
_SHOWN = frozenset(one for ones in EXTENSIONS.values() for one in ones)


def safe_name(name: str) -> str:
    """The name without folders, letters that are not seen (controls, those that turn the direction
    of what follows) and what some system does not take; never empty, at most NAME_BYTES.
    """
    text = unicodedata.normalize("NFC", name.replace("\\", "/")).rpartition("/")[2]
    text = "".join(" " if c.isspace() else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    text = _FORBIDDEN.sub("_", " ".join(text.split())).strip(". ")
    if _DEVICE.match(text):
        text = f"_{text}"
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension.encode()) > EXTENSION_BYTES:
        stem, extension = text, ""
    end = f".{extension}" if extension else ""
    stem = _cut(stem, NAME_BYTES - len(end.encode())).rstrip(". ")
    return f"{stem or NAMELESS}{end}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore")


def slug(name: str, kind: str) -> str:
    """A short form of the name for an address, in ASCII. It has the extension of a media type that
    is shown only if the file is of that type.
    """
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = _UNSAFE.sub("-", plain)
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > EXTENSION_BYTES:
        stem, extension = plain, ""
    own = EXTENSIONS.get(kind, ())
    if own and extension.lower() not in own:
        extension = own[0]
    stem = stem.strip("-._")[:SLUG_LETTERS] or NAMELESS
    found = f"{stem}.{extension.lower()}" if extension else stem
    return f"{found}.bin" if not own and extension.lower() in _SHOWN else found


def name_in(disposition: str) -> str:
    """The name that a Content-Disposition gives, as it came (its bytes as Latin-1); "" for none.
    RFC 6266, section 4.3: `filename*` goes before `filename`.
    """
    found: dict[str, str] = {}
    for key, value in _PARAMETER.findall(";" + disposition.partition(";")[2]):
        found.setdefault(key.lower(), value)
    extended = _EXTENDED.fullmatch(found.get("filename*", "").strip('"'))
    if extended:
        return unquote(extended[2], extended[1], "replace")
    plain = found.get("filename", "")
    if plain.startswith('"'):
        plain = re.sub(r"\\(.)", r"\1", plain[1:-1], flags=re.DOTALL)
    try:
        return plain.encode("latin-1").decode()  # what many send, whatever the standard says
    except UnicodeError:
        return plain


def disposition(name: str, *, shown: bool) -> str:
    """A Content-Disposition with a name that was made safe."""
    how = "inline" if shown else "attachment"
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in name)
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{how}; filename="{plain}"{extended}'
