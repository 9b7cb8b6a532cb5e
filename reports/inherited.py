"""What an agency inherited: every open period that passed to it, from whom, since when, on what basis, and how it stands."""

from __future__ import annotations

from reports.report import Report, Section
from workflow import listing
from workflow.access.viewing import visible
from workflow.history import entries
from workflow.i18n import _
from workflow.periods import show_day, show_period
from workflow.queries import AsOf, Wanted
from workflow.register.kinds import say_manner
from workflow.snapshot import Row, Snapshot
from workflow.standing import STANDING_SQL, say_standing, say_status
from workflow.terminal import Column


def rows(view: Snapshot, as_of: AsOf, heir_id: int, former_id: int | None = None) -> list[Row]:
    """One row for each open period that passed to the heir (from one former agency, if named), earliest deadline first."""
    one = "and s.former_id = :former" if former_id else ""
    return view.rows(
        f"""select o.id as occurrence_id, t.code, t.text, t.deliverable, d.code as directive, d.number, o.period, o.original_due_on, o.due_on, o.status,
          {STANDING_SQL} as standing, p.held as status_then, f.code as former_code, f.name as former, w.code as owner_code, h.code as heir_code,
          w.name as owner, s.kind, s.effective_on, s.basis, s.batch
        from handover p join succession s on s.id = p.succession_id join {as_of.occurrences(view)} o on o.id = p.occurrence_id
        join task t on t.id = o.task_id join directive d on d.id = t.directive_id join agency f on f.id = s.former_id join agency h on h.id = s.heir_id
        join agency w on w.id = o.agency_id
        where s.undone_at is null and s.effective_on <= :today and s.heir_id = :heir and {visible(view)} {one}
        order by s.effective_on, f.name, case when o.due_on is null then 1 else 0 end, o.due_on, d.id, t.position""",
        heir=heir_id,
        **({"former": former_id} if former_id else {}),
        **as_of.args(),
    )


def build(view: Snapshot, as_of: AsOf, heir_id: int, former_id: int | None = None) -> Report:
    """The report of a day: by former agency in figures, then every period."""
    found = rows(view, as_of, heir_id, former_id)
    heir = view.rows("select name from agency where id = :id", id=heir_id)[0]["name"]
    title = _("What {name} took over, as of {day}", name=heir, day=show_day(as_of.day))
    return Report(title, as_of.day, [_by_former(as_of, found), _periods(as_of, found)], entries.foot(view, as_of))


def _passed_on(row: Row) -> str:
    """Who owes it today, where the heir has passed it on."""
    return (
        ""
        if row["owner_code"] == row["heir_code"]
        else _("today {name} ({code})", name=row["owner"], code=row["owner_code"])
    )


def _lists(as_of: AsOf, former: str, heir: str) -> dict[str, str]:
    """The addresses of the lists behind the figures of one former agency."""
    passed = Wanted(former=former, heir=heir)
    told = {
        "submitted": {"status": "submitted"},
        "completed": {"status": "completed"},
        "overdue": {"standing": "overdue"},
    }
    return {"total": listing.address(as_of, passed)} | {
        name: listing.address(as_of, passed, **narrower) for name, narrower in told.items()
    }


def _by_former(as_of: AsOf, found: list[Row]) -> Section:
    former: dict[str, list[Row]] = {}
    for row in found:
        former.setdefault(row["former_code"], []).append(row)
    columns = (
        Column("former", _("Former agency"), wide=True),
        Column("kind", _("Manner")),
        Column("day", _("From")),
        Column("basis", _("Legal basis"), wide=True),
        Column("total", _("Taken over"), right=True),
        Column("submitted", _("Waiting for confirmation"), right=True),
        Column("completed", _("Done"), right=True),
        Column("overdue", _("Overdue"), right=True),
    )
    told = [
        {
            "former": f"{own[0]['former']} ({code})",
            "kind": say_manner(own[0]["kind"]),
            "day": show_day(own[0]["effective_on"]),
            "basis": own[0]["basis"],
            "total": len(own),
            **{status: sum(row["status"] == status for row in own) for status in ("submitted", "completed")},
            "overdue": sum(row["standing"] == "overdue" for row in own),
            "opens": _lists(as_of, code, own[0]["heir_code"]),
        }
        for code, own in former.items()
    ]
    note = "" if told else _("Nothing passed to it.")
    return Section(_("By former agency"), columns, told, note)


def _periods(as_of: AsOf, found: list[Row]) -> Section:
    columns = (
        Column("code", _("Task")),
        Column("text", _("What is to be done"), wide=True),
        Column("number", _("Directive")),
        Column("period", _("Period")),
        Column("due", _("Due")),
        Column("former", _("Former agency"), wide=True),
        Column("then", _("Status when taken over")),
        Column("now", _("Status now"), wide=True),
    )
    told = [
        {
            "code": row["code"],
            "text": row["text"],
            "number": row["number"],
            "period": show_period(row["period"]),
            "due": show_day(row["due_on"]) if row["due_on"] else _("no deadline"),
            "former": row["former"],
            "then": say_status(row["status_then"]),
            "now": "; ".join(
                filter(None, [f"{say_status(row['status'])}, {say_standing(row['standing'])}", _passed_on(row)])
            ),
            "opens": {"code": listing.card(as_of, row["code"])},
        }
        for row in found
    ]
    return Section(_("Open periods taken over"), columns, told, _("{n} open periods.", n=len(told)) if told else "")
