"""The colours, for light and dark."""

from __future__ import annotations

from dataclasses import dataclass


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
    hover: str
    selected: str
    good: str
    warn: str
    away: str  # a dot, never words
    bad: str
    mention: str
    badge: str
    alert: str
    badge_ink: str
    ink: str  # letters on a nickname's colour
    nicks: tuple[str, ...]  # each can be read on every ground of the transcript


LIGHT = Palette(
    background="#ffffff",
    side="#f2f3f5",
    field="#f6f7f9",
    border="#dfe2e7",
    text="#1d1f24",
    dim="#5a616e",
    accent="#2c5be0",
    accent_hover="#1f49bd",
    accent_text="#ffffff",
    hover="#e7e9ee",
    selected="#dde6fb",
    good="#167336",
    warn="#935600",
    away="#c77700",
    bad="#c1272c",
    mention="#fff4d6",
    badge="#6f7683",
    alert="#c9302f",
    badge_ink="#ffffff",
    ink="#ffffff",
    nicks=("#0b6f82", "#862e9c", "#1f7332", "#c22727", "#9e4f00", "#1864ab", "#a61e4d", "#5c6b00"),
)
DARK = Palette(
    background="#1e1f24",
    side="#17181c",
    field="#27292f",
    border="#34373e",
    text="#e8e9ec",
    dim="#9ca1ac",
    accent="#7ea6ff",
    accent_hover="#9bbaff",
    accent_text="#0c1020",
    hover="#202227",
    selected="#28324d",
    good="#4cc46b",
    warn="#ffb02e",
    away="#ffb02e",
    bad="#ff6b6b",
    mention="#3b3119",
    badge="#5c626e",
    alert="#c9302f",
    badge_ink="#ffffff",
    ink="#111318",
    nicks=("#66d9e8", "#da77f2", "#69db7c", "#ff8787", "#ffa94d", "#74c0fc", "#f783ac", "#c0d64a"),
)
