"""Files on the page, in Chromium: sent by button, paste and drop; pictures within the messages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.support.clients import IrcClient
from tests.support.files import ask, picture, send, token
from tests.support.process import ServerProcess
from tests.web.browser import HOSTS, PHONE, Page

NewPage = Callable[[], Page]
CAPS = ("message-tags", "batch", "draft/message-redaction", "echo-message", "draft/chathistory")
# Gives the page a file as the browser does: `how` is "paste" or "drop".
HAND_OVER = """
    const [how, name, kind, text] = arguments;
    const bytes = Uint8Array.from(atob(text), one => one.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, {type: kind}));
    if (how === 'paste')
      document.getElementById('text').dispatchEvent(
        new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    else
      for (const step of ['dragover', 'drop'])
        document.getElementById('log').dispatchEvent(
          new DragEvent(step, {dataTransfer: data, bubbles: true, cancelable: true}));
"""


def hand_over(page: Page, how: str, data: bytes, name: str, kind: str = "") -> None:
    """Pastes or drops a file."""
    page.js(HAND_OVER, how, name, kind, base64.b64encode(data).decode())


def pick(page: Page, *paths: Path) -> None:
    """Chooses files, as the button lets people do."""
    page.wait_until(lambda: not page.js("return document.getElementById('attach').hidden"))
    page.find("pick").send_keys("\n".join(map(str, paths)))


def draft(page: Page) -> str:
    """What is typed and not sent."""
    found: str = page.js("return document.getElementById('text').value")
    return found


def uploads(page: Page) -> list[str]:
    """What is said of files on their way, one text for each."""
    found: list[str] = page.js(
        "return [...document.querySelectorAll('.upload')].map(one => one.innerText)"
    )
    return found


def images(page: Page) -> list[int]:
    """The widths of the pictures in the transcript, 0 of those that have not come."""
    found: list[int] = page.js(
        "return [...document.querySelectorAll('#lines img')].map(one => one.naturalWidth)"
    )
    return found


@pytest.mark.parametrize("size", [None, PHONE])
def test_sent_and_seen(
    new_page: NewPage, server: ServerProcess, tmp_path: Path, size: tuple[int, int] | None
) -> None:
    tuan, lan = new_page(), new_page()
    if size:
        tuan.size(*size)
    tuan.open(server.port, "Tuan")
    lan.open(server.port, "Lan", HOSTS[1])
    image, report = tmp_path / "Ảnh đẹp.png", tmp_path / "report.pdf"
    image.write_bytes(picture("PNG", (300, 200)))
    report.write_bytes(b"%PDF-1.7 what there is to read")
    tuan.type("look:", send=False)
    pick(tuan, image, report)
    tuan.wait_until(lambda: draft(tuan).count("/files/") == 2)
    assert len(uploads(tuan)) == 2
    start, one, other = draft(tuan).split()
    assert start == "look:"
    assert one.startswith(f"http://127.0.0.1:{server.port}/files/")
    assert one.endswith("/Anh-dep.png")
    assert other.endswith("/report.pdf")
    tuan.find("text").send_keys(Keys.ENTER)
    for page in (tuan, lan):
        page.wait_for(f"look: {one} {other}")
    tuan.wait_until(lambda: images(tuan) == [300])
    assert uploads(tuan) == []
    # it opens by itself, in a page that can do nothing
    href = tuan.js("return document.querySelector('#lines .picture').href")
    assert href == one
    found = ask(server.port, "GET", other.partition(f":{server.port}")[2])
    assert found.headers["content-disposition"] == 'attachment; filename="report.pdf"'


def test_pasted_and_dropped(new_page: NewPage, server: ServerProcess) -> None:
    page = new_page().open(server.port, "Tuan")
    page.wait_until(lambda: not page.js("return document.getElementById('attach').hidden"))
    hand_over(page, "paste", picture("JPEG"), "image.png", "image/png")
    page.wait_until(lambda: draft(page).endswith(".jpg "))
    hand_over(page, "drop", b"<script>alert(1)</script>", "<b>.html", "text/html")
    page.wait_until(lambda: draft(page).endswith(".html "))
    assert page.js("return document.querySelectorAll('.upload b').length") == 0
    page.find("text").send_keys(Keys.ENTER)
    page.wait_until(lambda: images(page) == [40])


def test_taken_out_before_it_is_sent(new_page: NewPage, server: ServerProcess) -> None:
    page = new_page().open(server.port, "Tuan")
    page.wait_until(lambda: not page.js("return document.getElementById('attach').hidden"))
    hand_over(page, "paste", picture(), "a.png", "image/png")
    page.wait_until(lambda: draft(page).endswith(".png "))
    where = draft(page).strip().partition(f":{server.port}")[2]
    assert ask(server.port, "GET", where).status == 200
    page.click(".upload button")
    page.wait_until(lambda: ask(server.port, "GET", where).status == 404)
    assert (draft(page), uploads(page)) == ("", [])


def test_stopped_on_its_way(new_page: NewPage, make_server: Callable[..., ServerProcess]) -> None:
    server = make_server()
    page = new_page().open(server.port, "Tuan")
    network = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", network)
    page.wait_until(lambda: not page.js("return document.getElementById('attach').hidden"))
    hand_over(page, "drop", bytes(2_000_000), "large.bin")
    page.wait_until(lambda: page.js("return document.querySelector('.upload progress')?.value > 0"))
    page.click(".upload button")
    page.wait_until(lambda: uploads(page) == [])
    network["uploadThroughput"] = -1
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", network)
    page.driver.execute_cdp_cmd("Network.disable", {})
    hand_over(page, "drop", b"small", "small.txt")
    page.wait_until(lambda: draft(page).endswith("small.txt "))
    assert "large" not in draft(page)


def test_what_is_refused_is_said(
    new_page: NewPage, make_server: Callable[..., ServerProcess]
) -> None:
    server = make_server(files_file_bytes=1000, files_account_bytes=1500)
    page = new_page().open(server.port, "Tuan")
    page.wait_until(lambda: not page.js("return document.getElementById('attach').hidden"))
    hand_over(page, "drop", bytes(1001), "large.bin")
    page.wait_until(lambda: "at most 1000 B" in "".join(uploads(page)))
    hand_over(page, "drop", b"", "empty.bin")
    page.wait_until(lambda: "empty" in "".join(uploads(page)[1:]))
    for name in ("one.bin", "two.bin"):
        hand_over(page, "drop", bytes(900), name)
    page.wait_until(lambda: "no more room" in "".join(uploads(page)))
    assert draft(page).count("/files/") == 1
    complaints = page.complaints()
    assert len(complaints) == 1
    assert "507" in complaints[0]


def test_who_needs_an_account_is_told(
    new_page: NewPage, make_server: Callable[..., ServerProcess]
) -> None:
    server = make_server(files_guests=False)
    page = new_page().open(server.port, "Tuan")
    page.wait_until(lambda: not page.js("return document.getElementById('attach').hidden"))
    hand_over(page, "drop", b"data", "a.txt")
    page.wait_until(lambda: "Only people with an account" in "".join(uploads(page)))


def test_without_files_there_is_no_button(
    new_page: NewPage, make_server: Callable[..., ServerProcess]
) -> None:
    server = make_server(files_enabled=False)
    page = new_page().open(server.port, "Tuan")
    page.type("hello")
    page.wait_for("hello")
    assert page.js("return document.getElementById('attach').hidden")
    hand_over(page, "paste", b"data", "a.txt")
    assert uploads(page) == []


def test_only_pictures_of_this_server_are_shown(new_page: NewPage, server: ServerProcess) -> None:
    lan = IrcClient(server.port, "Lan", *CAPS, join="#lobby")
    here = f"http://127.0.0.1:{server.port}"
    shown = send(lan, picture("WEBP", (50, 60)), "a.webp").where
    fake = send(lan, b"<svg onload=alert(1)>", "fake.png").where
    elsewhere = "http://127.0.0.2:1" + shown
    many = [send(lan, picture(size=(9, n + 1)), "a.png").where for n in range(5)]
    said = lan.ask(
        f"PRIVMSG #lobby :{here}{shown}",
        f"PRIVMSG #lobby :{elsewhere} {here}{fake} {here}{fake.removesuffix('.bin')}",
        f"PRIVMSG #lobby :{' '.join(here + one for one in [many[0], *many])}",
    )
    page = new_page().open(server.port, "Tuan")
    page.wait_until(lambda: images(page)[:1] == [50])
    page.wait_until(lambda: "not there any more" in page.text("lines"))
    sources = page.js("return [...document.querySelectorAll('#lines img')].map(one => one.src)")
    assert sources == [here + one for one in (shown, *many[:4])], "at most four of one message"
    # taken back: gone for everybody
    msgid = next(m.tags["msgid"] for m in said if m.command == "PRIVMSG")
    lan.ask(f"REDACT #lobby {msgid}")
    page.wait_for("(deleted)")
    assert ask(server.port, "GET", shown).status == 404


def test_pictures_that_come_late_move_nothing(new_page: NewPage, server: ServerProcess) -> None:
    lan = IrcClient(server.port, "Lan", *CAPS, join="#lobby")
    where = send(lan, picture("PNG", (900, 2000)), "long.png").where
    here = f"http://127.0.0.1:{server.port}"
    lan.ask(*(f"PRIVMSG #lobby :{here}{where}#{n}" for n in range(30)), "PRIVMSG #lobby :the end")
    page = new_page().open(server.port, "Tuan")
    page.wait_for("the end")
    height = page.js("return document.getElementById('log').scrollHeight")
    page.wait_until(lambda: 900 in images(page))
    assert page.js("return document.getElementById('log').scrollHeight") == height
    page.js("document.getElementById('log').scrollTop = 0")
    page.wait_until(lambda: images(page)[0] == 900)
    assert page.js("return document.getElementById('log').scrollHeight") == height
    assert token(lan)
