"""Names of files, and what they are: hostile ones too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.files.entry import Entry, linked
from gchat.files.kinds import EXTENSIONS, PICTURES, kind_of
from gchat.files.names import NAME_BYTES, disposition, name_in, safe_name, slug


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("ảnh đẹp.png", "ảnh đẹp.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("/", "file"),
        ("", "file"),
        ("...", "file"),
        (".bashrc", "bashrc"),
        ("a\0b\r\nX: y.txt", "ab X_ y.txt"),
        ("a\u202egpj.exe", "agpj.exe"),  # RIGHT-TO-LEFT OVERRIDE: would be read as "aexe.jpg"
        ("a\u2066b\u200b.txt", "ab.txt"),
        ("  many   spaces  .txt ", "many spaces.txt"),
        ('<a href="x">|?*%41', "_a href=_x______41"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("console.txt", "console.txt"),
        ("a.txt. . ", "a.txt"),
        ("x" * 500 + ".png", "x" * (NAME_BYTES - 4) + ".png"),
        ("x." + "y" * 500, "x." + "y" * (NAME_BYTES - 2)),
        ("đ" * 500 + ".gif", "đ" * ((NAME_BYTES - 4) // 2) + ".gif"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_whatever_it_is_called(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= NAME_BYTES
    assert safe.isprintable()
    assert not set(safe) & set('/\\<>:"|?*%')
    assert safe_name(safe) == safe
    header = disposition(safe, shown=False)
    assert header.isascii()
    assert name_in(header) == safe
    for kind in ("", *EXTENSIONS):
        address = slug(safe, kind)
        assert address.isascii()
        assert address.replace(".", "").replace("-", "").replace("_", "").isalnum()
        assert len(address) < 80
        extension = address.rpartition(".")[2] if "." in address else ""
        own = extension in EXTENSIONS.get(kind, ())
        others = {one for ones in EXTENSIONS.values() for one in ones}
        assert own == bool(kind)
        assert kind or extension not in others


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", ""),
        ("attachment", ""),
        ('inline; filename="a b.png"', "a b.png"),
        ("inline; filename=plain.png", "plain.png"),
        (r'inline; filename="a\"b\\c.png"', 'a"b\\c.png'),
        ("inline; filename*=UTF-8''%E1%BA%A3nh.png; filename=\"anh.png\"", "ảnh.png"),
        ("inline; filename=\"anh.png\"; filename*=utf-8'vi'%E1%BA%A3nh.png", "ảnh.png"),
        ("inline; filename*=iso-8859-1''na%EFve.txt", "naïve.txt"),
        ("inline; filename*=UTF-8''%FF%FE", "\ufffd\ufffd"),
        ("inline; filename*=koi8-r''x; filename=y.txt", "y.txt"),
        ('inline; FILENAME="a.txt"', "a.txt"),
        ('inline; filename="' + "ảnh.png".encode().decode("latin-1") + '"', "ảnh.png"),
        ('inline; filename="na\xefve.txt"', "naïve.txt"),
        ('inline; filename="a.txt"; filename="b.txt"', "a.txt"),
        ('inline; filename="never ends', ""),
    ],
)
def test_what_a_header_calls_it(header: str, name: str) -> None:
    """RFC 6266 and RFC 8187, and what others send."""
    assert name_in(header) == name


@given(st.text())
def test_whatever_a_header_says(header: str) -> None:
    safe_name(name_in(header))


@pytest.mark.parametrize(
    ("name", "kind", "address"),
    [
        ("Ảnh Đà Nẵng.PNG", "image/png", "Anh-Da-Nang.png"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("photo.png", "image/jpeg", "photo.jpg"),
        ("evil.html", "image/gif", "evil.gif"),
        ("page.html", "", "page.html"),
        ("no-picture.png", "", "no-picture.png.bin"),
        ("日本.txt", "", "file.txt"),
        ("noextension", "", "noextension"),
    ],
)
def test_an_address_tells_the_truth(name: str, kind: str, address: str) -> None:
    assert slug(name, kind) == address


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"OggS" + b"\0" * 24 + b"OpusHead", "audio/ogg"),
        (b"OggS" + b"\0" * 24 + b"\x80theora", "video/ogg"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x20ftypheic", ""),
        (b"\x1a\x45\xdf\xa3....\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3....matroska", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", ""),
        (b"<!doctype html>", ""),
        (b"<?xml version='1.0'?>", ""),
        (b"%PDF-1.7", ""),
        (b"MZ", ""),
        (b"plain text", ""),
        (b"", ""),
    ],
)
def test_what_it_is(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind
    assert not kind or kind in EXTENSIONS
    assert set(PICTURES) < set(EXTENSIONS)


def test_links_in_a_text() -> None:
    one, other = "a" * 22, "b-_" + "b" * 19
    text = (
        f"see https://x/files/{one}/a.png and http://y/files/{other}, /files/short/a /files/{one}"
    )
    assert linked(text) == [one, other]
    assert linked(f"/files/{one}b") == []
    assert linked(f"/files/a-_1.{one}/a.png /files/.{one}/a /files/{one}.") == [f"a-_1.{one}", one]
    entry = Entry(one, "ảnh.png", "image/png", 1, "", "", "", 0)
    assert linked(f"https://x{entry.path}") == [one]
