"""Where the window is on the screen: as large as it was and where it was, if that can be seen."""

from __future__ import annotations

import re
import tkinter as tk

SEEN = 40  # pixels of the window's top that must be on the screen, to be taken hold of
_GEOMETRY = re.compile(r"(\d{1,5})x(\d{1,5})([+-]-?\d{1,6})([+-]-?\d{1,6})")


def place(window: tk.Tk, kept: str, size: tuple[int, int]) -> None:
    """Gives the window the size and place that were kept, as far as they are on this screen; `size`
    where nothing was kept.
    """
    wide, high = window.winfo_screenwidth(), window.winfo_screenheight()
    found = _GEOMETRY.fullmatch(kept)
    if found is None:
        window.geometry(f"{min(size[0], wide)}x{min(size[1], high)}")
        return
    width, height = min(int(found[1]), wide), min(int(found[2]), high)
    x, y = (int(one.removeprefix("+").replace("--", "-")) for one in found.group(3, 4))
    x = min(max(x, SEEN - width), wide - SEEN)
    y = min(max(y, 0), high - SEEN)
    window.geometry(f"{width}x{height}+{x}+{y}")


def kept(window: tk.Tk) -> str:
    """What to keep for the next time; "" for a window that is not as somebody has made it."""
    if window.state() != "normal" or window.winfo_width() <= 1:
        return ""
    return window.geometry()


def over(panel: tk.Toplevel, parent: tk.Misc) -> None:
    """A dialog opens in the middle of its window, whole on the screen."""
    above = parent.winfo_toplevel()
    panel.update_idletasks()
    most = panel.maxsize()
    width, height = min(panel.winfo_reqwidth(), most[0]), min(panel.winfo_reqheight(), most[1])
    left, top = above.winfo_rootx(), above.winfo_rooty()
    wide, high = above.winfo_width(), above.winfo_height()
    if not above.winfo_viewable():
        left = top = 0
        wide, high = panel.winfo_screenwidth(), panel.winfo_screenheight()
    x = left + (wide - width) // 2
    y = top + (high - height) // 3
    x = max(0, min(x, panel.winfo_screenwidth() - width))
    y = max(0, min(y, panel.winfo_screenheight() - height))
    panel.geometry(f"+{x}+{y}")
