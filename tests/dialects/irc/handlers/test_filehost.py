"""FILEHOST, https://github.com/ircv3/ircv3-specifications/pull/562"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gchat.config import AccountsConfig, Config, FilesConfig
from gchat.files.entry import Owner
from gchat.files.files import FolderFiles
from gchat.files.shelf import Shelf
from tests.support.peer import NOW
from tests.support.person import Person

CONFIG = Config(accounts=AccountsConfig(iterations=4096))
HOSTS = "draft/FILEHOST={0}/files soju.im/FILEHOST={0}/files"


def announced(answers: list[str]) -> str:
    words = " ".join(line for line in answers if line.startswith("005")).split()
    return " ".join(word for word in words if "FILEHOST" in word)


def with_files(person: Person, folder: Path, settings: FilesConfig) -> FolderFiles:
    person.node.files = files = FolderFiles(
        Shelf(folder), lambda job: job(), lambda job: job(), lambda: settings, lambda: NOW
    )
    return files


def test_a_token_is_given_to_who_may_send(tmp_path: Path) -> None:
    """FILEHOST: https://github.com/ircv3/ircv3-specifications/pull/562"""
    tuan = Person("Tuan", config=CONFIG)
    assert announced(tuan.welcome) == ""
    assert tuan.ask("FILEHOST TOKEN") == ["421 Tuan | FILEHOST | Unknown command"]
    files = with_files(tuan, tmp_path, FilesConfig(guests=False))
    assert announced(tuan.ask("VERSION")) == HOSTS.format("http://127.0.0.1:55555")
    assert tuan.ask("FILEHOST") == ["461 Tuan | FILEHOST | Not enough parameters"]
    assert tuan.ask("FILEHOST LIST") == [
        "FAIL FILEHOST | INVALID_PARAMS | LIST | The only word is TOKEN"
    ]
    assert tuan.ask("FILEHOST TOKEN") == [
        "FAIL FILEHOST | ACCOUNT_REQUIRED | TOKEN | Only users with an account can send files: "
        "register one first"
    ]
    tuan.ask("REGISTER * * :correct horse")
    (answer,) = tuan.ask("FILEHOST token")
    words = answer.split(" | ")
    assert words[0] == "FILEHOST TOKEN"
    owner = files.tokens.take(words[1], NOW)
    assert owner is not None
    assert owner.key == tuan.node.hub.accounts["tuan"].ident
    assert not owner.operator
    assert files.tokens.take(words[1], NOW) is None
    files._shelf.close()


def test_an_operator_and_a_guest(tmp_path: Path) -> None:
    """FILEHOST: https://github.com/ircv3/ircv3-specifications/pull/562"""
    tuan = Person("Tuan", config=CONFIG)
    files = with_files(tuan, tmp_path, FilesConfig())
    user = tuan.node.hub.user(tuan.peer.uid)
    user.modes = frozenset({*user.modes, "o"})
    token = tuan.ask("FILEHOST TOKEN")[0].split(" | ")[1]
    assert files.tokens.take(token, NOW) == Owner("boot-1", operator=True)
    files._shelf.close()


def test_the_address_that_an_operator_names(tmp_path: Path) -> None:
    """FILEHOST: https://github.com/ircv3/ircv3-specifications/pull/562"""
    config = replace(CONFIG, files=FilesConfig(address="https://chat.example"))
    tuan = Person("Tuan", config=config)
    files = with_files(tuan, tmp_path, config.files)
    assert announced(tuan.ask("VERSION")) == HOSTS.format("https://chat.example")
    tuan.node.config = replace(config, files=FilesConfig())
    tuan.peer.base = ""
    assert announced(tuan.ask("VERSION")) == ""
    files._shelf.close()
