"""Settings: what `config.yaml` may say, with defaults, types and where secrets come from.

The file's comments are the documentation; a test keeps the file and these defaults equal.
"""

from __future__ import annotations

import os
import re
import types
import typing
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from workflow.errors import BadInput


@dataclass(frozen=True)
class DatabaseSettings:
    url: str = "sqlite:///dondoc.db"
    wait_seconds: int = 30


@dataclass(frozen=True)
class OfficeSettings:
    name: str = "Văn phòng đôn đốc"
    monitor: str = ""
    mailbox: str = ""


@dataclass(frozen=True)
class TimingSettings:
    before_is_exclusive: bool = True
    horizon_days: int = 92


@dataclass(frozen=True)
class SendDays:
    weekly: int = 0
    monthly: int = 2
    quarterly: int = 2
    half_yearly: int = 2
    yearly: int = 2


@dataclass(frozen=True)
class ReportSettings:
    cycle: str = "quarterly"
    data: str = "administrative"
    send_days: SendDays = field(default_factory=SendDays)


@dataclass(frozen=True)
class ReminderSettings:
    before: tuple[int, ...] = (15, 7, 3, 1, 0)
    after: tuple[int, ...] = (1, 5, 10)
    then_every: int = 10
    last: int = 60
    soon_days: int = 7
    from_hour: int = 8
    to_hour: int = 17


@dataclass(frozen=True)
class LinkSettings:
    base_url: str = "http://127.0.0.1:8000"
    days: int = 14
    key_file: Path = Path("dondoc.key")


@dataclass(frozen=True)
class MailSettings:
    transport: str = "folder"
    folder: Path = Path("outbox")
    sender: str = "Đôn đốc nhiệm vụ <dondoc@localhost>"
    host: str = "localhost"
    port: int = 25
    security: str = "none"
    username: str = ""
    connections: int = 4
    timeout_seconds: int = 30
    retry_seconds: int = 300
    longest_retry_seconds: int = 4000
    give_up_days: int = 5

    @property
    def password(self) -> str:
        """The SMTP password, from the environment only."""
        return os.environ.get("DONDOC_SMTP_PASSWORD", "")


@dataclass(frozen=True)
class EvidenceSettings:
    folder: Path = Path("evidence")
    max_megabytes: int = 25
    max_files: int = 10


@dataclass(frozen=True)
class ResultSettings:
    confirmation: str = "required"
    deliverable: str = "mark"


@dataclass(frozen=True)
class ReadingSettings:
    max_megabytes: int = 50
    timeout_seconds: int = 300
    max_memory_megabytes: int = 1500


@dataclass(frozen=True)
class ScheduleSettings:
    tick: str = "*/5 * * * *"


@dataclass(frozen=True)
class WebSettings:
    host: str = "127.0.0.1"
    port: int = 8000
    open_lists: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything an office can set; paths are absolute once loaded."""

    language: str = "vi"
    time_zone: str = "Asia/Ho_Chi_Minh"
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    office: OfficeSettings = field(default_factory=OfficeSettings)
    timing: TimingSettings = field(default_factory=TimingSettings)
    reports: ReportSettings = field(default_factory=ReportSettings)
    reminders: ReminderSettings = field(default_factory=ReminderSettings)
    links: LinkSettings = field(default_factory=LinkSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    results: ResultSettings = field(default_factory=ResultSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    web: WebSettings = field(default_factory=WebSettings)


CHOICES = {
    "language": ("vi", "en"),
    "reports.cycle": ("weekly", "monthly", "quarterly", "half_yearly", "yearly"),
    "reports.data": ("administrative", "statistical"),
    "results.confirmation": ("required", "on_overdue_only", "none"),
    "results.deliverable": ("refuse", "mark"),
    "mail.transport": ("folder", "smtp"),
    "mail.security": ("none", "starttls", "tls"),
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
    "links.days": (1, 366),
    "mail.port": (1, 65535),
    "mail.connections": (1, 50),
    "mail.timeout_seconds": (1, 600),
    "mail.retry_seconds": (1, 86400),
    "mail.longest_retry_seconds": (1, 604800),
    "mail.give_up_days": (1, 60),
    "evidence.max_megabytes": (1, 1000),
    "evidence.max_files": (1, 100),
    "reading.max_megabytes": (1, 1000),
    "reading.timeout_seconds": (1, 3600),
    "reading.max_memory_megabytes": (200, 16000),
    "web.port": (1, 65535),
}


def load(path: Path | None = None) -> Settings:
    """Return the settings of `path`, or of $DONDOC_CONFIG, or of ./config.yaml, or the defaults.

    Raises BadInput naming the file, the key and the nearest known key.
    """
    named = path or (Path(os.environ["DONDOC_CONFIG"]) if os.environ.get("DONDOC_CONFIG") else None)
    file = named or Path("config.yaml")
    if named and not file.is_file():
        raise BadInput("There is no settings file {file}.", file=str(file))
    settings = read(file) if file.is_file() else Settings()
    url = os.environ.get("DONDOC_DATABASE_URL")
    if url:
        settings = replace(settings, database=replace(settings.database, url=url))
    return _anchored(settings, file.absolute().parent)


def read(file: Path) -> Settings:
    """Return the settings a YAML file states, defaults filled in, paths as written."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        stated = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput("{file} is not readable YAML: {error}", file=str(file), error=str(error)) from error
    settings: Settings = _build(Settings, stated or {}, str(file), "")
    _check(settings, str(file))
    return settings


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
    if not all(0 <= rung <= 366 for rung in (*settings.reminders.before, *settings.reminders.after)):
        raise wrong("reminders.before", "0 … 366")
    if not re.match(r"https?://[^/\s]+", settings.links.base_url):
        raise wrong("links.base_url", "http(s)://…")
    if not re.search(r"[^\s<>@]+@[^\s<>@]+>?$", settings.mail.sender):
        raise wrong("mail.sender", "Name <name@host>")
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


def _anchored(settings: Settings, home: Path) -> Settings:
    """Make the paths absolute, read from the folder of the settings file."""
    url = settings.database.url
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        url = f"sqlite:///{(home / url.removeprefix('sqlite:///')).resolve()}"
    return replace(
        settings,
        database=replace(settings.database, url=url),
        links=replace(settings.links, key_file=home / settings.links.key_file),
        mail=replace(settings.mail, folder=home / settings.mail.folder),
        evidence=replace(settings.evidence, folder=home / settings.evidence.folder),
    )
