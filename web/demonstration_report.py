"""The period report of the demonstration: figures stated, the third quarter called for, and at the end the report upward as a Word file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from reports import upward
from workflow.audit import By
from workflow.config import Settings
from workflow.database import Database
from workflow.directive import find_directive
from workflow.queries import AsOf
from workflow.reporting.call import call
from workflow.snapshot import snapshot
from workflow.targets.aim import read_aim
from workflow.targets.funding import state_money
from workflow.targets.indicator import state_indicator
from workflow.targets.money import Key, Source, Stage

CALLED, DUE, DRAFTED = date(2025, 9, 22), date(2025, 10, 10), date(2025, 10, 15)
PURPOSE = "Chuyển đổi số trong quản lý tài chính"
# In million đồng; two places of the plan state the local budget differently, which the report shows.
MONEY = (
    (Stage.PLANNED, Source.STATE, 1_200, ""),
    (Stage.PLANNED, Source.CENTRAL, 700, ""),
    (Stage.PLANNED, Source.LOCAL, 500, "mục IV"),
    (Stage.PLANNED, Source.LOCAL, 510, "phụ lục"),
    (Stage.ALLOCATED, Source.STATE, 640, ""),
    (Stage.PAID, Source.STATE, 415, ""),
)


def call_for(database: Database, at: datetime) -> None:
    """State an indicator and the money of the plan, and call for the reports of the third quarter."""
    how = {"by": By("Phòng Tài chính - Kế hoạch", "cli"), "at": at}
    with database.transaction() as session:
        plan = find_directive(session, "KH88")
        aim, unit = read_aim("từ 20 lớp trở lên")
        state_indicator(session, plan, "Số lớp tập huấn kỹ năng số", aim, unit=unit, until="2025", **how)  # type: ignore[arg-type]
        for stage, source, millions, place in MONEY:
            key = Key(PURPOSE, stage, "2025", "", source)
            state_money(session, plan, key, millions * 10**6, place=place, **how)  # type: ignore[arg-type]
        call(session, plan, "2025-Q3", due=DUE, today=at.date(), **how)  # type: ignore[arg-type]


def draft(settings: Settings, folder: Path) -> Path:
    """Write the report upward as it stood a few days after the reports were due."""
    file = folder / "bao-cao-quy-3.docx"
    as_of = AsOf(DRAFTED, settings.reminders.soon_days, settings.time_zone, past=True)
    with snapshot(settings.database.url) as view:
        upward.write(settings, view, as_of, upward.asked("KH88", "2025-Q3", "progress", ""), file)
    return file
