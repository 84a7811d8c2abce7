"""Commands of one's own."""

from __future__ import annotations

import pytest

from client_gui.model.aliases import MOST, TEXT_LENGTH, Aliases, NoAlias
from client_gui.model.commands import COMMANDS


@pytest.fixture
def aliases() -> Aliases:
    return Aliases(
        [
            "hi /me waves to $1",
            "j /join",
            "both $2 and $1",
            "all [$*]",
            "id /msg NickServ IDENTIFY $1",
            "hello /hi $1",
            "loop /loop",
            "twice /twice $* $*",
        ]
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/hi Duy", "/me waves to Duy"),
        ("/HI Duy", "/me waves to Duy"),
        ("/hi", "/me waves to"),
        ("/j #python key", "/join #python key"),
        ("/both one two three", "two and one"),
        ("/all one  two", "[one  two]"),
        ("/hello Duy", "/me waves to Duy"),
        ("/me /hi", "/me /hi"),
        ("hi", "hi"),
        ("//hi Duy", "//hi Duy"),
        ("/unknown x", "/unknown x"),
        ("/all two\nlines", "[two\nlines]"),
    ],
)
def test_what_is_meant(aliases: Aliases, typed: str, meant: str) -> None:
    assert aliases.meant(typed) == meant


@pytest.mark.parametrize("typed", ["/loop", "/twice " + "x" * 9000])
def test_what_has_no_end(aliases: Aliases, typed: str) -> None:
    with pytest.raises(NoAlias, match="stands for itself"):
        aliases.meant(typed)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "x"),
        ("a/b", "x"),
        ("x" * 33, "x"),
        ("x", ""),
        ("x", "y" * (TEXT_LENGTH + 1)),
        ("id", "/msg NickServ IDENTIFY hunter2"),
        ("id", "/ns IDENTIFY $1 hunter2"),
        ("id", "/msg $1 IDENTIFY hunter2"),
        ("id", "/query $* register hunter2"),
        *((one, "x") for one in COMMANDS),
    ],
)
def test_what_is_none(name: str, text: str) -> None:
    aliases = Aliases()
    with pytest.raises(NoAlias):
        aliases.set("two words", text)
    with pytest.raises(NoAlias):
        aliases.set(name, text)
    assert aliases.kept == []
    assert Aliases([f"{name} {text}"]).kept == [], "nor out of a file"


def test_so_many_and_no_more() -> None:
    aliases = Aliases()
    for number in range(MOST):
        aliases.set(f"a{number}", "y" * TEXT_LENGTH)
    aliases.set("a0", "another")
    with pytest.raises(NoAlias, match="no more"):
        aliases.set("more", "x")
    aliases.remove("/A1")
    aliases.set("more", "x")
    with pytest.raises(NoAlias, match="no alias /a1"):
        aliases.remove("a1")
    assert Aliases(aliases.kept).kept == aliases.kept


def test_they_are_listed(aliases: Aliases) -> None:
    assert aliases.listed().splitlines()[:2] == ["/all: [$*]", "/both: $2 and $1"]
    assert Aliases().listed() == "There are no aliases. /alias NAME TEXT makes one."


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/id hunter2", "/id"),
        ("/ID hunter2", "/ID"),
        ("/hi Duy", None),
        ("/loop x", None),
        ("/msg NickServ IDENTIFY hunter2", "/msg NickServ IDENTIFY"),
        ("/alias id /msg NickServ IDENTIFY hunter2", "/alias id /msg NickServ IDENTIFY"),
        ("/alias id /msg $1 IDENTIFY hunter2", "/alias id /msg $1 IDENTIFY"),
        ("/alias hi /me waves", None),
    ],
)
def test_what_becomes_a_line_to_a_service_is_secret(
    aliases: Aliases, typed: str, shown: str | None
) -> None:
    found = aliases.secret_from(typed, "#lobby")
    assert (None if found is None else typed[:found]) == shown
