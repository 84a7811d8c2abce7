"""What is written can be read, in light and dark: WCAG 2.2, contrast (minimum), 4.5 to 1."""

from __future__ import annotations

import pytest

from client_gui.ui.palette import DARK, LIGHT, Palette

LEAST = 4.5
DOT = 3.0  # WCAG 2.2, non-text contrast
BUTTON = 1.25  # of a quiet button on the window: what says it stands in it


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_nicknames_keep_their_contrast(palette: Palette) -> None:
    for nick in palette.nicks:
        grounds = (palette.background, palette.mention, palette.side)
        for ground in (*grounds, palette.selected, palette.hover):
            assert contrast(nick, ground) >= LEAST, (nick, ground)
        assert contrast(palette.ink, nick) >= LEAST, "the letter on the avatar"


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_all_other_words_too(palette: Palette) -> None:
    grounds = (palette.background, palette.mention, palette.side, palette.field)
    for ink in (palette.text, palette.dim, palette.accent, palette.good, palette.warn, palette.bad):
        for ground in grounds:
            assert contrast(ink, ground) >= LEAST, (ink, ground)
    for ground in (palette.selected, palette.hover, palette.border):
        assert contrast(palette.dim, ground) >= LEAST, "also on a button that does nothing"
        assert contrast(palette.text, ground) >= LEAST
    for dot in (palette.good, palette.away, palette.warn, palette.bad):
        assert contrast(dot, palette.side) >= DOT
    assert contrast(palette.border, palette.background) > BUTTON, "a button can be seen"
    for ground in (palette.badge, palette.alert):
        assert contrast(palette.badge_ink, ground) >= LEAST
    for ground in (palette.accent, palette.accent_hover):
        assert contrast(palette.accent_text, ground) >= LEAST
