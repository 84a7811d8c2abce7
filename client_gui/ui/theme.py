"""One look: colours, fonts, distances and images, for light and dark and any scale."""

from __future__ import annotations

import tkinter as tk
import zlib
from collections.abc import Collection, Iterable
from tkinter import font as tkfont

from PIL import ImageTk

from client_gui.system import desktop
from client_gui.ui.emoji_pictures import Pictures
from client_gui.ui.palette import DARK, LIGHT, Palette
from client_gui.ui.pictures import SIZE as SHARED
from client_gui.ui.pictures import SharedPictures
from client_gui.ui.shapes import Shapes

__all__ = ["DARK", "LIGHT", "Palette", "Theme"]


class Theme:
    """One look. Sizes are in pixels at scale 1; `px` scales them."""

    def __init__(self, root: tk.Misc, palette: Palette, scale: float = 1.0) -> None:
        self.palette = palette
        self.scale = scale
        self._root = root
        self.shapes = Shapes(root)
        self.emoji = Pictures(root, self.px(18))
        self.small_emoji = Pictures(root, self.px(15))
        size = self.px(SHARED[0]), self.px(SHARED[1])
        self.shared = SharedPictures(root, size, palette.background, palette.border)
        known = set(tkfont.families(root))
        family = self._known(known, desktop.here().fonts, "TkDefaultFont")
        self.body = self._font(family, 15)
        self.bold = self._font(family, 15, "bold")
        self.small = self._font(family, 13)
        self.small_bold = self._font(family, 12, "bold")
        self.title = self._font(family, 19, "bold")
        mono = self._known(known, desktop.here().mono, "TkFixedFont")
        self.mono = self._font(mono, 14)

    def release(self) -> None:
        """Frees images and fonts once nothing is drawn with them. The garbage collector would do so
        in any thread, and that thread would then wait for Tk's.
        """
        self.shapes.release()
        self.emoji.release()
        self.small_emoji.release()
        self.shared.forget()
        for font in (self.body, self.bold, self.small, self.small_bold, self.title, self.mono):
            font.delete_font = False
            self._root.tk.call("font", "delete", font.name)

    def icon(self) -> ImageTk.PhotoImage:
        """The window's own picture."""
        return self.shapes.letter("g", self.palette.accent, self.palette.accent_text, 64)

    def px(self, size: float) -> int:
        """A distance at this scale."""
        return round(size * self.scale)

    def nick_colour(self, nick: str) -> str:
        """Always the same colour for the same person, whatever the case of their name."""
        colours = self.palette.nicks
        return colours[zlib.adler32(nick.casefold().encode()) % len(colours)]

    def avatar(self, nick: str, size: int, background: str, dot: str = "") -> ImageTk.PhotoImage:
        """A disc with the nickname's first letter; with a dot of a colour at its foot."""
        colour, ink = self.nick_colour(nick), self.palette.ink
        return self.shapes.avatar(nick, colour, ink, self.px(size), background, dot)

    def dot(self, colour: str, size: int, background: str) -> ImageTk.PhotoImage:
        """A plain disc."""
        return self.shapes.disc(colour, self.px(size), background)

    def _known(self, known: Collection[str], wanted: Iterable[str], otherwise: str) -> str:
        """The first family that there is, or that of one of Tk's own fonts."""
        own = tkfont.nametofont(otherwise, self._root)
        return next((name for name in wanted if name in known), str(own.actual("family")))

    def _font(self, family: str, size: int, weight: str = "normal") -> tkfont.Font:
        # a negative size is in pixels, so it does not depend on what the screen claims to be
        return tkfont.Font(
            self._root,
            family=family,
            size=-self.px(size),
            weight="bold" if weight == "bold" else "normal",
        )
