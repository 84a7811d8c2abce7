"""What people read, in each language: all of it, and as it was compiled."""

from __future__ import annotations

import gettext
import string
from collections.abc import Callable, Iterator

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from client_gui import texts
from client_gui.texts import DOMAIN, FOLDER
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

LANGUAGES = texts.languages()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    texts.use("en")


def written() -> set[str]:
    """What stands in the code."""
    found = extract_from_dir(str(FOLDER.parent), keywords={"_": None, "n_": None})
    return {str(message) for _, _, message, *_ in found if message}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_is_vietnamese() -> None:
    assert "vi" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated_and_compiled(language: str) -> None:
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        catalogue = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    assert {text for text in written() if not catalogue.get(text)} == set(), "not translated"
    compiled = gettext.translation(DOMAIN, FOLDER, [language])
    for text, translated in catalogue.items():
        assert compiled.gettext(text) == translated, "the compiled file is old"
        assert placeholders(text) == placeholders(translated)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"LANGUAGE": "vi:en"}, "Hôm nay"),
        ({"LANGUAGE": "", "LC_ALL": "vi_VN.UTF-8"}, "Hôm nay"),
        ({"LANGUAGE": "", "LANG": "xx_XX"}, "Today"),
        ({"LANGUAGE": "", "LC_ALL": "C"}, "Today"),
    ],
)
def test_the_language_of_the_system(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    texts.use("")
    assert texts._("Today") == sentence


def test_the_language_that_the_desktop_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Tcl says it on Windows and macOS, where the environment says nothing."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    texts.use("", ["vi_vn", "vi"])
    assert texts._("Today") == "Hôm nay"
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    texts.use("", ["vi_vn", "vi"])
    assert texts._("Today") == "Today"


def test_the_window_in_vietnamese(server: ServerProcess, open_ui: Callable[..., Ui]) -> None:
    ui = open_ui(server.port, nick="Tuấn")
    ui.wait_for("Tuấn has connected to the chat room")
    ui.app.settings.language = "vi"
    texts.use("vi")
    ui.app.apply_settings()
    ui.type("/fly")
    ui.wait_until(lambda: "Không có lệnh /fly." in ui.lines()[-1])
    assert "đã kết nối" in ui.screen()
    assert ui.app.window.composer.button.cget("text") == "Gửi"
