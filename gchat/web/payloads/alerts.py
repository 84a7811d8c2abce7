"""Alerts, as Alertmanager sends them, and Grafana, whose payload is made after that.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from __future__ import annotations

from gchat.web.payloads.values import Table, line, table, tables, text

ALERTS_MOST = 10  # that are said one by one

# labels that say where it is, the one that says the most first
_WHERE = ("instance", "host", "hostname", "pod", "node", "service", "job")
_WHAT = ("summary", "message", "description")
_LINKS = ("panelURL", "dashboardURL", "generatorURL")


def is_alerts(payload: Table) -> bool:
    """Whether it is such a payload."""
    return isinstance(payload.get("alerts"), list)


def message(payload: Table) -> str:
    """A line for each alert; "" for nothing."""
    alerts = tables(payload, "alerts")
    lines = [_alert(one) for one in alerts[:ALERTS_MOST]]
    more = len(alerts) - ALERTS_MOST
    cut = text(payload, "truncatedAlerts")
    more = max(more, 0) + (int(cut) if cut.isdecimal() and len(cut) < 10 else 0)
    if more:
        lines.append(f"… and {more} more")
    return "\n".join(one for one in lines if one) or line(payload, "title")


def _alert(alert: Table) -> str:
    labels, notes = table(alert, "labels"), table(alert, "annotations")
    state = line(alert, "status").upper() or "ALERT"
    severity = line(labels, "severity")
    name = line(labels, "alertname")
    where = next(filter(None, (line(labels, key) for key in _WHERE)), "")
    what = next(filter(None, (line(notes, key) for key in _WHAT)), "")
    link = next(filter(None, (line(alert, key) for key in _LINKS)), "")
    head = f"{state} ({severity})" if severity else state
    about = f"{name} on {where}" if name and where else name or where
    sentence = ": ".join(part for part in (head, about, what) if part)
    return f"{sentence} {link}".rstrip()
