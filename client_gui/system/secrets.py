"""Passwords of accounts, in the system's keyring where there is one."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)

_SERVICE = "gchat"


def _name(host: str, port: int, account: str) -> str:
    return f"{account}@{host}:{port}"


def recall(host: str, port: int, account: str) -> str:
    """The password, "" where none is kept or nothing keeps it."""
    if not account:
        return ""
    try:
        import keyring  # noqa: PLC0415 - takes its time

        return keyring.get_password(_SERVICE, _name(host, port, account)) or ""
    except Exception as error:  # each backend has its own
        log.info("no keyring: %s", error)
        return ""


def keep(host: str, port: int, account: str, password: str) -> bool:
    """Keeps it; whether it is kept."""
    try:
        import keyring  # noqa: PLC0415

        keyring.set_password(_SERVICE, _name(host, port, account), password)
    except Exception as error:
        log.info("no keyring: %s", error)
        return False
    return True


def forget(host: str, port: int, account: str) -> None:
    """Takes it out, where it is kept."""
    if not account:
        return
    try:
        import keyring  # noqa: PLC0415

        keyring.delete_password(_SERVICE, _name(host, port, account))
    except Exception as error:
        log.info("not taken out of the keyring: %s", error)
