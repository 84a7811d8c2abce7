"""What is said to services is never kept, and is shown without what may be secret."""

from __future__ import annotations

import pytest

from client_gui.core import events
from client_gui.core.events import Kind
from client_gui.model.lines import Fate
from client_gui.model.model import Model
from client_gui.model.services import is_secret, is_service, masked, secret_from
from client_gui.system import drafts


@pytest.mark.parametrize("name", ["NickServ", "chanserv", "AuthServ@services.net", "Q", "x"])
def test_services(name: str) -> None:
    assert is_service(name)


@pytest.mark.parametrize("name", ["#nickserv", "Duy", "service", "", "server", "qq"])
def test_no_services(name: str) -> None:
    assert not is_service(name)


@pytest.mark.parametrize(
    ("typed", "room", "shown"),
    [
        ("/msg NickServ REGISTER secret", "#lobby", "/msg NickServ REGISTER"),
        ("/MSG  nickserv  identify secret", "#lobby", "/MSG  nickserv  identify"),
        (" /msg NickServ IDENTIFY secret", "#lobby", " /msg NickServ IDENTIFY"),
        ("/query Q auth me secret", "#lobby", "/query Q auth"),
        ("/ns identify secret", "#lobby", "/ns identify"),
        ("/nickserv identify secret", "#lobby", "/nickserv identify"),
        ("/identify secret", "#lobby", "/identify"),
        ("/oper me secret", "#lobby", "/oper"),
        ("identify secret", "NickServ", "identify"),
        ("hello\n/msg NickServ identify secret", "#lobby", "hello\n/msg NickServ identify"),
    ],
)
def test_where_what_is_secret_begins(typed: str, room: str, shown: str) -> None:
    start = secret_from(typed, room)
    assert start is not None
    assert typed[:start] == shown
    assert "secret" in typed[start:]


@pytest.mark.parametrize(
    ("typed", "room"),
    [
        ("hello", "#lobby"),
        ("/msg Duy secret", "#lobby"),
        ("//msg NickServ secret", "#lobby"),
        ("nickserv is a service", "#lobby"),
        ("/me identifies", "#lobby"),
    ],
)
def test_what_is_no_secret(typed: str, room: str) -> None:
    assert not is_secret(typed, room)


def test_a_mask_leaves_the_command_only() -> None:
    assert masked("REGISTER secret a@b.example") == "REGISTER ••••"
    assert masked("HELP") == "HELP"
    assert masked(" ") == " "


def talk() -> Model:
    model = Model("Tuan", "#lobby", lambda: 5.0)
    model.apply(events.Registered("Tuan"))
    return model


@pytest.mark.parametrize("label", ["say1", "~1"])
def test_a_line_to_a_service_is_masked_and_counts_as_sent(label: str) -> None:
    it = talk()
    it.apply(events.Sending("NickServ", "REGISTER secret", Kind.MESSAGE, label))
    (line,) = it.rooms["nickserv"].lines
    assert (line.text, line.raw, line.fate) == ("REGISTER ••••", "", Fate.SENT)
    assert "secret" not in repr(it.rooms["nickserv"])
    receipt = label if label.startswith("say") else ""
    it.apply(
        events.Said("NickServ", "Tuan", "REGISTER secret", Kind.MESSAGE, own=True, label=receipt)
    )
    assert [str(one) for one in it.rooms["nickserv"].lines] == ["Tuan: REGISTER ••••"]
    it.gone()
    assert it.rooms["nickserv"].lines[0].fate is Fate.SENT
    assert drafts.of(it) == {}


def test_also_of_the_past_and_when_it_could_not_be_sent() -> None:
    it = talk()
    said = events.Said("NickServ", "Tuan", "IDENTIFY secret", Kind.MESSAGE, own=True, at=1.0)
    it.apply(events.History("NickServ", (said,)))
    it.apply(events.Sending("ChanServ", "OP secret", Kind.MESSAGE, "say2"))
    it.apply(events.NotSent("say2", "No such nickname"))
    it.apply(events.Unsent("NickServ", "IDENTIFY secret", Kind.MESSAGE, reason="Not sent"))
    assert "secret" not in repr(it.rooms)
    assert [str(one) for one in it.rooms["chanserv"].lines] == [
        "Tuan: OP ••••",
        "No such nickname",
    ]


@pytest.mark.parametrize(
    ("room", "draft"),
    [
        ("#lobby", "/msg NickServ REGISTER secret"),
        ("#lobby", "/ns identify x"),
        ("NickServ", "x y"),
    ],
)
def test_it_is_no_draft(room: str, draft: str) -> None:
    it = talk()
    it.room(room, direct=room[:1] != "#").draft = draft
    assert drafts.of(it) == {}
    it.rooms["#lobby"].draft = "hello"
    assert drafts.of(it)["#lobby"] == "hello"
