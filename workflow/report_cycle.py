"""The office's report cycle: what "Định kỳ" without a cycle is proposed to mean, until a person confirms it.

Source: Decree 09/2019/NĐ-CP, Articles 12 and 13; the days of sending are the office's own (`reports` in the settings).
"""

from __future__ import annotations

from workflow.config import ReportSettings
from workflow.i18n import N_, _
from workflow.periods import MSGID, reason
from workflow.rules import Data, Rule
from workflow.timing import CYCLE_LABELS, MONTHS, Cycle, Kind, Timing

DATA_LABELS = {
    Data.ADMINISTRATIVE: N_("data from the 15th to the 14th (Decree 09/2019/NĐ-CP, Article 12)"),
    Data.STATISTICAL: N_("data of whole calendar months"),
}


def cycle_timing(cycle: Cycle, reports: ReportSettings, *, data: Data | None = None, day: int = 0) -> Timing:
    """A duty of this cycle with the office's report days, or due on a `day` of each period's last month (of the week: 1 Monday)."""
    if cycle is Cycle.WEEKLY:
        timing = Timing(cycle, Kind.RECURRING, rules=(Rule(weeks=1, day=day),))
        return timing.because(N_("A person set the cycle: {cycle}."), cycle=f"{MSGID}{CYCLE_LABELS[cycle]}")
    months = MONTHS[cycle]
    if day:
        timing = Timing(cycle, Kind.RECURRING, rules=(Rule(months=months, day=day),))
        return timing.because(
            N_("A person set the cycle: {cycle}; due on day {day} of each period's last month."),
            cycle=f"{MSGID}{CYCLE_LABELS[cycle]}",
            day=day,
        )
    over = data or Data(reports.data)
    rule = Rule(months=months, data=over, send_days=getattr(reports.send_days, cycle))
    told = reason(
        N_("A person set the cycle: {cycle}; {data}."),
        cycle=f"{MSGID}{CYCLE_LABELS[cycle]}",
        data=f"{MSGID}{DATA_LABELS[over]}",
    )
    return Timing(cycle, Kind.RECURRING, rules=(rule,), reasons=(told,))


def proposed(reports: ReportSettings, reporting: Timing | None) -> tuple[Timing, str]:
    """What an unnamed cycle is proposed to be, and whence: the directive's own reporting clause, else the office's cycle."""
    if reporting and reporting.rules:
        return reporting, _("the directive's own reporting clause: “{words}”", words=reporting.words)
    return cycle_timing(Cycle(reports.cycle), reports), _("the office's report cycle (reports.cycle in the settings)")
