"""Which links are pictures that our server keeps."""

from __future__ import annotations

import re

_PICTURE = re.compile(
    r"/files/(?:[A-Za-z0-9_-]{1,32}\.)?"  # the node of a cluster that keeps it
    r"[A-Za-z0-9_-]{22}/[A-Za-z0-9._-]{1,80}\.(?:png|jpe?g|gif|webp)"
)


def picture_at(link: str, bases: tuple[str, ...]) -> str:
    """The path of a picture that our server keeps; "" for any other link."""
    for base in bases:
        path = link.removeprefix(base)
        if base and path != link and _PICTURE.fullmatch(path):
            return path
    return ""
