"""APScheduler behind one function: it only wakes a call; what is due stands in the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from workflow.errors import BadInput

log = logging.getLogger(__name__)


def clock_for(crontab: str, zone: str, call: Callable[[], object], *, background: bool = False) -> Any:
    """Return an APScheduler scheduler that makes `call` at the times of `crontab` (weekdays by name) in `zone`.

    A call that was missed is made at once when the process is back, once however many were missed.
    """
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.schedulers.blocking import BlockingScheduler
    from apscheduler.triggers.cron import CronTrigger

    if any(c.isdigit() for c in crontab.rsplit(maxsplit=1)[-1]):
        # APScheduler counts Monday as 0 and cron Sunday: numbers would silently mean another day.
        raise BadInput("schedule.tick: name the weekdays (mon-fri) instead of numbering them.")
    try:
        trigger = CronTrigger.from_crontab(crontab, timezone=zone)
    except ValueError as error:
        raise BadInput("schedule.tick: {text} is not a crontab: {error}", text=crontab, error=str(error)) from error
    scheduler = (BackgroundScheduler if background else BlockingScheduler)(timezone=zone)
    scheduler.add_job(_guarded(call), trigger, coalesce=True, max_instances=1, misfire_grace_time=None)
    return scheduler


def _guarded(call: Callable[[], object]) -> Callable[[], None]:
    def guarded() -> None:
        try:
            call()
        except Exception:  # the next wake-up is another chance; the clock itself must not die
            log.exception("the tick failed")

    return guarded
