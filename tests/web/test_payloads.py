"""What programs send to hooks, as people read it. The examples are our own, in the shape that the
programs' documents give.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest

from gchat.web.payloads.alerts import ALERTS_MOST
from gchat.web.payloads.github import COMMITS_MOST
from gchat.web.payloads.slack import plain
from gchat.web.payloads.text import BadPayload, heard
from gchat.web.payloads.values import LINE_CHARACTERS

CURL = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


def said(payload: Any, **headers: str) -> str:
    return heard({**JSON, **headers}, json.dumps(payload).encode())


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        (CURL, b"deploy is done", "deploy is done"),
        (CURL, b"100% done & a=b+c", "100% done & a=b+c"),
        ({}, b"one\r\ntwo\n\n", "one\ntwo"),
        ({"content-type": "text/plain; charset=utf-8"}, "Chào\t😃".encode(), "Chào\t😃"),
        ({}, b"\xef\xbb\xbfhi", "hi"),
        ({}, b"\n \n", ""),
        ({}, b"", ""),
        ({}, b"\x01ACTION waves\x01 \x1b[2J\0red\x03", "ACTION waves [2Jred"),
        ({}, "a\u202eb\u2066c\u2028d\x85e".encode(), "abc\nd\ne"),
        (JSON, b'{"text": "hi"}', "hi"),
        (JSON, b'{"text": "\\ud800x\\ud83d\\ude03"}', "?x😃"),
        (CURL, b'{"text": "hi"}', "hi"),
        (CURL, b'{"text": ', '{"text":'),
        (CURL, b'{"other": 1}', '{"other": 1}'),
        (CURL, b"payload=" + quote_plus('{"text": "a + b & c"}').encode(), "a + b & c"),
        (CURL, b'payload={"text":"100% & more"}', "100% & more"),
        ({"content-type": "application/vnd.x+json"}, b'{"text": 5}', "5"),
        (JSON, b'{"text": ["a"], "attachments": 5, "blocks": {}}', ""),
    ],
)
def test_text_and_json(headers: dict[str, str], body: bytes, text: str) -> None:
    assert heard(headers, body) == text


@pytest.mark.parametrize(
    ("headers", "body", "why"),
    [
        (JSON, b"{", "This is not valid JSON."),
        (JSON, b"[" * 60_000, "This is not valid JSON."),
        (JSON, b'{"text": ' + b"9" * 5000 + b"}", "This is not valid JSON."),
        (JSON, b"[1]", "This JSON is no object."),
        (JSON, b"\xff", "This is not UTF-8."),
        (CURL, b"\xff", "This is not UTF-8."),
        (CURL, b"payload=hello", "This is not valid JSON."),
        (JSON, b'{"message": "hi"}', "This JSON says nothing that is known here"),
        ({**JSON, "x-github-event": "push"}, b"no", "This is not valid JSON."),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x", "Forms of several parts"),
    ],
)
def test_what_cannot_be_understood(headers: dict[str, str], body: bytes, why: str) -> None:
    with pytest.raises(BadPayload, match=why.replace("(", r"\(")):
        heard(headers, body)


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("*bold* _italic_ ~gone~ `code`", "bold italic gone code"),
        ("a*b*c snake_case_name 2*3 * 4", "a*b*c snake_case_name 2*3 * 4"),
        ("_*both*_", "both"),
        ("```\nmake\ntest\n```", "make\ntest"),
        ("<https://x.example|the log>", "the log (https://x.example)"),
        ("<https://x.example>", "https://x.example"),
        ("<https://x.example|https://x.example>", "https://x.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<@U1|tuan> <@U2> <#C1|music>", "@tuan @U2 #music"),
        ("<!here> <!subteam^S1|@ops> <!date^1^{date}|today>", "@here @ops today"),
        ("a &lt;b&gt; &amp;amp; c < d", "a <b> &amp; c < d"),
        ("*** ``` <|> < >", "*** ```   "),
    ],
)
def test_formatting_of_slack(marked: str, text: str) -> None:
    assert plain(marked) == text


def test_attachments_and_blocks_of_slack() -> None:
    payload = {
        "username": "x",
        "text": "*Build*",
        "attachments": [
            {
                "fallback": "not shown",
                "pretext": "first",
                "title": "Title",
                "title_link": "https://x.example/1",
                "text": "body",
                "fields": [{"title": "Branch", "value": "main"}, {"value": "alone"}, 5],
            },
            {"fallback": "instead"},
            "no attachment",
        ],
    }
    assert said(payload).split("\n") == [
        "Build",
        "first",
        "Title (https://x.example/1)",
        "body",
        "Branch: main",
        "alone",
        "instead",
    ]
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "*as it is*"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*one*"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "two"}, {"type": "image"}]},
        {"type": "divider"},
    ]
    assert said({"blocks": blocks}) == "*as it is*\none\ntwo"
    assert said({"blocks": blocks, "text": "instead"}) == "instead"


ALERT = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "instance": "db1:9100", "severity": "critical"},
    "annotations": {"summary": "3 % left\nof /var", "description": "longer"},
    "startsAt": "2026-01-01T00:00:00Z",
    "generatorURL": "http://prom.example/graph",
    "fingerprint": "1a",
}


def alertmanager(*alerts: Any, **more: Any) -> dict[str, Any]:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="DiskFull"}',
        "status": "firing",
        "receiver": "chat",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alerts.example",
        "alerts": list(alerts),
        **more,
    }


def test_alertmanager() -> None:
    gone = {**ALERT, "status": "resolved", "labels": {"alertname": "Down", "job": "web"}}
    assert said(alertmanager(ALERT, gone)).split("\n") == [
        "FIRING (critical): DiskFull on db1:9100: 3 % left http://prom.example/graph",
        "RESOLVED: Down on web: 3 % left http://prom.example/graph",
    ]
    many = said(alertmanager(*[ALERT] * (ALERTS_MOST + 2), truncatedAlerts=3)).split("\n")
    assert len(many) == ALERTS_MOST + 1
    assert many[-1] == "… and 5 more"
    assert len(said(alertmanager(*[ALERT] * ALERTS_MOST)).split("\n")) == ALERTS_MOST
    assert said(alertmanager({"labels": 5}, 7, truncatedAlerts="x")) == "ALERT"


def test_grafana() -> None:
    alert = {
        "status": "firing",
        "labels": {"alertname": "High CPU usage", "zone": "eu-1"},
        "annotations": {"description": "The CPU is busy"},
        "values": {"B": 44.2},
        "generatorURL": "https://graf.example/alerting/1/edit",
        "silenceURL": "https://graf.example/silence",
        "dashboardURL": "",
        "panelURL": "https://graf.example/d/1?viewPanel=2",
    }
    payload = {"receiver": "chat", "status": "firing", "orgId": 1, "title": "[FIRING:1]"}
    assert said({**payload, "alerts": [alert]}) == (
        "FIRING: High CPU usage: The CPU is busy https://graf.example/d/1?viewPanel=2"
    )
    assert said({**payload, "alerts": []}) == "[FIRING:1]"


def github(event: str, /, **payload: Any) -> str:
    base = {"repository": {"full_name": "an/app"}, "sender": {"login": "An"}}
    return said({**base, **payload}, **{"x-github-event": event})


COMMIT = {
    "id": "0123456789abcdef",
    "message": "Mend it\n\nlonger",
    "author": {"name": "An", "username": "An"},
}
PULL = {"number": 7, "title": "Faster", "html_url": "https://hub.example/7"}
RUN = {"name": "CI", "head_branch": "main", "html_url": "https://hub.example/run"}


@pytest.mark.parametrize(
    ("event", "payload", "sentence"),
    [
        ("ping", {"zen": "Keep it simple."}, "Hello! Keep it simple."),
        (
            "push",
            {"ref": "refs/heads/main", "commits": [COMMIT], "compare": "https://hub.example/c"},
            "An pushed 1 commit to main https://hub.example/c\n0123456 Mend it",
        ),
        (
            "push",
            {
                "ref": "refs/heads/a/b",
                "forced": True,
                "commits": [{**COMMIT, "author": {"name": "Binh"}}, {}],
            },
            "An force-pushed 2 commits to a/b\n0123456 Mend it (Binh)\n",
        ),
        ("push", {"ref": "refs/heads/x", "deleted": True}, "An deleted the branch x"),
        ("push", {"ref": "refs/tags/v1", "commits": []}, "An pushed the tag v1"),
        (
            "pull_request",
            {"action": "opened", "pull_request": PULL},
            "An opened the pull request #7: Faster https://hub.example/7",
        ),
        (
            "pull_request",
            {"action": "closed", "pull_request": {**PULL, "merged": True}},
            "An merged the pull request #7: Faster https://hub.example/7",
        ),
        ("pull_request", {"action": "synchronize", "pull_request": PULL}, ""),
        (
            "issues",
            {"action": "closed", "issue": PULL},
            "An closed the issue #7: Faster https://hub.example/7",
        ),
        ("issues", {"action": "labeled", "issue": PULL}, ""),
        (
            "issue_comment",
            {
                "action": "created",
                "issue": {**PULL, "pull_request": {"url": "x"}},
                "comment": {"body": "Good\nmore", "html_url": "https://hub.example/7#1"},
            },
            "An commented on the pull request #7 (Faster): Good https://hub.example/7#1",
        ),
        ("issue_comment", {"action": "edited", "issue": PULL}, ""),
        (
            "pull_request_review",
            {"action": "submitted", "pull_request": PULL, "review": {"state": "approved"}},
            "An approved the pull request #7 (Faster)",
        ),
        (
            "pull_request_review",
            {"action": "submitted", "pull_request": PULL, "review": {"state": "commented"}},
            "",
        ),
        (
            "pull_request_review_comment",
            {"action": "created", "pull_request": PULL, "comment": {"body": "why?"}},
            "An commented on the pull request #7 (Faster): why?",
        ),
        (
            "commit_comment",
            {"comment": {"commit_id": "0123456789", "body": "hm"}},
            "An commented on 0123456: hm",
        ),
        (
            "release",
            {"action": "published", "release": {"tag_name": "v1", "html_url": "https://r"}},
            "An released v1 https://r",
        ),
        ("release", {"action": "created", "release": {"tag_name": "v1"}}, ""),
        ("create", {"ref_type": "branch", "ref": "x"}, "An made the branch x"),
        ("delete", {"ref_type": "tag", "ref": "v1"}, "An deleted the tag v1"),
        (
            "workflow_run",
            {"action": "completed", "workflow_run": {**RUN, "conclusion": "failure"}},
            "The workflow CI on main failed https://hub.example/run",
        ),
        ("workflow_run", {"action": "requested", "workflow_run": RUN}, ""),
        (
            "workflow_run",
            {"action": "completed", "workflow_run": {**RUN, "conclusion": "skipped"}},
            "",
        ),
        (
            "check_run",
            {
                "action": "completed",
                "check_run": {
                    "name": "lint",
                    "conclusion": "success",
                    "check_suite": {"head_branch": "x"},
                },
            },
            "The check lint on x succeeded",
        ),
        ("check_suite", {"action": "completed"}, ""),
        (
            "status",
            {"state": "failure", "context": "ci", "sha": "0123456789", "target_url": "https://s"},
            "ci: failure (0123456) https://s",
        ),
        ("status", {"state": "pending"}, ""),
        (
            "deployment_status",
            {"deployment_status": {"state": "error", "environment": "live"}},
            "The deployment to live failed",
        ),
        ("deployment_status", {"deployment_status": {"state": "queued"}}, ""),
        ("fork", {"forkee": {"html_url": "https://f"}}, "An made a fork https://f"),
        ("star", {"action": "created"}, "An starred it"),
        ("star", {"action": "deleted"}, ""),
        ("watch", {"action": "started"}, ""),
        ("branch_protection_rule", {"action": "x_y"}, "An: branch protection rule x y"),
    ],
)
def test_github(event: str, payload: dict[str, Any], sentence: str) -> None:
    expected = f"[an/app] {sentence}".strip() if sentence else ""
    assert github(event, **payload) == expected


def test_a_large_push_and_long_titles() -> None:
    many = github("push", ref="refs/heads/main", commits=[COMMIT] * (COMMITS_MOST + 3)).split("\n")
    assert len(many) == COMMITS_MOST + 2
    assert many[-1] == "… and 3 more"
    long = {**PULL, "title": "x" * (LINE_CHARACTERS + 1)}
    found = github("issues", action="opened", issue=long)
    assert "x" * (LINE_CHARACTERS - 1) + "… " in found
    assert "x" * LINE_CHARACTERS not in found


def test_github_by_form() -> None:
    body = b"payload=" + quote_plus('{"zen": "a+b", "organization": {"login": "o"}}').encode()
    assert heard({**CURL, "x-github-event": "ping"}, body) == "[o] Hello! a+b"


@pytest.mark.parametrize("shape", [None, True, 5, "x", [], [5], {}, {"a": {}}])
def test_any_shape_is_taken(shape: Any) -> None:
    keys = ("commits", "pull_request", "issue", "comment", "review", "release", "ref", "action")
    for event in ("push", "pull_request", "issues", "issue_comment", "workflow_run", "status"):
        github(event, sender=shape, repository=shape, **dict.fromkeys(keys, shape))
    said(alertmanager(shape, {"labels": shape, "annotations": shape, "status": shape}))
    said({"text": shape, "attachments": [shape, {"fields": [shape]}], "blocks": [shape]})
