"""Emoji as pictures: Tk draws them only with the right font and library, and never a sequence (a
family, a flag, a skin tone) as one. Drawn with Pillow from the colour font that the system has.
"""

from __future__ import annotations

import re
import tkinter as tk
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont, ImageTk, features

# The fonts' files, and the only size that the pictures in them have (0: any).
_FONTS = (
    ("NotoColorEmoji.ttf", 109),
    ("NotoColorEmoji-Regular.ttf", 109),
    ("Apple Color Emoji.ttc", 160),
    ("seguiemj.ttf", 0),
    ("TwitterColorEmoji-SVGinOT.ttf", 0),
)
_ANY_SIZE = 96
_OVER = 4
CACHED = 1000  # pictures of each size; further ones are drawn as Tk draws them
_MAYBE = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\ufe0f\u20e3\U0001f000-\U0001faff]"
)
_SIGNS_END = "\u2300"
_NAME = "emoji-"  # begins the name of a picture in a text; its code points follow


@cache
def _font() -> ImageFont.FreeTypeFont | None:
    """The colour font, looked up on the system by Pillow; `None` where there is none."""
    whole = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    for name, size in _FONTS:
        try:
            return ImageFont.truetype(name, size or _ANY_SIZE, layout_engine=whole)
        except OSError:
            continue
    return None


def can_draw() -> bool:
    """Whether there is a font to draw with."""
    return _font() is not None


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and of each whether it is one emoji, be it of several characters."""
    if not _MAYBE.search(text):
        yield text, False
        return
    import emoji  # noqa: PLC0415 - half a megabyte of names, loaded only when needed

    at = 0
    for found in emoji.emoji_list(text):
        start, end = found["match_start"], found["match_end"]
        if end - start == 1 and text[start] < _SIGNS_END:
            continue  # an arrow, a copyright sign: a letter of the text, unless it says otherwise
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def named(text: str) -> str:
    """The text with the names of its emoji, such as `:heart:`: where none can be drawn."""
    if not _MAYBE.search(text):
        return text
    import emoji  # noqa: PLC0415

    return str(emoji.demojize(text))


@dataclass(frozen=True, slots=True)
class Colours:
    """Of a pill."""

    fill: str
    edge: str
    ink: str


class Pictures:
    """Pictures of emoji for one Tk, each `size` pixels high."""

    def __init__(self, root: tk.Misc, size: int) -> None:
        self._root = root
        self._size = size
        self._made: dict[str, ImageTk.PhotoImage | None] = {}

    def release(self) -> None:
        """Lets go of all pictures, before Tk ends."""
        self._made.clear()

    def of(self, symbol: str) -> ImageTk.PhotoImage | None:
        """The picture; `None` where the font has none."""
        if symbol not in self._made:
            if len(self._made) >= CACHED:
                return None
            image = _drawn(symbol, self._size)
            made = None if image is None else ImageTk.PhotoImage(image, master=self._root)
            self._made[symbol] = made
        return self._made[symbol]

    def pill(self, reaction: str, count: str, colours: Colours) -> ImageTk.PhotoImage | None:
        """A reaction and how many gave it; `None` where its signs cannot be drawn."""
        key = f"{reaction} {count} {colours}"
        if key not in self._made:
            symbol = _drawn(reaction, self._size) if _MAYBE.search(reaction) else None
            if symbol is None or len(self._made) >= CACHED:
                return None
            image = _pill(symbol, count, self._size, colours)
            self._made[key] = ImageTk.PhotoImage(image, master=self._root)
        return self._made[key]

    def insert(
        self, text: tk.Text, words: str, tags: tuple[str, ...], plain: Callable[[str], str]
    ) -> None:
        """Writes words at the end of a text, emoji among them as pictures, the rest as `plain`
        makes it.
        """
        for piece, symbol in pieces(words):
            picture = self.of(piece) if symbol else None
            if picture is None:
                text.insert("end", plain(piece), tags)
                continue
            text.image_create("end", image=picture, name=name_of(piece), padx=1)
            for tag in tags:
                text.tag_add(tag, "end-2c")


def _drawn(symbol: str, size: int) -> Image.Image | None:
    font = _font()
    if font is None:
        return None
    left, top, right, bottom = (round(one) for one in font.getbbox(symbol))
    if right <= left or bottom <= top:
        return None
    image = Image.new("RGBA", (right - left, bottom - top))
    pen = ImageDraw.Draw(image)
    pen.text((-left, -top), symbol, font=font, embedded_color=True)
    box = image.getbbox()
    if box is None:
        return None  # of no colour: the font does not have it
    image = image.crop(box)
    width = max(1, round(image.width * size / image.height))
    return image.resize((min(width, 3 * size), size), Image.Resampling.LANCZOS)


def _pill(symbol: Image.Image, count: str, size: int, colours: Colours) -> Image.Image:
    """Drawn larger and reduced, for smooth edges."""
    font = ImageFont.load_default(size * 0.8 * _OVER)
    wide = round(font.getlength(count) / _OVER)
    gap, high = max(2, size // 3), round(size * 1.5)
    width = symbol.width + wide + 4 * gap
    image = Image.new("RGBA", (width * _OVER, high * _OVER))
    pen = ImageDraw.Draw(image)
    box = (0, 0, width * _OVER - 1, high * _OVER - 1)
    pen.rounded_rectangle(
        box, high * _OVER // 2, fill=colours.fill, outline=colours.edge, width=_OVER
    )
    at = (symbol.width + round(2.5 * gap)) * _OVER, high * _OVER // 2
    pen.text(at, count, font=font, fill=colours.ink, anchor="lm")
    image = image.resize((width, high), Image.Resampling.LANCZOS)
    image.alpha_composite(symbol, (round(1.5 * gap), (high - symbol.height) // 2))
    return image


def name_of(symbol: str) -> str:
    """The name under which a picture stands in a text."""
    return _NAME + "-".join(f"{ord(char):x}" for char in symbol)


def read(text: tk.Text, start: str, end: str) -> str:
    """What stands there as it was written, emoji as characters again."""
    found = []
    for kind, value, _place in text.dump(start, end, text=True, image=True):
        if kind == "text":
            found.append(value)
        elif value.startswith(_NAME):
            codes = value.removeprefix(_NAME).partition("#")[0].split("-")
            found.append("".join(chr(int(code, 16)) for code in codes))
    return "".join(found)
