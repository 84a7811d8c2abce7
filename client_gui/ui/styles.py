"""How ttk's widgets look: buttons, fields, switches, scrollbars, with round corners that are
stretched from small images.
"""

from __future__ import annotations

import itertools
import tkinter as tk
from tkinter import ttk
from typing import Any

from client_gui.ui.theme import Theme

RADIUS = 7
FIELD_PADDING = 8  # left and right of what is typed
MIDDLE = 40  # pixels
SCROLLBAR, SIDE_SCROLLBAR = "Thin.Vertical.TScrollbar", "Side.Thin.Vertical.TScrollbar"
_made = itertools.count()  # an element's name can be given once only, and never taken back


def configure(root: tk.Misc, theme: Theme) -> None:
    """Gives them the colours and distances of `theme`."""
    style = ttk.Style(root)
    style.theme_use("clam")
    _Styles(style, theme).all(root)


class _Styles:
    def __init__(self, style: ttk.Style, theme: Theme) -> None:
        self._style = style
        self._theme = theme
        self._palette = theme.palette
        self._number = next(_made)

    def all(self, root: tk.Misc) -> None:
        palette = self._palette
        for name, ground in (("Send", palette.background), ("Composer.Send", palette.field)):
            colours = palette.accent, palette.accent_hover, palette.accent_text
            self._button(name, ground, *colours, bold=True)
        self._style.configure(
            "Composer.Send.TButton",
            font=self._theme.small_bold,
            width=0,  # no wider than its word
            padding=(self._theme.px(12), self._theme.px(5)),
        )
        colours = palette.field, palette.selected, palette.dim
        self._button("Composer.Attach", palette.field, *colours, bold=True)
        self._style.configure(
            "Composer.Attach.TButton",
            width=0,
            padding=(self._theme.px(10), self._theme.px(4)),
        )
        colours = palette.border, palette.selected, palette.text
        self._button("Quiet", palette.background, *colours, bold=False)
        colours = palette.selected, palette.border, palette.text
        self._button("Retry", palette.side, *colours, bold=False)
        self._style.configure(
            "Retry.TButton",
            font=self._theme.small,
            width=0,
            padding=(self._theme.px(10), self._theme.px(5)),
        )
        self._plain("Link", palette.background, palette.accent, padding=0)
        self._plain("Small", palette.background, palette.dim, padding=6)
        self._field()
        self._check()
        self._choice()
        self._dropdown(root)
        self._list()
        self._scrollbar(SCROLLBAR, palette.background)
        self._scrollbar(SIDE_SCROLLBAR, palette.side)

    def _corners(
        self, name: str, ground: str, fill: str, *states: tuple[str, str, str], edge: str = ""
    ) -> str:
        """An element with round corners on `ground`; `states` are (state, fill, edge)."""
        theme = self._theme
        radius, line = theme.px(RADIUS), max(1, theme.px(1))
        # Tk fills a widget with copies of an image's middle: with a small one it takes a second
        size = (2 * radius + MIDDLE, 2 * radius + MIDDLE)

        def image(colour: str, border: str, width: int) -> Any:
            shapes = theme.shapes
            return shapes.rounded(size, radius, colour, ground, edge=border, line=width)

        element = f"{name}{self._number}"
        self._style.element_create(
            element,
            "image",
            image(fill, edge, line),
            *((state, image(colour, border, 2 * line)) for state, colour, border in states),
            border=radius,
            width=2 * radius,
            height=2 * radius,
            sticky="nsew",
        )
        return element

    def _button(
        self, name: str, ground: str, fill: str, hover: str, ink: str, *, bold: bool
    ) -> None:
        theme, palette = self._theme, self._palette
        element = self._corners(
            f"{name}.button",
            ground,
            fill,
            ("disabled", palette.border, ""),
            ("active", hover, ""),
            ("focus", fill, palette.text),
        )
        inside: Any = ("Button.padding", {"sticky": "nswe", "children": [("Button.label", {})]})
        self._style.layout(f"{name}.TButton", [(element, {"sticky": "nswe", "children": [inside]})])
        self._style.configure(
            f"{name}.TButton",
            background=ground,
            foreground=ink,
            font=theme.bold if bold else theme.body,
            padding=(theme.px(20), theme.px(8)),
            anchor="center",
        )
        self._style.map(
            f"{name}.TButton",
            background=[],
            foreground=[("disabled", palette.dim)],
        )

    def _plain(self, name: str, ground: str, ink: str, *, padding: int) -> None:
        """A button that looks like words."""
        theme, palette = self._theme, self._palette
        label: Any = ("Button.label", {"sticky": "nswe"})
        inside: Any = ("Button.padding", {"sticky": "nswe", "children": [label]})
        focus: Any = ("Button.focus", {"sticky": "nswe", "children": [inside]})
        self._style.layout(f"{name}.TButton", [focus])
        self._style.configure(
            f"{name}.TButton",
            background=ground,
            foreground=ink,
            font=theme.small,
            width=0,  # no wider than its words
            focuscolor=palette.accent,
            padding=(theme.px(padding), theme.px(padding / 2)),
        )
        self._style.map(
            f"{name}.TButton",
            background=[("active", palette.selected if padding else ground)],
            foreground=[("active", palette.accent_hover if not padding else palette.text)],
        )

    def _field(self) -> None:
        theme, palette = self._theme, self._palette
        element = self._field_element = self._corners(
            "field",
            palette.background,
            palette.field,
            ("focus", palette.field, palette.accent),
            edge=palette.border,
        )
        area: Any = ("Entry.textarea", {"sticky": "nswe"})
        inside: Any = ("Entry.padding", {"sticky": "nswe", "children": [area]})
        self._style.layout("Field.TEntry", [(element, {"sticky": "nswe", "children": [inside]})])
        self._style.configure(
            "Field.TEntry",
            background=palette.background,
            foreground=palette.text,
            insertcolor=palette.text,
            insertwidth=2,
            selectbackground=palette.accent,
            selectforeground=palette.accent_text,
            padding=(theme.px(FIELD_PADDING), theme.px(6)),
        )
        self._style.map(
            "Field.TEntry",
            selectbackground=[("!focus", palette.selected)],
            selectforeground=[("!focus", palette.text)],
        )
        self._style.layout("Field.TFrame", [(element, {"sticky": "nswe"})])
        self._style.configure("Field.TFrame", background=palette.background)

    def _check(self) -> None:
        theme, palette = self._theme, self._palette
        size = theme.px(18)

        def image(colour: str, *, on: bool) -> Any:
            return theme.shapes.switch(colour, "#ffffff", size, palette.background, on=on)

        element = f"switch{self._number}"
        self._style.element_create(
            element,
            "image",
            image(palette.badge, on=False),
            ("selected", image(palette.accent, on=True)),
            sticky="w",
        )
        label: Any = ("Checkbutton.label", {"side": "left", "sticky": "w"})
        focus: Any = ("Checkbutton.focus", {"side": "left", "sticky": "w", "children": [label]})
        self._style.layout(
            "Switch.TCheckbutton",
            [(element, {"side": "left", "sticky": ""}), focus],
        )
        self._style.configure(
            "Switch.TCheckbutton",
            background=palette.background,
            foreground=palette.text,
            focuscolor=palette.accent,
            font=theme.body,
        )
        self._style.map("Switch.TCheckbutton", background=[("active", palette.background)])

    def _choice(self) -> None:
        theme, palette = self._theme, self._palette
        self._style.configure(
            "TCombobox",
            fieldbackground=palette.field,
            background=palette.field,
            foreground=palette.text,
            arrowcolor=palette.dim,
            bordercolor=palette.field,  # of the box round the arrow: the edge is the field's own
            lightcolor=palette.field,
            darkcolor=palette.field,
            arrowsize=theme.px(14),
            padding=(theme.px(FIELD_PADDING), theme.px(6)),
        )
        area: Any = ("Combobox.textarea", {"sticky": "nswe"})
        inside: Any = ("Combobox.padding", {"sticky": "nswe", "children": [area]})
        arrow: Any = ("Combobox.downarrow", {"side": "right", "sticky": "ns"})
        field: Any = {"sticky": "nswe", "children": [arrow, inside]}
        self._style.layout("TCombobox", [(self._field_element, field)])
        self._style.map(
            "TCombobox",
            fieldbackground=[("readonly", palette.field)],
            foreground=[("readonly", palette.text)],
            selectbackground=[("readonly", palette.field)],
            selectforeground=[("readonly", palette.text)],
            background=[],  # clam's own would hide the arrow under the mouse
            arrowcolor=[("active", palette.text), ("focus", palette.text)],
            bordercolor=[],
            lightcolor=[],
            darkcolor=[],
        )

    def _dropdown(self, root: tk.Misc) -> None:
        """The list of a combobox, which is no ttk widget."""
        theme, palette = self._theme, self._palette
        for name, value in (
            ("background", palette.background),
            ("foreground", palette.text),
            ("selectBackground", palette.selected),
            ("selectForeground", palette.text),
            ("font", theme.body.name),
            ("borderWidth", theme.px(FIELD_PADDING)),  # it is as its ground
        ):
            root.option_add(f"*TCombobox*Listbox.{name}", value)
        self._style.configure(
            "ComboboxPopdownFrame",
            relief="solid",
            borderwidth=1,
            background=palette.border,
            bordercolor=palette.border,
        )
        self._style.configure(
            "Vertical.TScrollbar",
            background=palette.border,
            troughcolor=palette.background,
            bordercolor=palette.background,
            lightcolor=palette.border,
            darkcolor=palette.border,
            arrowcolor=palette.dim,
        )

    def _list(self) -> None:
        theme, palette = self._theme, self._palette
        area: Any = ("Treeview.treearea", {"sticky": "nswe"})
        self._style.layout("List.Treeview", [area])
        self._style.configure(
            "List.Treeview",
            background=palette.background,
            fieldbackground=palette.background,
            foreground=palette.text,
            font=theme.body,
            rowheight=theme.px(32),
            indent=0,
        )
        self._style.map(
            "List.Treeview",
            background=[("selected", palette.selected)],
            foreground=[("selected", palette.text)],
        )
        # without its arrow for what is folded
        item: Any = ("Treeitem.padding", {"sticky": "nswe", "children": [("Treeitem.text", {})]})
        self._style.layout("List.Treeview.Item", [item])
        # as far in as what is typed above it
        indent = theme.px(RADIUS) + theme.px(FIELD_PADDING)
        self._style.configure("List.Treeview.Item", padding=(indent, 0, 0, 0))

    def _scrollbar(self, name: str, ground: str) -> None:
        theme, palette = self._theme, self._palette
        width, middle = theme.px(8), theme.px(16)
        # Tk finds it by the end of its name
        element = f"{name.partition('.')[0]}{self._number}.Scrollbar.thumb"

        def image(colour: str) -> Any:
            size = (width, width + middle)
            return theme.shapes.rounded(size, width // 2, colour, ground)

        self._style.element_create(
            element,
            "image",
            image(palette.border),
            ("active", image(palette.badge)),
            border=(0, width // 2),
            width=width,
            height=theme.px(30),
            sticky="ns",
        )
        self._style.configure(
            name,
            troughcolor=ground,
            bordercolor=ground,
            background=ground,
            lightcolor=ground,
            darkcolor=ground,
        )
        thumb: Any = (element, {"expand": "1", "sticky": "nswe"})
        trough: Any = ("Vertical.Scrollbar.trough", {"sticky": "ns", "children": [thumb]})
        self._style.layout(name, [trough])
