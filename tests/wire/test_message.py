"""The message codec. https://modern.ircdocs.horse/#message-format"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.message import (
    Message,
    MessageError,
    MessageTooLong,
    check_client_line,
    encode,
    escape_tag,
    format_message,
    pack_words,
    parse,
    unescape_tag,
)


@pytest.mark.parametrize(
    ("command", "params", "line"),
    [
        ("CAP", ("x", "ACK", "sasl"), "CAP x ACK :sasl"),
        ("CAP", ("LS", "302"), "CAP LS 302"),
        ("QUIT", ("Quit",), "QUIT :Quit"),
        ("PART", ("#a", "bye"), "PART #a :bye"),
        ("PART", ("#a",), "PART #a"),
        ("KICK", ("#a", "Duy", "enough"), "KICK #a Duy :enough"),
        ("KICK", ("#a", "Duy"), "KICK #a Duy"),
        ("353", ("Tuan", "=", "#a", "@Tuan"), "353 Tuan = #a :@Tuan"),
        ("332", ("Tuan", "#a", "Plans"), "332 Tuan #a :Plans"),
        ("322", ("Tuan", "#a", "1", "Plans"), "322 Tuan #a 1 :Plans"),
        ("311", ("Tuan", "Duy", "~d", "h", "*", "Duy"), "311 Tuan Duy ~d h * :Duy"),
        ("301", ("Tuan", "Duy", "lunch"), "301 Tuan Duy :lunch"),
        ("302", ("Tuan", "Duy=+~d@h"), "302 Tuan :Duy=+~d@h"),
        ("319", ("Tuan", "Duy", "#a"), "319 Tuan Duy :#a"),
        ("730", ("Tuan", "Duy!~d@h"), "730 Tuan :Duy!~d@h"),
        ("AWAY", ("lunch",), "AWAY :lunch"),
        ("AWAY", (), "AWAY"),
        ("SETNAME", ("Duy",), "SETNAME :Duy"),
        ("JOIN", ("#a", "*", "Duy"), "JOIN #a * :Duy"),
        ("JOIN", ("#a",), "JOIN #a"),
        ("PONG", ("gchat.local", "x"), "PONG gchat.local :x"),
        ("FAIL", ("REDACT", "X", "no"), "FAIL REDACT X :no"),
        ("MODE", ("#a", "+o", "Duy"), "MODE #a +o Duy"),
        ("NICK", ("Duy",), "NICK Duy"),
        ("AUTHENTICATE", ("+",), "AUTHENTICATE +"),
        ("BATCH", ("+1", "chathistory", "#a"), "BATCH +1 chathistory #a"),
        ("324", ("Tuan", "#a", "+nt"), "324 Tuan #a +nt"),
        ("367", ("Tuan", "#a", "*!*@h", "Duy", "1"), "367 Tuan #a *!*@h Duy 1"),
    ],
)
def test_a_text_is_always_the_trailing_parameter(
    command: str, params: tuple[str, ...], line: str
) -> None:
    assert format_message(command, *params) == line


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ping", Message("PING")),
        ("PING a", Message("PING", ["a"])),
        (":srv 001 a :Hello  there", Message("001", ["a", "Hello  there"], "srv")),
        ("A b  c   :d", Message("A", ["b", "c", "d"])),
        ("A :", Message("A", [""])),
        ("A b :", Message("A", ["b", ""])),
        ("A ::b", Message("A", [":b"])),
        ("A b:c", Message("A", ["b:c"])),
        ("A b ", Message("A", ["b"])),
        ("A b : c :d", Message("A", ["b", " c :d"])),
        ("@a=1;b;+c=\\:\\s\\\\ :s A", Message("A", [], "s", {"a": "1", "b": "", "+c": "; \\"})),
        ("@a=1;a=2 A", Message("A", [], None, {"a": "2"})),
        ("@;;=x;k= A", Message("A", [], None, {"k": ""})),
        ("@a   :s   A", Message("A", [], "s", {"a": ""})),
    ],
)
def test_parse(line: str, message: Message) -> None:
    assert parse(line) == message


@pytest.mark.parametrize(
    "line", ["", " ", ":s", "@a", "@a :s ", ":", "@", "Ä", "A!", "A\0", "A\rb"]
)
def test_what_is_no_message(line: str) -> None:
    with pytest.raises(MessageError):
        parse(line)


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ((), "A"),
        (("b",), "A b"),
        (("b", "c d"), "A b :c d"),
        (("b", ""), "A b :"),
        (("b", ":c"), "A b ::c"),
    ],
)
def test_format(params: tuple[str, ...], line: str) -> None:
    assert format_message("A", *params) == line
    assert format_message("A", *params, source="s", tags={"t": "x;y", "u": ""}) == (
        f"@t=x\\:y;u :s {line}"
    )


@pytest.mark.parametrize(
    "params", [("a b", "c"), ("", "c"), (":a", "c"), ("a\r",), ("a\n",), ("\0",)]
)
def test_what_cannot_be_sent(params: tuple[str, ...]) -> None:
    with pytest.raises(MessageError):
        format_message("A", *params)


_TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))
_MIDDLE = _TEXT.filter(lambda s: s and " " not in s and s[0] != ":")
_KEY = st.from_regex(r"\+?[a-z0-9/.-]{1,20}", fullmatch=True)


@given(
    st.from_regex(r"[A-Z]{1,10}|[0-9]{3}", fullmatch=True),
    st.lists(_MIDDLE, max_size=5),
    _TEXT,
    st.dictionaries(
        _KEY, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=3
    ),
    st.none() | _MIDDLE,
)
def test_what_is_formatted_parses_to_the_same(
    command: str, middle: list[str], last: str, tags: dict[str, str], source: str | None
) -> None:
    line = format_message(command, *middle, last, source=source, tags=tags)
    assert parse(line) == Message(command, [*middle, last], source, tags)


@given(st.text())
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        message = parse(text)
    except MessageError:
        return
    assert message.command


@given(st.text(st.characters(exclude_characters="\0")))
def test_tag_values_survive_escaping(value: str) -> None:
    escaped = escape_tag(value)
    assert not set(escaped) & set("; \r\n")
    assert unescape_tag(escaped) == value


def test_dangling_and_unknown_escapes_lose_their_backslash() -> None:
    assert unescape_tag("a\\") == "a"
    assert unescape_tag("\\b\\n") == "b\n"


@pytest.mark.parametrize("line", [b"x" * 510, b"@" + b"t" * 4094 + b" " + b"x" * 510])
def test_client_lines_at_the_limit_and_past_it(line: bytes) -> None:
    check_client_line(line)
    with pytest.raises(MessageTooLong):
        check_client_line(line + b"x")
    with pytest.raises(MessageTooLong):
        check_client_line(line.replace(b"@t", b"@tt") if line[0:1] == b"@" else line + b"x")


def test_tags_without_a_body_are_bounded_too() -> None:
    with pytest.raises(MessageTooLong):
        check_client_line(b"@" + b"t" * 4096)


def test_encode_cuts_the_body_to_512_bytes_but_not_the_tags() -> None:
    assert len(encode("x" * 600)) == 512
    assert len(encode("@" + "t" * 1000 + " " + "x" * 600)) == 1002 + 512
    assert encode("é" * 300).decode().endswith("é\r\n")


@given(
    st.lists(
        st.text(
            st.characters(exclude_characters=" ", exclude_categories=["Cs"]), min_size=1, max_size=8
        )
    ),
    st.integers(32, 60),
)
def test_packed_words_fit_their_lines(words: list[str], limit: int) -> None:
    lines = pack_words(words, limit)
    assert " ".join(lines) == " ".join(words)
    assert all(len(line.encode()) <= limit for line in lines)
