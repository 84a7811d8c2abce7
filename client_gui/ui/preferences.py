"""The settings, as somebody changes them."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import Any

from client_gui.model import attention
from client_gui.system import desktop, spelling
from client_gui.system.settings import (
    ALL,
    AWAYS,
    FIT,
    FITTING,
    LAYOUTS,
    LINES,
    SCALES,
    THEMES,
    Settings,
)
from client_gui.system.textlog import usual_folder
from client_gui.texts import _, languages, n_
from client_gui.ui.check import Check
from client_gui.ui.panels import WIDTH, Panel
from client_gui.ui.theme import Theme

LACKING = {
    spelling.NO_PYENCHANT: n_("Spelling is not checked: pyenchant is not installed."),
    spelling.NO_LIBRARY: n_("Spelling is not checked: the library Enchant is not installed."),
    spelling.NO_DICTIONARY: n_("Spelling is not checked: there is no dictionary."),
}


def _names() -> dict[str, str]:
    """The languages that there are, by what they call themselves."""
    own = {"vi": "Tiếng Việt"}
    return {own.get(one, one): one for one in languages()}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class Preferences(Panel):
    """`changed` is called with what is chosen, by the names of the settings, when that is saved."""

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        settings: Settings,
        changed: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__(parent, theme, _("Settings"))
        self._settings = settings
        self._choices = tk.Frame(self.body, background=theme.palette.background)
        self._choices.pack(fill="x")
        self._choices.columnconfigure((0, 1), weight=1, uniform="half")
        self._changed = changed
        self._words = {one: _capital(_(one)) for one in (*LAYOUTS, *THEMES, ALL, FITTING)}
        self._words["system"] = _capital(_("as the system"))
        self._meant = {word: one for one, word in self._words.items()}
        layouts, themes = ([self._words[one] for one in group] for group in (LAYOUTS, THEMES))
        self.layout = self._choice(_("Layout"), layouts, self._words[settings.layout])
        self.colours = self._choice(_("Colours"), themes, self._words[settings.theme])
        self._counts = {FIT: self._words[FITTING], 0: self._words[ALL]}
        lines = [self._counts.get(one, str(one)) for one in LINES]
        now = self._counts.get(settings.lines, str(settings.lines))
        self.lines = self._choice(_("Messages in view"), lines, now)
        scales = [f"{one:.0%}" for one in SCALES]
        self.scale = self._choice(_("Size"), scales, f"{settings.scale:.0%}")
        self._languages = {_capital(_("as the system")): "", "English": "en", **_names()}
        now = next((name for name, one in self._languages.items() if one == settings.language), "")
        self.language = self._choice(_("Language"), list(self._languages), now)
        self._dictionaries = {_capital(_("as the system")): "", _capital(_("never")): spelling.OFF}
        now = next(
            (name for name, one in self._dictionaries.items() if one == settings.spelling), ""
        )
        self._dictionaries.setdefault(now or settings.spelling, settings.spelling)
        self.spelling = self._choice(
            _("Mark misspelled words"), list(self._dictionaries), now or settings.spelling
        )
        self._aways = {_("{count} minutes").format(count=one): one for one in AWAYS if one}
        self._aways = {_capital(_("never")): 0, **self._aways}
        now = _("{count} minutes").format(count=settings.away_after)
        now = now if settings.away_after else next(iter(self._aways))
        self._aways.setdefault(now, settings.away_after)
        self.away_after = self._choice(
            _("Away when nothing is touched for"), list(self._aways), now
        )
        words = _("Notify me when somebody mentions or writes to me")
        self.notify = Check(self.body, words, on=settings.notify)
        self.notify.pack(anchor="w", pady=theme.px(8))
        self.logs = Check(self.body, _("Keep what is said in text files, in:"), on=settings.logs)
        self.logs.pack(anchor="w", pady=(0, theme.px(6)))
        self.logs_folder = self.entry(settings.logs_folder or str(usual_folder()))
        words = ", ".join(settings.highlights)
        self.label(_("Words that call you, beside your nickname"), font="small", dim=True).pack(
            anchor="w"
        )
        self.highlights = self.entry(words)
        self.why = self.label("", font="small")
        self.why.configure(foreground=theme.palette.bad)
        self.buttons((_("Cancel"), self.destroy), (_("Save"), self.save))
        self.bind("<Return>", lambda event: self.save())
        self.layout.focus_set()

    def show_dictionaries(self, known: spelling.Known) -> None:
        """Which there are to choose from; where there are none, what is to be done."""
        if not self.winfo_exists():
            return
        if known.lacking:
            text = _(LACKING[known.lacking])
            advice = desktop.without_spelling(known.lacking)
            cell = self.spelling.nametowidget(self.spelling.winfo_parent())
            why = self.label(f"{text} {advice}".rstrip(), font="small", dim=True, within=cell)
            why.configure(wraplength=self.theme.px(WIDTH) // 2)
            why.pack(anchor="w")
            self.spelling.pack_forget()
        else:
            self._dictionaries |= {one: one for one in known.available}
            self.spelling.configure(values=list(self._dictionaries))

    def _choice(self, name: str, values: Sequence[str], value: str) -> ttk.Combobox:
        """In two columns, so that a small screen has room for all."""
        row, column = divmod(len(self._choices.winfo_children()), 2)
        px, background = self.theme.px, self.theme.palette.background
        cell = tk.Frame(self._choices, background=background)
        between = (px(5), 0) if column else (0, px(5))
        cell.grid(row=row, column=column, sticky="we", padx=between, pady=(0, px(8)))
        self.label(name, font="small", dim=True, within=cell).pack(anchor="w")
        box = ttk.Combobox(
            cell, values=list(values), font=self.theme.body, state="readonly", width=18
        )
        box.set(value)
        box.pack(fill="x")
        for turn in ("<Button-4>", "<Button-5>", "<MouseWheel>"):
            box.unbind_class("TCombobox", turn)  # who scrolls past it does not mean to change it
        return box

    def save(self) -> None:
        """Takes over what is chosen."""
        try:
            highlights = attention.words(self.highlights.get())
        except ValueError:
            most = {"count": attention.WORDS_MOST, "length": attention.WORD_LENGTH}
            text = _("At most {count} words, with commas between, each of up to {length} letters.")
            self.why.configure(text=text.format(**most))
            self.why.pack(anchor="w", before=self.highlights)
            self.highlights.focus_set()
            return
        folder = self.logs_folder.get().strip()
        lines, counts = self.lines.get(), {words: one for one, words in self._counts.items()}
        chosen = {
            "layout": self._meant[self.layout.get()],
            "theme": self._meant[self.colours.get()],
            "lines": int(lines) if lines.isdigit() else counts[lines],
            "scale": int(self.scale.get().rstrip("%")) / 100,
            "notify": self.notify.on,
            "away_after": self._aways[self.away_after.get()],
            "highlights": highlights,
            "logs": self.logs.on,
            "logs_folder": "" if folder in ("", str(usual_folder())) else folder,
            "spelling": self._dictionaries[self.spelling.get()],
            "language": self._languages.get(self.language.get(), ""),
        }
        self.destroy()
        self._changed(chosen)
