"""Settings: what `config.yaml` may say, with defaults, types and where secrets come from.

The file's comments are the documentation; a test keeps the file and these defaults equal.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

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
class LetterheadSettings:
    """What stands at the head and the foot of letters on paper."""

    parent: str = ""
    name: str = ""
    suffix: str = ""
    place: str = ""
    verb: str = ""
    signature: tuple[str, ...] = ()
    signer: str = ""
    drafter: str = ""
    copies: tuple[str, ...] = ()
    templates: Path = Path("templates")


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
class Ladder:
    """The days, in working days around the due day, on which a letter says how a task stands."""

    before: tuple[int, ...] = (15, 7, 3, 1, 0)
    after: tuple[int, ...] = (1, 5, 10)
    then_every: int = 10
    last: int = 60
    urgent: bool = False


# What happens to a task that its people are told of.
OCCASIONS = ("new", "opens", "returned", "decided", "confirmed", "submitted", "asked", "parts")


@dataclass(frozen=True)
class ReminderSettings(Ladder):
    soon_days: int = 7
    from_hour: int = 8
    to_hour: int = 17
    tell: tuple[str, ...] = OCCASIONS
    listed: int = 40
    attach_calendar: bool = True
    kinds: dict[str, Ladder] = field(
        default_factory=lambda: {"Công điện": Ladder((3, 1, 0), (1,), then_every=1, urgent=True)}
    )
    agencies: dict[str, Ladder] = field(default_factory=dict)


@dataclass(frozen=True)
class EscalationSettings:
    head: int = 5
    monitor: int = 10
    leader: int = 20
    leader_mailbox: str = ""


@dataclass(frozen=True)
class WeeklySettings:
    mailboxes: tuple[str, ...] = ()
    weekday: str = "mon"


@dataclass(frozen=True)
class LinkSettings:
    base_url: str = "http://127.0.0.1:8000"
    policy: str = "open"
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
    per_minute: int = 0
    round_seconds: int = 240
    retry_seconds: int = 300
    longest_retry_seconds: int = 4000
    give_up_days: int = 5

    @property
    def password(self) -> str:
        """The SMTP password, from the environment only."""
        return os.environ.get("DONDOC_SMTP_PASSWORD", "")


# What the 64 characters of RFC 5321 leave beside the tag that names a letter: +r, 26 characters of it, 16 of a signature.
LONGEST_LOCAL_PART = 64 - 2 - 26 - 16


@dataclass(frozen=True)
class InboxSettings:
    kind: str = "none"
    address: str = ""
    host: str = "localhost"
    port: int = 993
    security: str = "tls"
    username: str = ""
    folder: str = "INBOX"
    path: Path = Path("inbox")
    timeout_seconds: int = 30
    max_megabytes: int = 40
    at_once: int = 200
    answers_a_day: int = 20

    @property
    def password(self) -> str:
        """The IMAP password, from the environment only."""
        return os.environ.get("DONDOC_IMAP_PASSWORD", "")


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
    late_minutes: int = 60


@dataclass(frozen=True)
class SignInSettings:
    mail: bool = True
    hours: int = 12
    idle_minutes: int = 120
    token_days: int = 365
    header: str = ""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    issuer: str = ""
    client_id: str = ""

    @property
    def client_secret(self) -> str:
        """The secret that the OpenID provider gave, from the environment only."""
        return os.environ.get("DONDOC_OIDC_SECRET", "")


@dataclass(frozen=True)
class WebSettings:
    host: str = "127.0.0.1"
    port: int = 8000
    open_lists: bool = False
    metrics: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything an office can set; paths are absolute once loaded."""

    language: str = "vi"
    time_zone: str = "Asia/Ho_Chi_Minh"
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    office: OfficeSettings = field(default_factory=OfficeSettings)
    letterhead: LetterheadSettings = field(default_factory=LetterheadSettings)
    timing: TimingSettings = field(default_factory=TimingSettings)
    reports: ReportSettings = field(default_factory=ReportSettings)
    reminders: ReminderSettings = field(default_factory=ReminderSettings)
    escalation: EscalationSettings = field(default_factory=EscalationSettings)
    weekly: WeeklySettings = field(default_factory=WeeklySettings)
    links: LinkSettings = field(default_factory=LinkSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    inbox: InboxSettings = field(default_factory=InboxSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    results: ResultSettings = field(default_factory=ResultSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    web: WebSettings = field(default_factory=WebSettings)
    sign_in: SignInSettings = field(default_factory=SignInSettings)


def load(path: Path | None = None) -> Settings:
    """Return the settings of `path`, or of $DONDOC_CONFIG, or of ./config.yaml, or the defaults.

    Raises BadInput naming the file, the key and the nearest known key.
    """
    named = path or (Path(os.environ["DONDOC_CONFIG"]) if os.environ.get("DONDOC_CONFIG") else None)
    file = named or Path("config.yaml")
    if named and not file.is_file():
        raise BadInput("There is no settings file {file}.", file=str(file))
    settings = Settings()
    if file.is_file():
        from workflow.config_file import read

        settings = read(file)
    url = os.environ.get("DONDOC_DATABASE_URL")
    if url:
        settings = replace(settings, database=replace(settings.database, url=url))
    return _anchored(settings, file.absolute().parent)


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
        inbox=replace(settings.inbox, path=home / settings.inbox.path),
        evidence=replace(settings.evidence, folder=home / settings.evidence.folder),
        letterhead=replace(settings.letterhead, templates=home / settings.letterhead.templates),
    )
