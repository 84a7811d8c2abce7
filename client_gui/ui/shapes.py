"""What is drawn with Pillow: discs, avatars, rounded rectangles, switches. Each is made once."""

from __future__ import annotations

import tkinter as tk
import unicodedata
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont, ImageTk

_OVERSAMPLING = 4  # images are drawn larger and reduced, for smooth edges
# of an avatar's size
_LETTER = 0.5
_BESIDE_DOT = 0.45  # a letter with a dot at its foot
_DOT = 0.28  # what says whether somebody is there
_RING = 0.09  # what keeps it apart from the avatar

Draw = Callable[[ImageDraw.ImageDraw, int, int], None]


class Shapes:
    """Images for one Tk. Sizes are in pixels."""

    def __init__(self, root: tk.Misc) -> None:
        self._root = root
        self._images: dict[tuple[object, ...], ImageTk.PhotoImage] = {}

    def release(self) -> None:
        """Lets go of all images, before Tk ends."""
        self._images.clear()

    def disc(self, colour: str, size: int, background: str) -> ImageTk.PhotoImage:
        """A plain one."""

        def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
            pen.ellipse((0, 0, width - 1, height - 1), fill=colour)

        return self._made(("disc", colour, size, background), size, size, background, draw)

    def avatar(
        self, nick: str, colour: str, ink: str, size: int, background: str, dot: str = ""
    ) -> ImageTk.PhotoImage:
        """A disc with the nickname's first letter; at its foot a dot of the colour `dot`."""
        letter = _initial(nick)

        def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
            pen.ellipse((0, 0, width - 1, height - 1), fill=colour)
            if letter:
                font = ImageFont.load_default(width * (_BESIDE_DOT if dot else _LETTER))
                pen.text((width / 2, height / 2), letter, font=font, fill=ink, anchor="mm")
            if dot:
                least, ring = width * (1 - _DOT), width * _RING
                pen.ellipse((least - ring, least - ring, width + ring, height + ring), background)
                pen.ellipse((least, least, width - 1, height - 1), fill=dot)

        key = ("avatar", letter, colour, size, background, dot)
        return self._made(key, size, size, background, draw)

    def letter(self, letter: str, colour: str, ink: str, size: int) -> ImageTk.PhotoImage:
        """A letter on a square with round corners."""

        def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
            pen.rounded_rectangle((0, 0, width - 1, height - 1), width * 0.22, fill=colour)
            font = ImageFont.load_default(width * 0.7)
            pen.text((width / 2, height * 0.46), letter, font=font, fill=ink, anchor="mm")

        return self._made(("letter", letter, colour, ink, size), size, size, colour, draw)

    def rounded(
        self,
        size: tuple[int, int],
        radius: int,
        fill: str,
        ground: str,
        *,
        edge: str = "",
        line: int = 1,
    ) -> ImageTk.PhotoImage:
        """A rectangle with round corners on `ground`; with a border of the colour `edge`."""

        def draw(pen: ImageDraw.ImageDraw, wide: int, high: int) -> None:
            pen.rounded_rectangle(
                (0, 0, wide - 1, high - 1),
                radius * _OVERSAMPLING,
                fill=fill,
                outline=edge or fill,
                width=line * _OVERSAMPLING,
            )

        key = ("rounded", size, radius, fill, ground, edge, line)
        return self._made(key, *size, ground, draw)

    def switch(
        self, colour: str, knob: str, size: int, ground: str, *, on: bool
    ) -> ImageTk.PhotoImage:
        """What is on or off; `size` is its height. To its right some room for words."""

        def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
            wide = round(height * 1.9)
            pen.rounded_rectangle((0, 0, wide - 1, height - 1), height / 2, fill=colour)
            edge = height * 0.14
            left = wide - height if on else 0
            pen.ellipse((left + edge, edge, left + height - edge, height - edge), fill=knob)

        key = ("switch", colour, knob, size, ground, on)
        return self._made(key, round(size * 2.4), size, ground, draw)

    def _made(
        self, key: tuple[object, ...], width: int, height: int, background: str, draw: Draw
    ) -> ImageTk.PhotoImage:
        if key not in self._images:
            large = (width * _OVERSAMPLING, height * _OVERSAMPLING)
            image = Image.new("RGB", large, background)
            draw(ImageDraw.Draw(image), *large)
            reduced = image.resize((width, height), Image.Resampling.LANCZOS)
            self._images[key] = ImageTk.PhotoImage(reduced, master=self._root)
        return self._images[key]


def _initial(nick: str) -> str:
    """The first letter, in the letters that Pillow's own font has: `Ấn` → A, `Đỗ` → D."""
    letter = unicodedata.normalize("NFD", nick[:1].upper().replace("Đ", "D"))[:1]
    return letter if letter.isascii() else ""
