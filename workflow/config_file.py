"""Reading `config.yaml`: unknown keys, wrong types and values without sense are named with file, key and what was meant."""

from __future__ import annotations

import re
import types
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from workflow.address import is_address, named_address
from workflow.config import LONGEST_LOCAL_PART, OCCASIONS, Ladder, Settings
from workflow.errors import BadInput

CHOICES = {
    "language": ("vi", "en"),
    "reports.cycle": ("weekly", "monthly", "quarterly", "half_yearly", "yearly"),
    "reports.data": ("administrative", "statistical"),
    "results.confirmation": ("required", "on_overdue_only", "none"),
    "results.deliverable": ("refuse", "mark"),
    "weekly.weekday": ("mon", "tue", "wed", "thu", "fri"),
    "mail.transport": ("folder", "smtp"),
    "mail.security": ("none", "starttls", "tls"),
    "links.policy": ("open", "code", "login"),
    "inbox.kind": ("none", "imap", "maildir"),
    "inbox.security": ("none", "starttls", "tls"),
}


# Least and most of the figures; what lies outside makes no sense or would run for ever.
RANGES = {
    "database.wait_seconds": (0, 3600),
    "timing.horizon_days": (1, 1000),
    "reports.send_days.weekly": (0, 60),
    "reports.send_days.monthly": (0, 60),
    "reports.send_days.quarterly": (0, 60),
    "reports.send_days.half_yearly": (0, 60),
    "reports.send_days.yearly": (0, 60),
    "reminders.then_every": (0, 366),
    "reminders.last": (0, 1000),
    "reminders.soon_days": (0, 366),
    "reminders.from_hour": (0, 23),
    "reminders.to_hour": (1, 24),
    "reminders.listed": (1, 1000),
    "escalation.head": (0, 366),
    "escalation.monitor": (0, 366),
    "escalation.leader": (0, 366),
    "links.days": (1, 366),
    "mail.port": (1, 65535),
    "mail.connections": (1, 50),
    "mail.timeout_seconds": (1, 600),
    "mail.per_minute": (0, 100_000),
    "mail.round_seconds": (5, 3600),
    "schedule.late_minutes": (1, 10_080),
    "sign_in.hours": (1, 720),
    "sign_in.idle_minutes": (5, 43_200),
    "sign_in.token_days": (1, 3650),
    "mail.retry_seconds": (1, 86400),
    "mail.longest_retry_seconds": (1, 604800),
    "mail.give_up_days": (1, 60),
    "inbox.port": (1, 65535),
    "inbox.timeout_seconds": (1, 600),
    "inbox.max_megabytes": (1, 1000),
    "inbox.at_once": (1, 10_000),
    "inbox.answers_a_day": (0, 10_000),
    "evidence.max_megabytes": (1, 1000),
    "evidence.max_files": (1, 100),
    "reading.max_megabytes": (1, 1000),
    "reading.timeout_seconds": (1, 3600),
    "reading.max_memory_megabytes": (200, 16000),
    "web.port": (1, 65535),
}


def read(file: Path) -> Settings:
    """Return the settings a YAML file states, defaults filled in, paths as written."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        stated = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput("{file} is not readable YAML: {error}", file=str(file), error=str(error)) from error
    settings: Settings = _build(Settings, _with_ladders(stated or {}), str(file), "")
    _check(settings, str(file))
    return settings


def _with_ladders(stated: Any) -> Any:
    """A ladder for a kind of directive or an agency states only what differs from the office's: fill in the rest."""
    told = stated.get("reminders") if isinstance(stated, dict) else None
    if not isinstance(told, dict):
        return stated
    common = {f.name: told[f.name] for f in fields(Ladder) if f.name in told}
    filled = {
        name: {key: {**common, **own} if isinstance(own, dict) else own for key, own in told[name].items()}
        for name in ("kinds", "agencies")
        if isinstance(told.get(name), dict)
    }
    return {**stated, "reminders": {**told, **filled}}


def _build(kind: Any, stated: Any, file: str, where: str) -> Any:
    """Make a settings dataclass of a mapping; refuse unknown keys and wrong types."""
    if not isinstance(stated, dict):
        raise BadInput("{file}: {key} must be a group of settings.", file=file, key=where or "/")
    types_ = typing.get_type_hints(kind)
    known = [f.name for f in fields(kind)]
    values = {}
    for key, value in stated.items():
        path = f"{where}.{key}" if where else str(key)
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(str(key), known, 1)
            hint = near[0] if near else ", ".join(known)
            raise BadInput("{file}: there is no setting {key}. Did you mean {hint}?", file=file, key=path, hint=hint)
        values[key] = _value(types_[key], value, file, path)
    try:
        return kind(**values)
    except TypeError as error:
        raise BadInput("{file}: {key} is incomplete: {error}", file=file, key=where, error=str(error)) from error


def _value(kind: Any, value: Any, file: str, where: str) -> Any:
    if is_dataclass(kind):
        return _build(kind, value, file, where)
    if typing.get_origin(kind) is dict and isinstance(value, dict):
        inner = typing.get_args(kind)[1]
        return {str(key): _build(inner, stated, file, f"{where}.{key}") for key, stated in value.items()}
    if isinstance(kind, types.GenericAlias) and isinstance(value, list):
        return tuple(_value(typing.get_args(kind)[0], one, file, f"{where}[{i}]") for i, one in enumerate(value))
    if kind is Path and isinstance(value, str):
        return Path(value)
    plain = isinstance(kind, type) and not isinstance(kind, types.GenericAlias)
    if not plain or not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadInput(
            "{file}: {key} is {value!r}, which is not {kind}.",
            file=file,
            key=where,
            value=value,
            kind=getattr(kind, "__name__", str(kind)),
        )
    return value


def _check(settings: Settings, file: str) -> None:
    """Refuse values that have the right type and no sense."""

    def wrong(key: str, kind: str) -> BadInput:
        return BadInput(
            "{file}: {key} is {value!r}, which is not {kind}.", file=file, key=key, value=_at(settings, key), kind=kind
        )

    for key, allowed in CHOICES.items():
        if _at(settings, key) not in allowed:
            raise wrong(key, " | ".join(allowed))
    for key, (least, most) in RANGES.items():
        if not least <= _at(settings, key) <= most:
            raise wrong(key, f"{least} … {most}")
    own = {f"kinds.{name}": one for name, one in settings.reminders.kinds.items()}
    own |= {f"agencies.{name}": one for name, one in settings.reminders.agencies.items()}
    for where, one in {"": settings.reminders, **own}.items():
        if not all(0 <= rung <= 366 for rung in (*one.before, *one.after, one.then_every, one.last)):
            raise wrong("reminders.before" if not where else f"reminders.{where.split('.')[0]}", "0 … 366")
    if not set(settings.reminders.tell) <= set(OCCASIONS):
        raise wrong("reminders.tell", ", ".join(OCCASIONS))
    told = {key: [_at(settings, key)] for key in ("office.mailbox", "escalation.leader_mailbox", "inbox.address")}
    for key, addresses in {**told, "weekly.mailboxes": settings.weekly.mailboxes}.items():
        if not all(is_address(address) for address in addresses if address):
            raise wrong(key, "name@host")
    if not re.match(r"https?://[^/\s]+", settings.links.base_url):
        raise wrong("links.base_url", "http(s)://…")
    if not is_address(named_address(settings.mail.sender)[1]):
        raise wrong("mail.sender", "Name <name@host>")
    local = (settings.inbox.address or named_address(settings.mail.sender)[1]).partition("@")[0]
    if settings.inbox.kind != "none" and len(local) > LONGEST_LOCAL_PART:
        raise wrong("inbox.address", f"≤ {LONGEST_LOCAL_PART} … @host")
    if len(settings.schedule.tick.split()) != 5:
        raise wrong("schedule.tick", "* * * * *")
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(settings.time_zone)
    except Exception as error:
        raise BadInput(
            "{file}: {key} is {value!r}, which is not {kind}.",
            file=file,
            key="time_zone",
            value=settings.time_zone,
            kind="an IANA time zone",
        ) from error


def _at(settings: Settings, key: str) -> Any:
    """The value that a dotted key names."""
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value
