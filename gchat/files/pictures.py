"""Whether a picture is one: what browsers are shown within a page is looked at first. Slow, and for
a thread: a picture of a few kilobytes may have millions of pixels.
"""

from __future__ import annotations

import warnings
from pathlib import Path

try:
    from PIL import Image
except ImportError:  # the extra "pictures" is not installed
    AVAILABLE = False
else:
    AVAILABLE = True

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}


def is_picture(path: Path, kind: str, pixels: int) -> bool:
    """Whether a file is a whole picture of this media type and has at most so many pixels. Raises
    nothing: what cannot be read is none.
    """
    if not AVAILABLE:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels: they are counted here
            with Image.open(path, formats=(_FORMATS[kind],)) as image:
                width, height = image.size
                if width * height > pixels:
                    return False
                image.draft("RGB", (1, 1))  # of a JPEG, an eighth of its size in memory
                image.load()  # only now it is read to its end
    except Exception:  # whatever a decoder says of bytes that somebody made up
        return False
    return True
