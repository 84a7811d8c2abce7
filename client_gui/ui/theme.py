"""Colours, fonts, distances and the round images, for light and dark and any scale."""

from __future__ import annotations

import tkinter as tk
import unicodedata
import zlib
from dataclasses import dataclass
from tkinter import font as tkfont
from tkinter import ttk
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageTk


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of the window."""

    background: str
    side: str
    field: str
    border: str
    text: str
    dim: str
    accent: str
    accent_hover: str
    accent_text: str
    selected: str
    good: str
    warn: str
    bad: str
    mention: str
    badge: str
    nicks: tuple[str, ...]


LIGHT = Palette(
    background="#ffffff",
    side="#f2f3f5",
    field="#f6f7f9",
    border="#dfe2e7",
    text="#1d1f24",
    dim="#6b7280",
    accent="#3a6df7",
    accent_hover="#2b5be0",
    accent_text="#ffffff",
    selected="#dde6fb",
    good="#2ba24c",
    warn="#c77700",
    bad="#d13438",
    mention="#fff4d6",
    badge="#8a919e",
    nicks=("#0b7285", "#862e9c", "#2b8a3e", "#c92a2a", "#a35200", "#1864ab", "#a61e4d", "#5c6b00"),
)
DARK = Palette(
    background="#1e1f24",
    side="#17181c",
    field="#27292f",
    border="#34373e",
    text="#e8e9ec",
    dim="#969ba6",
    accent="#5a8bff",
    accent_hover="#769eff",
    accent_text="#0c1020",
    selected="#2a3553",
    good="#4cc46b",
    warn="#ffb02e",
    bad="#ff6b6b",
    mention="#3b3119",
    badge="#5c626e",
    nicks=("#66d9e8", "#da77f2", "#69db7c", "#ff8787", "#ffa94d", "#74c0fc", "#f783ac", "#c0d64a"),
)

_FAMILIES = ("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans")
_MONO = ("JetBrains Mono", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", "Liberation Mono")
_OVERSAMPLING = 4  # images are drawn larger and reduced, for smooth edges


class Theme:
    """One look. Sizes are in pixels at scale 1; `px` scales them."""

    def __init__(self, root: tk.Misc, palette: Palette, scale: float = 1.0) -> None:
        self.palette = palette
        self.scale = scale
        self._root = root
        self._images: dict[tuple[str, str, int], ImageTk.PhotoImage] = {}
        known = set(tkfont.families(root))
        family = next((name for name in _FAMILIES if name in known), "TkDefaultFont")
        self.body = self._font(family, 15)
        self.bold = self._font(family, 15, "bold")
        self.small = self._font(family, 13)
        self.small_bold = self._font(family, 12, "bold")
        self.title = self._font(family, 19, "bold")
        mono = next((name for name in _MONO if name in known), "TkFixedFont")
        self.mono = self._font(mono, 14)
        self._style()

    def px(self, size: float) -> int:
        """A distance at this scale."""
        return round(size * self.scale)

    def nick_colour(self, nick: str) -> str:
        """Always the same colour for the same person, whatever the case of their name."""
        colours = self.palette.nicks
        return colours[zlib.adler32(nick.casefold().encode()) % len(colours)]

    def avatar(self, nick: str, size: int, background: str) -> ImageTk.PhotoImage:
        """A disc with the nickname's first letter."""
        return self._image(_initial(nick), self.nick_colour(nick), self.px(size), background)

    def dot(self, colour: str, size: int, background: str) -> ImageTk.PhotoImage:
        """A plain disc."""
        return self._image("", colour, self.px(size), background)

    def _font(self, family: str, size: int, weight: str = "normal") -> tkfont.Font:
        # a negative size is in pixels, so it does not depend on what the screen claims to be
        return tkfont.Font(
            self._root,
            family=family,
            size=-self.px(size),
            weight="bold" if weight == "bold" else "normal",
        )

    def _image(self, letter: str, colour: str, size: int, background: str) -> ImageTk.PhotoImage:
        key = (letter + background, colour, size)
        if key not in self._images:
            large = size * _OVERSAMPLING
            image = Image.new("RGB", (large, large), background)
            draw = ImageDraw.Draw(image)
            draw.ellipse((0, 0, large - 1, large - 1), fill=colour)
            if letter:
                font = ImageFont.load_default(large * 0.5)
                light = self.palette is LIGHT
                draw.text(
                    (large / 2, large / 2),
                    letter,
                    font=font,
                    fill="#ffffff" if light else "#111318",
                    anchor="mm",
                )
            image = image.resize((size, size), Image.Resampling.LANCZOS)
            self._images[key] = ImageTk.PhotoImage(image, master=self._root)
        return self._images[key]

    def _style(self) -> None:
        palette = self.palette
        style = ttk.Style(self._root)
        style.theme_use("clam")
        style.configure(
            "Send.TButton",
            background=palette.accent,
            foreground=palette.accent_text,
            bordercolor=palette.accent,
            lightcolor=palette.accent,
            darkcolor=palette.accent,
            focuscolor=palette.accent_text,
            font=self.bold,
            padding=(self.px(20), self.px(8)),
            relief="flat",
        )
        style.map("Send.TButton", background=[("active", palette.accent_hover)])
        style.configure(
            "Quiet.TButton",
            background=palette.field,
            foreground=palette.text,
            bordercolor=palette.border,
            lightcolor=palette.field,
            darkcolor=palette.field,
            font=self.body,
            padding=(self.px(16), self.px(8)),
            relief="flat",
        )
        style.map("Quiet.TButton", background=[("active", palette.selected)])
        style.configure(
            "Plain.TCheckbutton",
            background=palette.background,
            foreground=palette.text,
            indicatorbackground=palette.field,
            indicatorforeground=palette.accent,
            focuscolor=palette.accent,
            font=self.body,
        )
        style.map("Plain.TCheckbutton", background=[("active", palette.background)])
        style.configure(
            "TCombobox",
            fieldbackground=palette.field,
            background=palette.field,
            foreground=palette.text,
            arrowcolor=palette.text,
            bordercolor=palette.border,
            lightcolor=palette.field,
            darkcolor=palette.field,
            padding=self.px(6),
        )
        style.map(
            "TCombobox",
            fieldbackground=[("readonly", palette.field)],
            foreground=[("readonly", palette.text)],
        )
        style.configure(
            "Thin.Vertical.TScrollbar",
            background=palette.border,
            troughcolor=palette.background,
            bordercolor=palette.background,
            lightcolor=palette.border,
            darkcolor=palette.border,
            arrowsize=0,
            width=self.px(9),
            relief="flat",
        )
        style.map("Thin.Vertical.TScrollbar", background=[("disabled", palette.background)])
        thumb: Any = ("Vertical.Scrollbar.thumb", {"expand": "1", "sticky": "nswe"})
        style.layout(
            "Thin.Vertical.TScrollbar",
            [("Vertical.Scrollbar.trough", {"sticky": "ns", "children": [thumb]})],
        )


def _initial(nick: str) -> str:
    """The first letter, in the letters that Pillow's own font has: `Ấn` → A, `Đỗ` → D."""
    letter = unicodedata.normalize("NFD", nick[:1].upper().replace("Đ", "D"))[:1]
    return letter if letter.isascii() else ""
