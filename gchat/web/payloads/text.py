"""What was sent to a hook, as a text that people can read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from gchat.errors import GchatError
from gchat.web.payloads import alerts, github, slack
from gchat.web.payloads.values import Table

_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# a terminal or an IRC client would obey them; the last ones make text read in another order
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORM = "application/x-www-form-urlencoded"
_FIELD = b"payload="


class BadPayload(GchatError):
    """It cannot be understood; the text is a sentence for who wrote the program."""


def heard(headers: Mapping[str, str], body: bytes) -> str:
    """What is to be said: lines with LF between them, without control characters but tabs, no blank
    ones at the ends; "" where there is nothing to say. `headers` by their names in lower case.
    Raises BadPayload.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        raise BadPayload("Forms of several parts are not taken: send JSON or text.")
    event = headers.get("x-github-event", "")
    payload = _payload(kind, body, certain=bool(event))
    if payload is None:
        return readable(_decoded(body))
    if event:
        return readable(github.message(event, payload))
    if alerts.is_alerts(payload):
        return readable(alerts.message(payload))
    if slack.is_message(payload):
        return readable(slack.message(payload))
    raise BadPayload('This JSON says nothing that is known here: {"text": "…"} is.')


def _payload(kind: str, body: bytes, *, certain: bool) -> Table | None:
    """The JSON; `None` where it is text, as `curl -d` sends it too, which calls it a form. Raises
    BadPayload.
    """
    if kind == _FORM and body.startswith(_FIELD):
        value = _decoded(body.removeprefix(_FIELD))
        try:
            return _parsed(unquote_plus(value.partition("&")[0]))
        except BadPayload:
            return _parsed(value)  # nobody has encoded it
    if certain or kind == "application/json" or kind.endswith("+json"):
        return _parsed(_decoded(body))
    if body.lstrip()[:1] != b"{":
        return None
    try:
        payload = _parsed(_decoded(body))
    except BadPayload:
        return None
    return payload if alerts.is_alerts(payload) or slack.is_message(payload) else None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPayload("This is not UTF-8.") from None


def _parsed(text: str) -> Table:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise BadPayload("This is not valid JSON.") from None
    if not isinstance(found, dict):
        raise BadPayload("This JSON is no object.")
    return found


def readable(text: str) -> str:
    """A text as it may be said."""
    clean = _CONTROL.sub("", _BREAK.sub("\n", text)).encode("utf-8", "replace").decode()
    lines = [line.rstrip() for line in clean.split("\n")]
    return "\n".join(lines).strip("\n")
