"""The page in Chromium, with others in the room, over kills of the server."""

from __future__ import annotations

import json
import signal
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver.common.keys import Keys

from gchat.wire.sasl import Verifier
from tests.support.clients import IrcClient, LineClient, PlainClient, texts
from tests.support.process import ServerProcess, free_port
from tests.web.browser import HOSTS, PHONE, Page

NewPage = Callable[[], Page]
CAPS = ("message-tags", "server-time", "batch", "draft/chathistory", "echo-message")


def at(port: int, data: Path) -> ServerProcess:
    """A server at a port that was free, which keeps its messages."""
    return ServerProcess("--data", str(data), "--port", str(port)).start()


def has_sent(page: Page, count: int) -> bool:
    return len(page.sent()) == count


def test_nothing_is_missed_and_nothing_twice_over_a_kill(new_page: NewPage, tmp_path: Path) -> None:
    port = free_port()
    server = at(port, tmp_path)
    tuan, lan = new_page().open(port, "Tuan"), new_page().open(port, "Lan", HOSTS[1])
    duy = PlainClient(port, "Duy")
    duy.say("Hello from netcat")
    tuan.wait_for("Hello from netcat")
    tuan.type("Hello, Duy!")
    assert "Tuan: Hello, Duy!" in [duy.read_line(), duy.read_line()]
    for page in (tuan, lan):
        page.wait_for("Hello, Duy!")
    lan.type("half a sen", send=False)
    # a storm, and the server is killed in it: some have arrived, some are on their way
    tuan.js(
        """
        const field = document.getElementById('text');
        for (let n = 0; n < 30; n++) {
          field.value = `storm ${n}`;
          field.dispatchEvent(new Event('input'));
          document.getElementById('composer').requestSubmit();
        }
        """
    )
    lan.wait_for("storm 0")
    server.stop(signal.SIGKILL)
    tuan.wait_until(lambda: "not connected" in tuan.text("status"))
    tuan.type("typed while nobody answered")
    lan.wait_until(lambda: "not connected" in lan.text("status"))
    server = at(port, tmp_path)
    again = PlainClient(port, "Hoa")
    again.say("I was here first")
    everything = ["Hello from netcat", "Hello, Duy!", *(f"storm {n}" for n in range(30))]
    for page in (tuan, lan):
        page.connected()
        page.wait_for("I was here first")
        page.wait_for("typed while nobody answered")
        page.wait_until(partial(has_sent, page, len(everything) + 2))
        found = page.sent()
        assert sorted(found) == sorted(
            [*everything, "I was here first", "typed while nobody answered"]
        )
    assert lan.js("return document.getElementById('text').value") == "half a sen"
    irc = IrcClient(port, "Witness", *CAPS, join="#lobby")
    told = irc.ask("CHATHISTORY LATEST #lobby * 100")
    texts = [one.params[1] for one in told if one.command == "PRIVMSG"]
    assert sorted(texts) == sorted(found)
    server.stop()


def test_a_reload_keeps_what_was_typed(new_page: NewPage, tmp_path: Path) -> None:
    port = free_port()
    server = at(port, tmp_path)
    page = new_page().open(port, "Tuan")
    page.type("/join #music")
    page.wait_until(lambda: page.text("name") == "# music")
    server.stop(signal.SIGKILL)
    page.wait_until(lambda: "not connected" in page.text("status"))
    page.type("sent into the void")
    page.wait_for("sent into the void")
    page.type("a draft", send=False)
    page.js("dispatchEvent(new Event('pagehide'))")
    server = at(port, tmp_path)
    page.driver.get(f"http://127.0.0.1:{port}/")
    page.connected()
    page.click("[data-key='#music']")
    page.wait_until(lambda: page.sent() == ["sent into the void"])
    assert page.js("return document.getElementById('text').value") == "a draft"
    server.stop()


@pytest.mark.parametrize("size", [None, PHONE])
def test_what_people_do(
    new_page: NewPage, server: ServerProcess, size: tuple[int, int] | None
) -> None:
    page = new_page()
    if size:
        page.size(*size)
    page.open(server.port, "Tuan")
    lan = IrcClient(server.port, "Lan", *CAPS, "draft/message-redaction", join="#lobby")
    told = lan.ask("PRIVMSG #lobby :Tuan, are you `there`? https://ircv3.net/irc.")
    page.wait_for("Tuan, are you there? https://ircv3.net/irc.")
    assert page.js("return document.querySelector('.mention a').href") == "https://ircv3.net/irc"
    # a reply
    page.js("document.querySelector('#lines .mention').focus()")
    page.press("r")
    page.type("I am")
    answer = lan.until_that(lambda m: m.command == "PRIVMSG" and m.nick == "Tuan")[-1]
    msgid = next(m.tags["msgid"] for m in told if m.command == "PRIVMSG")
    assert answer.tags["+draft/reply"] == msgid
    # a reaction, from them and from us
    lan.ask(f"@+draft/react=❤️;+draft/reply={answer.tags['msgid']} TAGMSG #lobby")
    page.wait_until(lambda: page.js("return document.querySelector('.reactions')?.innerText"))
    page.click(".reactions button")
    ours = lan.until_that(lambda m: m.command == "TAGMSG" and m.nick == "Tuan")[-1]
    assert ours.tags["+draft/react"] == "❤️"
    page.wait_until(
        lambda: page.js("return document.querySelector('.reactions').innerText") == "❤️ 2"
    )
    # deleted
    lan.ask(f"REDACT #lobby {msgid}")
    page.wait_for("(deleted)")
    # typing, a direct message, unread
    lan.ask("@+typing=active TAGMSG #lobby")
    page.wait_until(lambda: page.text("typing") == "Lan is typing …")
    lan.ask("PRIVMSG Tuan :psst")
    page.wait_until(
        lambda: page.js("return document.querySelector('.badge.alert')?.innerText") == "1"
    )
    assert page.driver.title == "(1) #lobby · gchat"
    page.click("[data-key=lan]")
    page.wait_for("psst")
    assert page.driver.title == "Lan · gchat"
    # several lines
    page.find("text").send_keys("one")
    page.press(Keys.SHIFT, Keys.ENTER)
    page.type("two")
    page.wait_for("one\ntwo")
    # search
    page.click("[data-key='#lobby']")
    page.type("/search am")
    page.wait_until(lambda: "I am" in page.text("results"))


HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_hostile_text_stays_text(new_page: NewPage, server: ServerProcess) -> None:
    page = new_page().open(server.port, "Tuan")
    nick = "<s>&quot;{nick}"
    eve = IrcClient(server.port, nick, *CAPS, join="#lobby")
    eve.ask(f"JOIN #{HOSTILE.replace(' ', '/')}", f"TOPIC #lobby :{HOSTILE}", f"AWAY :{HOSTILE}")
    told = eve.ask(f'PRIVMSG #lobby :{HOSTILE} javascript:alert(3) https://x/"onmouseover=alert(4)')
    eve.ask(f"PRIVMSG #lobby :\x01ACTION {HOSTILE}\x01", f"NOTICE #lobby :{HOSTILE}")
    msgid = next(m.tags["msgid"] for m in told if m.command == "PRIVMSG")
    eve.ask(f"@+draft/react=<b>x</b>;+draft/reply={msgid} TAGMSG #lobby")
    eve.ask(f"@+draft/react=__proto__;+draft/reply={msgid} TAGMSG #lobby")
    eve.ask(f"@+draft/reply={msgid} PRIVMSG #lobby :{HOSTILE}", "@+typing=active TAGMSG #lobby")
    eve.ask(f"PRIVMSG Tuan :{HOSTILE}", f"INVITE Tuan #{HOSTILE.replace(' ', '/')}")
    page.wait_until(lambda: page.text("topic") == HOSTILE)
    page.wait_until(lambda: page.text("typing") == f"{nick} is typing …")
    page.wait_until(
        lambda: page.js("return document.querySelectorAll('.reactions button').length") == 2
    )
    page.type("/search onerror")
    page.wait_until(lambda: HOSTILE in page.text("results"))
    page.click("#open-join")
    page.wait_until(lambda: "alert(2)" in page.text("dialog"))
    page.js("document.getElementById('dialog').close()")
    page.js("document.querySelector('.quote').click()")
    page.js("[...document.querySelectorAll('#rooms .room')].at(-1).click()")
    page.wait_for(HOSTILE)
    eve.send(f"QUIT :{HOSTILE}")
    page.wait_until(lambda: "has left" in page.text("lines"))
    assert page.js("return document.scripts.length") == 1
    assert page.js("return document.querySelectorAll('img, iframe, s, [onmouseover]').length") == 0
    hrefs = page.js("return [...document.querySelectorAll('#lines a')].map(a => a.href)")
    assert all(one.startswith("https://") for one in hrefs)
    assert page.js("return document.cookie") == ""


def test_hostile_hooks_stay_text(new_page: NewPage, server: ServerProcess) -> None:
    """Whoever writes a commit's message or an alert's name writes what a hook says."""
    lan = IrcClient(server.port, "Lan", *CAPS, join="#room")
    lan.ask("NS REGISTER a-good-password", "CS REGISTER #room")
    page = new_page().open(server.port, "Tuan")
    page.type("/join #room")
    page.wait_until(lambda: page.text("name") == "# room" and page.text("count") == "2 people")
    name = "<b>\"x'&quot;{nick}<script>"
    told = texts(lan.ask(f"PRIVMSG ChanServ :HOOK ADD #room {name}"))
    address = next(word for line in told for word in line.split() if "/hook/" in word)
    slack = {"text": '<javascript:alert(1)|click> <https://x/"onmouseover=alert(2)|here>'}
    github = {"action": "opened", "issue": {"title": HOSTILE, "html_url": "javascript:alert(3)"}}
    alert = {"alerts": [{"labels": {"alertname": HOSTILE}, "generatorURL": "data:text/html,x"}]}
    for body, headers in (
        (HOSTILE, {}),
        (f"one\n{HOSTILE}\n\x1b[31m\u202ethree", {}),
        (json.dumps(slack), {"Content-Type": "application/json"}),
        (json.dumps(github), {"X-GitHub-Event": "issues"}),
        (json.dumps(alert), {"Content-Type": "application/json"}),
    ):
        with urlopen(Request(address, body.encode(), headers)) as answer:
            assert answer.read() == b"ok"
    page.wait_until(lambda: len(page.messages()) == 5)
    found = page.messages()
    assert found[:2] == [HOSTILE, f"one\n{HOSTILE}\n[31mthree"]
    assert found[2].startswith("click (javascript:alert(1)) here (https://x/")
    assert found[3].startswith(f"Somebody opened the issue #: {HOSTILE}")
    assert found[4].startswith(f"ALERT: {HOSTILE}")
    assert page.js("return document.querySelector('#lines .nick').textContent") == name
    page.type("/search onerror")
    page.wait_until(lambda: HOSTILE in page.text("results"))
    assert page.js("return document.scripts.length") == 1
    assert page.js("return document.querySelectorAll('img, b, [onmouseover]').length") == 0
    hrefs = page.js("return [...document.querySelectorAll('#lines a')].map(a => a.href)")
    assert all(one.startswith("https://") for one in hrefs)


def test_a_servers_password_is_asked_for_and_used_again(new_page: NewPage, tmp_path: Path) -> None:
    config = tmp_path / "gchat.toml"
    config.write_text(f'[server]\npassword = "{Verifier.make("open sesame", 4096)}"\n')
    port = free_port()
    server = ServerProcess("--config", str(config), "--port", str(port)).start()
    page = new_page()
    page.driver.get(f"http://127.0.0.1:{port}/")
    page.wait_until(lambda: page.js("return document.getElementById('welcome').open"))
    page.find("nick").send_keys("Tuan" + Keys.ENTER)
    typed = {"This server has a password.": "wrong", "Password incorrect": "open sesame"}
    for said, word in typed.items():
        page.wait_until(partial(lambda said: page.text("refused") == said, said))
        page.wait_until(lambda: page.js("return document.getElementById('welcome').open"))
        page.find("pass").send_keys(word + Keys.ENTER)
    page.connected()
    server.stop(signal.SIGKILL)
    page.wait_until(lambda: "not connected" in page.text("status"))
    server.start()
    page.connected()
    page.js("dispatchEvent(new Event('pagehide'))")
    assert "sesame" not in page.js("return JSON.stringify(localStorage)")
    server.stop()


def test_only_what_is_seen_is_in_the_document(new_page: NewPage, server: ServerProcess) -> None:
    lan = IrcClient(server.port, "Lan", *CAPS, join="#lobby")
    lan.ask(*(f"PRIVMSG #lobby :number {n}" for n in range(700)))
    page = new_page().open(server.port, "Tuan")
    page.wait_for("number 699")
    assert "number 0" not in page.messages()

    def up() -> bool:
        page.js("document.getElementById('log').scrollTop = 0")
        assert page.js("return document.getElementById('lines').childElementCount") < 300
        return "number 0" in page.messages()

    page.wait_until(up)
    found = page.messages()
    assert found[:50] == [f"number {n}" for n in range(50)]
    lan.ask("PRIVMSG #lobby :meanwhile")
    page.wait_until(lambda: page.text("jump") == "↓ 1 new")
    assert page.messages()[0] == "number 0"  # nothing has moved
    page.click("#jump")
    page.wait_for("meanwhile")
    assert page.messages()[-3:] == ["number 698", "number 699", "meanwhile"]


def test_a_flood_leaves_typing_usable(new_page: NewPage, server: ServerProcess) -> None:
    lan = IrcClient(server.port, "Lan", join="#lobby")
    page = new_page().open(server.port, "Tuan")
    text = "all of these letters are to arrive"
    for _ in range(3):  # a draft of several lines, which grows and shrinks as it is typed
        page.type("x", send=False)
        page.press(Keys.SHIFT, Keys.ENTER)
    lan.send(*(f"PRIVMSG #lobby :flood {n}" for n in range(4000)))
    page.type(text, send=False)
    assert page.js("return document.getElementById('text').value") == f"x\nx\nx\n{text}"
    page.wait_for("flood 3999")
    assert page.js("return document.getElementById('jump').hidden")  # still at the newest
    assert page.js("return document.getElementById('lines').childElementCount") < 300
    page.type("")
    page.wait_for(f"x\nx\nx\n{text}")


def test_an_account_is_made_by_a_form_and_used_again(
    new_page: NewPage, server: ServerProcess
) -> None:
    page = new_page().open(server.port, "Tuan")
    page.click("#open-settings")
    page.driver.find_element("css selector", "#dialog [type=password]").send_keys(
        "a-good-password\n"
    )
    page.wait_until(lambda: "The account Tuan is yours." in page.text("lines"))
    page.type("/join #music")
    page.wait_until(lambda: page.text("name") == "# music" and page.text("count") == "1 person")
    page.js("dispatchEvent(new Event('pagehide'))")
    assert "a-good-password" not in page.js("return JSON.stringify(localStorage)")
    page.driver.get(f"http://127.0.0.1:{server.port}/")
    page.wait_until(lambda: page.js("return document.getElementById('welcome').open"))
    assert page.js("return document.getElementById('nick').value") == "Tuan"
    page.js(
        """
        window.sent = [];
        const { send } = WebSocket.prototype;
        WebSocket.prototype.send = function (text) { sent.push(text); send.call(this, text); };
        """
    )
    page.find("password").send_keys("a-good-password\n")
    page.connected()
    sent = page.js("return sent.filter(one => one.startsWith('AUTHENTICATE'))")
    assert sent[0] == "AUTHENTICATE SCRAM-SHA-256"
    proofs = [b64decode(one.split()[1]) for one in sent[1:3]]
    assert proofs[0].startswith(b"n,,n=Tuan,r=")
    assert proofs[1].startswith(b"c=biws,r=")
    assert not any(b"password" in one for one in proofs)
    page.click("#open-settings")
    page.wait_until(lambda: "You are logged in as Tuan." in page.text("dialog"))


def test_a_connection_that_chromium_keeps_silent_is_not_prompted(
    new_page: NewPage, make_server: Callable[..., ServerProcess]
) -> None:
    """It opens two, and for a page whose files it has it needs only one. Later it uses the other
    one, and people at netcat are prompted all the same.
    """
    port, metrics = free_port(), free_port()
    flags = "--port", str(port)
    page, url = new_page(), f"http://127.0.0.1:{port}/"
    first = make_server(*flags)
    page.driver.get(url)
    page.wait_until(lambda: page.js("return document.getElementById('welcome').open"))
    first.stop()

    make_server(*flags, times_prompt=0.5, server_metrics=f"127.0.0.1:{metrics}")
    page.driver.get(url)
    with urlopen(f"http://127.0.0.1:{metrics}/metrics") as answer:
        assert b'gchat_connections{speaks="unknown"} 1.0' in answer.read()
    page.wait_until(lambda: page.js("return performance.now() > 1500"))
    page.js(
        """
        window.answers = []
        for (let n = 0; n < 8; n++)
          fetch(`/?${n}`, {cache: 'no-store'}).then(
            one => answers.push(one.status), error => answers.push(`${error}`))
        """
    )
    page.wait_until(lambda: page.js("return answers.length") == 8)
    assert page.js("return answers") == [200] * 8
    asked = page.js("return performance.now()")
    page.wait_until(lambda: page.js("return performance.now()") > asked + 1000)
    assert LineClient(port).read_line() == "Enter your nickname:"
