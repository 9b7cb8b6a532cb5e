"""What every page needs: the office it speaks for, and one way to render a template."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from directives import intake
from notifications import mailer, outbox
from notifications.signing import KeyFile, Keys
from workflow.access.act_names import ACT_NAMES
from workflow.access.entry import SETTERS
from workflow.access.permits import PERMITS_OFFICE
from workflow.access.roles import say_role
from workflow.audit_words import say_act
from workflow.card import passed_words, reported, rollup_words
from workflow.config import Settings
from workflow.database import Database
from workflow.duties import showing
from workflow.evidence import EvidenceStore
from workflow.i18n import N_, _, language
from workflow.periods import show_day, show_period
from workflow.queries import AsOf, owner
from workflow.received import say_state
from workflow.register.kinds import say_manner
from workflow.standing import say_standing, say_status

DEEDS = {"grant": N_("agree"), "refuse": N_("do not agree")}  # the two ways to decide a request
log = logging.getLogger(__name__)
PATIENCE = 4  # seconds that whoever hands a document in waits for it to be read
KEPT = "x-dondoc-kept"  # tells `web.dress` that a page may be given again as long as the record stays the same


@dataclass(frozen=True)
class Office:
    """One office: its settings, record, keys, files and clock."""

    settings: Settings
    database: Database
    key_file: KeyFile
    evidence: EvidenceStore
    now: Callable[[], datetime]
    posting: threading.Lock = field(default_factory=threading.Lock)
    reading: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(2))
    drawing: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(2))

    @property
    def keys(self) -> Keys:
        """The signing keys as they are now."""
        return self.key_file.keys()

    def post(self) -> None:
        """Send the letters that answer what was just done; the rest leaves with the tick, and so do these where it fails."""
        if not self.posting.acquire(blocking=False):
            return  # whoever sends takes what has come meanwhile
        try:
            transport = mailer.for_office(self.settings, self.keys)
            outbox.deliver(self.database, transport, self.settings, clock=self.now, kinds=outbox.AT_ONCE)
        except Exception:
            log.exception("letters after an act")
        finally:
            self.posting.release()

    def read(self, number: int) -> None:
        """Read a received document in the background, two at a time, and wait for it a moment."""

        def work() -> None:
            with self.reading:
                intake.read(self.database, self.settings, self.evidence, number)

        worker = threading.Thread(target=work, name=f"reading-{number}", daemon=True)
        worker.start()
        worker.join(PATIENCE)

    def as_of(self, day: date | None = None, *, original: bool = False) -> AsOf:
        """The day a page speaks of."""
        return AsOf.at(self.now(), self.settings.time_zone, self.settings.reminders.soon_days, day, original=original)


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(_=_, language=language)
_environment.filters.update(
    day=show_day,
    period=show_period,
    status=say_status,
    standing=say_standing,
    act=say_act,
    rollup=rollup_words,
    passed=passed_words,
    reported=reported,
    asked=showing.asked_words,
    files=lambda size: f"{max(size // 1000, 1):,} kB".replace(",", "."),
    outcome=showing.outcome_words,
    part=showing.part_words,
    owner=owner,
    deed=lambda act: _(DEEDS.get(act) or ACT_NAMES[act]),
    capital=lambda words: words[:1].upper() + words[1:],
    role=say_role,
    manner=say_manner,
    state=say_state,
    translated=_,
)


def page(request: Request, template: str, *, status: int = 200, keep: bool = False, **context: Any) -> HTMLResponse:
    """Return a rendered page; one to `keep` follows from its address, the record, the day and the visitor alone."""
    office: Office = request.app.state.office
    zone = ZoneInfo(office.settings.time_zone)
    who = getattr(request.state, "visitor", None)
    secret = request.url.path.startswith(("/v/", "/sign-in/"))  # an address that is a permission stands in no page
    plain = secret or status >= 400  # and a page that says that there is nothing is the same for every address
    here = "/" if plain else request.url.path + (f"?{request.url.query}" if request.url.query else "")
    roles = who.person.roles if who and who.person else frozenset()
    html = _environment.get_template(template).render(
        moment=lambda at: f"{show_day(at.astimezone(zone).date())} {at.astimezone(zone):%H:%M}",
        office=office.settings.office,
        lists=office.settings.web.open_lists or bool(who and who.person),
        person=who.person if who else None,
        enters=bool(roles & PERMITS_OFFICE["import"]),
        oversees=bool(who and who.person and who.person.oversees),
        sets=bool(roles & SETTERS),
        seal=office.keys.signer("form").get_signature(who.seal).decode() if who else "",
        path="" if secret else "/" if plain else request.url.path,
        here=here,
        **{"problem": "", **context},
    )
    return HTMLResponse(html, status, {KEPT: "1"} if keep and status == 200 else None)
