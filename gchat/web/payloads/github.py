"""Events of GitHub, and of Gitea and Forgejo, which send the same. What is of interest to machines
only is passed over.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Callable

from gchat.web.payloads.values import Table, line, table, tables, text

COMMITS_MOST = 5  # of a push, that are named
_SHA = 7  # characters of a commit's name
_REFS = ("refs/heads/", "refs/tags/")


def message(event: str, payload: Table) -> str:
    """A sentence about an event; "" for nothing that people want to know."""
    known = _EVENTS.get(event)
    said = known(payload) if known is not None else _other(event, payload)
    repository = line(payload, "repository", "full_name") or line(payload, "organization", "login")
    return f"[{repository}] {said}" if said and repository else said


def _who(payload: Table) -> str:
    return line(payload, "sender", "login") or "Somebody"


def _ref(ref: str) -> str:
    for prefix in _REFS:
        ref = ref.removeprefix(prefix)
    return ref


def _with_link(sentence: str, *links: str) -> str:
    return f"{sentence} {next(filter(None, links), '')}".rstrip()


def _ping(payload: Table) -> str:
    return f"Hello! {line(payload, 'zen')}".rstrip()


def _push(payload: Table) -> str:
    who, ref = _who(payload), text(payload, "ref")
    kind = "tag" if ref.startswith(_REFS[1]) else "branch"
    name = _ref(line(payload, "ref"))
    commits = tables(payload, "commits")
    if payload.get("deleted") is True:
        return f"{who} deleted the {kind} {name}"
    compare = line(payload, "compare") or line(payload, "compare_url")
    if not commits:
        return _with_link(f"{who} pushed the {kind} {name}", compare)
    count = "1 commit" if len(commits) == 1 else f"{len(commits)} commits"
    forced = "force-pushed" if payload.get("forced") is True else "pushed"
    lines = [_with_link(f"{who} {forced} {count} to {name}", compare)]
    for one in commits[:COMMITS_MOST]:
        author = line(one, "author", "username") or line(one, "author", "name")
        by = f" ({author})" if author and author != who else ""
        lines.append(f"{text(one, 'id')[:_SHA]} {line(one, 'message')}{by}")
    if len(commits) > COMMITS_MOST:
        lines.append(f"… and {len(commits) - COMMITS_MOST} more")
    return "\n".join(lines)


_CHANGES = {  # of a pull request or an issue, that people want to know
    "opened": "opened",
    "closed": "closed",
    "reopened": "reopened",
    "ready_for_review": "made ready for review",
    "transferred": "transferred",
}


def _pull_request(payload: Table) -> str:
    pull = table(payload, "pull_request")
    did = _CHANGES.get(text(payload, "action"), "")
    if did == "closed" and pull.get("merged") is True:
        did = "merged"
    return _changed(payload, did, "the pull request", pull)


def _issues(payload: Table) -> str:
    did = _CHANGES.get(text(payload, "action"), "")
    return _changed(payload, did, "the issue", table(payload, "issue"))


def _changed(payload: Table, did: str, what: str, one: Table) -> str:
    if not did:
        return ""
    number, title = line(one, "number"), line(one, "title")
    sentence = f"{_who(payload)} {did} {what} #{number}: {title}"
    return _with_link(sentence, line(one, "html_url"))


def _comment(payload: Table, about: Table, what: str) -> str:
    if text(payload, "action") not in ("created", "submitted"):
        return ""
    comment = table(payload, "comment") or table(payload, "review")
    did = {"approved": "approved", "changes_requested": "asked for changes in"}.get(
        text(comment, "state").lower(), "commented on"
    )
    body = line(comment, "body")
    said = f": {body}" if body else ""
    about_it = f"{what} #{line(about, 'number')} ({line(about, 'title')})"
    return _with_link(f"{_who(payload)} {did} {about_it}{said}", line(comment, "html_url"))


def _issue_comment(payload: Table) -> str:
    issue = table(payload, "issue")
    what = "the pull request" if table(issue, "pull_request") else "the issue"
    return _comment(payload, issue, what)


def _review(payload: Table) -> str:
    review = table(payload, "review")
    if text(review, "state").lower() == "commented" and not text(review, "body"):
        return ""  # its comments come by themselves
    return _comment(payload, table(payload, "pull_request"), "the pull request")


def _commit_comment(payload: Table) -> str:
    comment = table(payload, "comment")
    where = text(comment, "commit_id")[:_SHA]
    sentence = f"{_who(payload)} commented on {where}: {line(comment, 'body')}"
    return _with_link(sentence, line(comment, "html_url"))


def _release(payload: Table) -> str:
    if text(payload, "action") != "published":  # which comes with each of the others
        return ""
    release = table(payload, "release")
    name = line(release, "name") or line(release, "tag_name")
    return _with_link(f"{_who(payload)} released {name}", line(release, "html_url"))


def _made(payload: Table) -> str:
    return f"{_who(payload)} made the {line(payload, 'ref_type')} {_ref(line(payload, 'ref'))}"


def _deleted(payload: Table) -> str:
    return f"{_who(payload)} deleted the {line(payload, 'ref_type')} {_ref(line(payload, 'ref'))}"


def _workflow_run(payload: Table) -> str:
    return _finished(payload, table(payload, "workflow_run"), "The workflow")


def _silent(payload: Table) -> str:
    """Another event says it too."""
    return ""


def _check_run(payload: Table) -> str:
    return _finished(payload, table(payload, "check_run"), "The check")


_CONCLUSIONS = {
    "success": "succeeded",
    "failure": "failed",
    "cancelled": "was cancelled",
    "timed_out": "took too long",
    "action_required": "waits for somebody",
}


def _finished(payload: Table, run: Table, what: str) -> str:
    if text(payload, "action") != "completed":
        return ""
    outcome = _CONCLUSIONS.get(text(run, "conclusion"), "")
    if not outcome:
        return ""
    branch = line(run, "head_branch") or line(run, "check_suite", "head_branch")
    where = f" on {branch}" if branch else ""
    return _with_link(f"{what} {line(run, 'name')}{where} {outcome}", line(run, "html_url"))


def _status(payload: Table) -> str:
    state = line(payload, "state")
    if state == "pending":
        return ""
    said = line(payload, "description") or state
    sentence = f"{line(payload, 'context')}: {said} ({text(payload, 'sha')[:_SHA]})"
    return _with_link(sentence, line(payload, "target_url"))


def _deployment_status(payload: Table) -> str:
    status = table(payload, "deployment_status")
    state = line(status, "state")
    if state not in ("success", "failure", "error"):
        return ""
    where = line(status, "environment") or line(payload, "deployment", "environment")
    outcome = "succeeded" if state == "success" else "failed"
    link = line(status, "environment_url") or line(status, "target_url")
    return _with_link(f"The deployment to {where} {outcome}", link)


def _fork(payload: Table) -> str:
    return _with_link(f"{_who(payload)} made a fork", line(payload, "forkee", "html_url"))


def _star(payload: Table) -> str:
    return f"{_who(payload)} starred it" if text(payload, "action") == "created" else ""


def _other(event: str, payload: Table) -> str:
    name, action = event.replace("_", " ")[:50], line(payload, "action").replace("_", " ")
    return f"{_who(payload)}: {name} {action}".rstrip()


_EVENTS: dict[str, Callable[[Table], str]] = {
    "ping": _ping,
    "push": _push,
    "pull_request": _pull_request,
    "issues": _issues,
    "issue_comment": _issue_comment,
    "pull_request_review": _review,
    "pull_request_review_comment": lambda one: _comment(
        one, table(one, "pull_request"), "the pull request"
    ),
    "commit_comment": _commit_comment,
    "release": _release,
    "create": _made,
    "delete": _deleted,
    "workflow_run": _workflow_run,
    "workflow_job": _silent,
    "check_suite": _silent,
    "check_run": _check_run,
    "status": _status,
    "deployment_status": _deployment_status,
    "fork": _fork,
    "star": _star,
    "watch": _silent,
}
