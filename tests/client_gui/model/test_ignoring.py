"""Of whom nothing is to be seen."""

from __future__ import annotations

import pytest

from client_gui.core import events
from client_gui.core.events import Kind, Said
from client_gui.core.folding import Fold
from client_gui.model.ignoring import MASK_LENGTH, MASKS_MOST, Ignored, mask_of
from client_gui.model.model import Model

FOLD = Fold("rfc1459")


def said(nick: str, text: str = "hi", room: str = "#lobby", host: str = "192.0.2.7") -> Said:
    return Said(room, nick, text, Kind.MESSAGE, own=False, source=f"{nick}!~u@{host}")


@pytest.mark.parametrize(
    ("typed", "mask"),
    [
        ("Duy", "Duy!*@*"),
        ("Duy!~d", "Duy!~d@*"),
        ("~d@192.0.2.1", "*!~d@192.0.2.1"),
        ("*@192.0.2.*", "*!*@192.0.2.*"),
        ("a!b@c", "a!b@c"),
        ("@c", "*!*@c"),
    ],
)
def test_what_is_meant(typed: str, mask: str) -> None:
    assert mask_of(typed) == mask


@pytest.mark.parametrize("typed", ["", "a b", "a,b", "x" * (MASK_LENGTH + 1)])
def test_what_is_none(typed: str) -> None:
    with pytest.raises(ValueError, match="no mask"):
        mask_of(typed)
    assert not Ignored().add(typed)


@pytest.mark.parametrize(
    ("mask", "source", "hidden"),
    [
        ("Duy", "DUY!~d@host", True),
        ("Duy", "Duyet!~d@host", False),
        ("Duy[x]", "duy{X}!~d@host", True),  # one name, on rfc1459
        ("Duy[x]", "Duyx!~d@host", False),
        ("*@192.0.2.*", "Lan!~l@192.0.2.99", True),
        ("*@192.0.2.*", "Lan!~l@192.0.3.99", False),
        ("D?y", "Dey!~d@host", True),
        ("D?y", "Dy!~d@host", False),
        ("*", "Lan!~l@host", True),
        ("*ab*ab*", "xababx!~l@host", True),
        ("*ab*ab*", "xabax!~l@host", False),
        ("a*aab!*", "aaab!u@h", True),
        ("a**b?c!*@h", "axbxc!u@h", True),
        ("a.c!*@*", "abc!u@h", False),
    ],
)
def test_whom_it_hides(mask: str, source: str, hidden: bool) -> None:
    assert Ignored([mask]).hides(source.partition("!")[0], source, FOLD) is hidden


@pytest.mark.parametrize("mask", ["*a*a*a*a*a*a*a*b", "*a?a*" * 30 + "b", "*?*?*?*?*b"])
def test_a_mask_that_nearly_fits_takes_no_longer(mask: str) -> None:
    """Whoever is not meant may choose their name so; a window would stand still for hours."""
    name = "a" * 500
    assert not Ignored([mask]).hides(name, f"{name}!a@{name}", FOLD)


def test_a_nickname_alone_is_known_by_a_nickname_alone() -> None:
    assert Ignored(["Duy"]).hides("duy", "", FOLD)
    assert not Ignored(["*@192.0.2.1"]).hides("duy", "", FOLD)


def test_so_many_and_no_more() -> None:
    ignored = Ignored(f"n{number}" for number in range(MASKS_MOST))
    assert len(ignored.masks) == MASKS_MOST
    assert ignored.add("n0"), "that one is there"
    assert not ignored.add("one more")
    assert not ignored.add("more")
    assert ignored.remove("N0", FOLD)
    assert not ignored.remove("N0", FOLD)
    assert not ignored.remove("a b", FOLD)
    assert ignored.add("more")


@pytest.fixture
def model() -> Model:
    made = Model("Tuan", "#lobby", lambda: 1.0)
    made.ignored.add("Duy")
    return made


def test_nothing_of_them_is_seen(model: Model) -> None:
    source = "Duy!~d@host"
    for event in (
        said("Duy"),
        said("Duy", room="Duy"),
        events.Typing("#lobby", "Duy", active=True, source=source),
        events.Invited("#x", "Duy", source),
        events.Reacted("#lobby", "Duy", "id1", "👍", source=source),
    ):
        assert model.apply(event) == []
    assert list(model.rooms) == ["#lobby"]
    assert model.rooms["#lobby"].lines == []
    assert model.apply(said("Lan")) != []


def test_nor_what_they_said_before(model: Model) -> None:
    past = (said("Duy", "one"), said("Lan", "two"), events.Redacted("#lobby", "Duy", "x"))
    model.apply(events.History("#lobby", past))
    assert [line.text for line in model.rooms["#lobby"].lines] == ["two"]
    model.searching = True
    model.apply(events.Found((said("Duy", "three"), said("Lan", "four"))))
    assert model.found is not None
    assert [one.text for one in model.found] == ["four"]


def test_what_we_say_ourselves_is_seen(model: Model) -> None:
    model.ignored.add("*")
    model.apply(Said("#lobby", "Tuan", "hi", Kind.MESSAGE, own=True))
    assert [line.text for line in model.rooms["#lobby"].lines] == ["hi"]
    model.apply(events.Reacted("#lobby", "Tuan", "id1", "👍", source="Tuan!~t@host"))
    model.apply(events.Reacted("#lobby", "Lan", "id1", "👍", source="Lan!~l@host"))
    assert model.rooms["#lobby"].reactions == {"id1": {"👍": {"Tuan": None}}}


def test_a_server_that_compares_names_otherwise(model: Model) -> None:
    model.ignored.add("[x]")
    model.apply(events.FoldChanged(Fold("ascii")))
    assert model.apply(said("{x}")) != []
    model.apply(events.FoldChanged(FOLD))
    assert model.apply(said("{X}")) == []
