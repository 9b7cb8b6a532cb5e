"""The office's report cycle: what "Định kỳ" without a cycle is proposed to mean, until a person confirms it.

Source: Decree 09/2019/NĐ-CP, Articles 12 and 13; the days of sending are the office's own (`reports` in the settings).
"""

from __future__ import annotations

from workflow.config import ReportSettings
from workflow.i18n import _
from workflow.rules import Data, Rule
from workflow.timing import MONTHS, Cycle, Kind, Timing


def cycle_timing(cycle: Cycle, reports: ReportSettings, *, data: Data | None = None, day: int = 0) -> Timing:
    """A duty of this cycle with the office's report days, or due on a `day` of each period's last month (of the week: 1 Monday)."""
    if cycle is Cycle.WEEKLY:
        rule = Rule(weeks=1, day=day)
    elif day:
        rule = Rule(months=MONTHS[cycle], day=day)
    else:
        over = data or Data(reports.data)
        rule = Rule(months=MONTHS[cycle], data=over, send_days=getattr(reports.send_days, cycle))
    return Timing(cycle, Kind.RECURRING, rules=(rule,), reasons=tuple(rule.said()))


def proposed(reports: ReportSettings, reporting: Timing | None) -> tuple[Timing, str]:
    """What an unnamed cycle is proposed to be, and whence: the directive's own reporting clause, else the office's cycle."""
    if reporting and reporting.rules:
        return reporting, _("the directive's own reporting clause: “{words}”", words=reporting.words)
    return cycle_timing(Cycle(reports.cycle), reports), _("the office's report cycle (reports.cycle in the settings)")
