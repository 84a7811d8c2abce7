"""What people read on the page: translated, and as the window has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from babel.messages.pofile import read_po

from client_gui.texts import FOLDER as WINDOW
from gchat.web.page import FOLDER

VI = json.loads((FOLDER / "vi.json").read_text("utf-8"))
TABLE = re.compile(r'^  \w+: \[\s*"([^"]*)",\s*"([^"]*)"', re.MULTILINE)  # of commands.js
ATTRIBUTES = re.compile(r'(?:placeholder|title|aria-label)="([^"]+)"')
WORDS = re.compile(r"<(?:button|label|h2|h3|p)\b[^>]*>([^<{]*[A-Za-z]{2}[^<{]*)")


def texts() -> set[str]:
    found: set[str] = set()
    for path in FOLDER.rglob("*.js"):
        found |= set(re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', path.read_text("utf-8")))
    for row in TABLE.findall((FOLDER / "model/commands.js").read_text("utf-8")):
        found |= set(row)
    page = (FOLDER / "index.html").read_text("utf-8")
    found |= set(ATTRIBUTES.findall(page)) | {one.strip() for one in WORDS.findall(page)}
    return found - {""}


def test_every_text_is_translated_and_no_other() -> None:
    assert set(VI) == texts()
    for text, translated in VI.items():
        assert sorted(re.findall(r"\{\w+\}", translated)) == sorted(re.findall(r"\{\w+\}", text))


def test_as_the_window_says_it() -> None:
    with (WINDOW / "vi/LC_MESSAGES/gchat.po").open("rb") as file:
        catalogue = {one.id: one.string for one in read_po(file) if one.id and one.string}
    differ = {one for one in VI if one in catalogue and VI[one] != catalogue[one]}
    assert differ == set()


def test_texts_are_never_made_html_of() -> None:
    for path in Path(FOLDER).rglob("*.js"):
        program = path.read_text("utf-8")
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", program
        )
        assert not found, path
