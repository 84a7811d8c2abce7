"""Pictures of the server within the messages. Each has its place, always of one size, before it has
come: nothing is moved by it.
"""

from __future__ import annotations

import io
import tkinter as tk
import warnings
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageTk

MOST = 100  # in one window; more links are only links until another room is shown
MOST_PIXELS = 32_000_000  # of a picture, as it was sent
SIZE = (320, 200)
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def thumbnail(data: bytes, size: tuple[int, int]) -> Image.Image | None:
    """A picture within a size; `None` where it cannot be read. Slow: for a thread."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels: they are counted here
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.draft("RGB", size)
                image.thumbnail(size)
                return image.convert("RGBA")
    except Exception:  # whatever a decoder says of bytes that somebody made up
        return None


class SharedPictures:
    """The pictures of one window. `find` says where a link's picture is, `want` has one fetched."""

    def __init__(self, root: tk.Misc, size: tuple[int, int], background: str, edge: str) -> None:
        self._root = root
        self._size = size
        self._background = background
        self._edge = edge
        self._images: dict[str, ImageTk.PhotoImage] = {}
        self.find: Callable[[str], str] = lambda link: ""
        self.want: Callable[[str, int, int], None] = lambda path, width, height: None

    def of(self, link: str) -> ImageTk.PhotoImage | None:
        """The picture that a link is of, or its place; `None` where nothing is to be shown."""
        path = self.find(link)
        if not path:
            return None
        if path not in self._images:
            if len(self._images) >= MOST:
                return None
            blank = self._blank()
            self._images[path] = ImageTk.PhotoImage(blank, master=self._root)
            self.want(path, *self._size)
        return self._images[path]

    def came(self, path: str, picture: Image.Image | None) -> None:
        """It is here, or (`None`) cannot be shown."""
        place = self._images.get(path)
        if place is None:
            return
        canvas = self._blank()
        width, height = self._size
        if picture is None:
            pen = ImageDraw.Draw(canvas)
            middle, arm = (width // 2, height // 2), height // 10
            for sign in (-1, 1):
                ends = (
                    middle[0] - arm,
                    middle[1] - sign * arm,
                    middle[0] + arm,
                    middle[1] + sign * arm,
                )
                pen.line(ends, fill=self._edge, width=max(2, arm // 5))
        else:
            canvas = Image.new("RGBA", self._size, self._background)
            canvas.alpha_composite(picture, (0, (height - picture.height) // 2))
        place.paste(canvas)

    def _blank(self) -> Image.Image:
        canvas = Image.new("RGBA", self._size, self._background)
        width, height = self._size
        ImageDraw.Draw(canvas).rectangle((0, 0, width - 1, height - 1), outline=self._edge)
        return canvas

    def forget(self) -> None:
        """Lets go of all pictures, where none of them is drawn any more."""
        self._images.clear()
