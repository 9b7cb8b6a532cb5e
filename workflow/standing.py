"""Status (what people did) and standing (what the calendar says), and the one rule that computes the second from the first.

Used alike by lists, letters, pages and reports: in Python by `standing`, in SQL by `STANDING_SQL`; a test holds the two equal.
Light on purpose: lists import it and nothing else of the record.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from workflow.i18n import N_, _


class Status(StrEnum):
    """What people did with an occurrence."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    COMPLETED = "completed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """What the calendar says of an occurrence on a day."""

    NO_DEADLINE = "no_deadline"
    UNDECIDED = "undecided"
    ON_TRACK = "on_track"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    NOT_COUNTED = "not_counted"


OPEN = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.RETURNED)
DONE = (Status.SUBMITTED, Status.COMPLETED)

STATUS_LABELS = {
    Status.NOT_STARTED: N_("not started"),
    Status.IN_PROGRESS: N_("in progress"),
    Status.SUBMITTED: N_("waiting for confirmation"),
    Status.RETURNED: N_("returned"),
    Status.COMPLETED: N_("completed"),
    Status.SUSPENDED: N_("suspended"),
    Status.CANCELLED: N_("cancelled"),
}

STANDING_LABELS = {
    Standing.NO_DEADLINE: N_("no deadline"),
    Standing.UNDECIDED: N_("deadline to be decided"),
    Standing.ON_TRACK: N_("on track"),
    Standing.DUE_SOON: N_("due soon"),
    Standing.DUE_TODAY: N_("due today"),
    Standing.OVERDUE: N_("overdue"),
    Standing.DONE_ON_TIME: N_("on time"),
    Standing.DONE_LATE: N_("late"),
    Standing.NOT_COUNTED: N_("not counted"),
}


def say_status(value: str) -> str:
    """A status in the current language."""
    return _(STATUS_LABELS[Status(value)])


def say_standing(value: str) -> str:
    """A standing in the current language."""
    return _(STANDING_LABELS[Standing(value)])


def standing(status: Status, due_on: date | None, submitted_on: date | None, today: date, soon_days: int) -> Standing:
    """Return the standing of an occurrence on a day.

    The due day belongs to the time allowed: done on it is on time, and open work is overdue from the day after.
    A result is judged by the day it was submitted, not by the day somebody confirmed it.
    """
    if status in (Status.SUSPENDED, Status.CANCELLED):
        return Standing.NOT_COUNTED
    if due_on is None:
        return Standing.NO_DEADLINE
    if status in DONE:
        return Standing.DONE_ON_TIME if submitted_on is None or submitted_on <= due_on else Standing.DONE_LATE
    days = (due_on - today).days
    if days < 0:
        return Standing.OVERDUE
    if days == 0:
        return Standing.DUE_TODAY
    return Standing.DUE_SOON if days <= soon_days else Standing.ON_TRACK


# The same rule over columns status, due_on, submitted_on and parameters :today and :soon (the day today + soon_days).
STANDING_SQL = """case
    when status in ('suspended', 'cancelled') then 'not_counted'
    when due_on is null then 'no_deadline'
    when status in ('submitted', 'completed') then
        case when submitted_on is null or submitted_on <= due_on then 'done_on_time' else 'done_late' end
    when due_on < :today then 'overdue'
    when due_on = :today then 'due_today'
    when due_on <= :soon then 'due_soon'
    else 'on_track' end"""
