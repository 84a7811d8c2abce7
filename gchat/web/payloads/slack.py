"""Messages as Slack's incoming webhooks take them, without their formatting.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
https://docs.slack.dev/messaging/formatting-message-text
https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gchat.web.payloads.values import Table, table, tables, text

_CODE_BLOCK = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_REFERENCE = re.compile(r"<([^<>\n]+)>")
# *bold*, _italic_, ~struck out~ and `code` around words, not within one
_MARKED = [
    re.compile(
        rf"(?<![^\W_])(?<!{mark}){mark}(?=\S)([^{mark}\n]*[^{mark}\s]){mark}(?![^\W_])(?!{mark})"
    )
    for mark in (r"\*", "_", "~", "`")
]
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def is_message(payload: Table) -> bool:
    """Whether it has what such a message has."""
    return any(key in payload for key in ("text", "attachments", "blocks"))


def message(payload: Table) -> str:
    """What it says; "" for nothing."""
    parts = [plain(text(payload, "text")) or "\n".join(_blocks(payload))]
    for attachment in tables(payload, "attachments"):
        parts.append("\n".join(_attachment(attachment)))
    return "\n".join(part for part in parts if part)


def plain(marked: str) -> str:
    """Slack's formatting as plain text: links with their addresses, names of people and rooms."""
    marked = _CODE_BLOCK.sub(r"\1", marked)
    marked = _REFERENCE.sub(lambda found: _reference(found[1]), marked)
    for pattern in _MARKED:
        marked = pattern.sub(r"\1", marked)
    for entity, char in _ENTITIES:
        marked = marked.replace(entity, char)
    return marked


def _reference(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!"):  # <!here>, <!subteam^ID|@name>, <!date^…|otherwise>
        return label or f"@{target[1:].partition('^')[0]}"
    if target.startswith(("@", "#")):
        return f"{target[0]}{(label or target[1:]).removeprefix(target[0])}"
    address = target.removeprefix("mailto:")
    return address if label in ("", address, target) else f"{label} ({target})"


def _attachment(attachment: Table) -> Iterator[str]:
    title, link = plain(text(attachment, "title")), text(attachment, "title_link")
    found = [
        plain(text(attachment, "pretext")),
        f"{title} ({link})" if title and link else title or link,
        plain(text(attachment, "text")),
        *(_field(field) for field in tables(attachment, "fields")),
        *_blocks(attachment),
    ]
    lines = [line for line in found if line]
    yield from lines or [plain(text(attachment, "fallback"))]


def _field(field: Table) -> str:
    title, value = plain(text(field, "title")), plain(text(field, "value"))
    return f"{title}: {value}" if title and value else title or value


def _blocks(payload: Table) -> Iterator[str]:
    for block in tables(payload, "blocks"):
        texts = [table(block, "text"), *tables(block, "fields"), *tables(block, "elements")]
        for one in texts:
            found = text(one, "text")
            if found:
                yield found if one.get("type") == "plain_text" else plain(found)
