"""Agencies as the record knows them: the list, the card of one, its life with those before and after; read without the mapper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from workflow.errors import BadInput
from workflow.i18n import _
from workflow.periods import show_day, show_days
from workflow.queries import AsOf, tally
from workflow.register.kinds import KIND_LABELS, LEVEL_LABELS, Kind, say_manner
from workflow.snapshot import Row, Snapshot, stored

_SUCCESSIONS = """select s.id, s.batch, s.kind, s.effective_on, s.basis, s.tasks, s.note, s.applied_at, s.applied_by, s.undone_at,
    f.code as former_code, f.name as former, h.code as heir_code, h.name as heir,
    (select count(*) from handover p where p.succession_id = s.id and p.occurrence_id is not null) as duties
    from succession s join agency f on f.id = s.former_id join agency h on h.id = s.heir_id"""


def successions(view: Snapshot, agency_id: int | None = None) -> list[Row]:
    """The successions in force, of one agency or all, in the order in which they took effect."""
    where = "and (s.former_id = :agency or s.heir_id = :agency)" if agency_id else ""
    args = {"agency": agency_id} if agency_id else {}
    return view.rows(f"{_SUCCESSIONS} where s.undone_at is null {where} order by s.effective_on, s.id", **args)


def agencies(view: Snapshot, as_of: AsOf, *, ended: bool = False) -> list[Row]:
    """The agencies of the day (`ended`: all) with who answers for each and how much it owes."""
    owed = {row["code"]: row for row in tally(view, as_of, "agency")}
    points: dict[int, list[str]] = {}
    for row in view.rows(
        """select agency_id, name, email from focal_point where (valid_from is null or valid_from <= :today)
        and (valid_to is null or valid_to >= :today) order by id""",
        today=as_of.day,
    ):
        points.setdefault(row["agency_id"], []).append(f"{row['name']} <{row['email']}>")
    rows = view.rows(
        "select id, code, name, kind, mailbox, valid_from as valid_from_on, valid_to as valid_to_on from agency order by kind, name, id"
    )
    day = as_of.day
    rows = [row for row in rows if ended or (row["valid_from_on"] or day) <= day <= (row["valid_to_on"] or day)]
    for row in rows:
        counts = owed.get(row["code"], {})
        row["focal_points"] = points.get(row["id"], [])
        row["open"] = (counts.get("open_in_time") or 0) + (counts.get("overdue") or 0)
        row["overdue"] = counts.get("overdue") or 0
    return rows


def card(view: Snapshot, agency_id: int, as_of: AsOf) -> Row:
    """What the register says of an agency, who answers for it on the day, what it owes, who came before and after it."""
    found = view.rows(
        """select a.id, a.code, a.name, a.short_name, a.kind, a.level, a.identifier, a.scheme, a.mailbox, a.deputy_mailbox, a.head_mailbox, a.language,
          a.working_hours, a.link_policy, a.valid_from as valid_from_on, a.valid_to as valid_to_on, a.source, p.code as parent_code, p.name as parent
        from agency a left join agency p on p.id = a.parent_id where a.id = :agency""",
        agency=agency_id,
    )
    if not found:
        raise BadInput("No agency is known as “{words}”. Near: {near}.", words=str(agency_id), near="–")
    one = found[0]
    one["aliases"] = view.rows(
        """select l.words, l.source, s.name as scope from agency_alias l left join agency s on s.id = l.scope_id
        where l.agency_id = :agency order by l.id""",
        agency=agency_id,
    )
    one["focal_points"] = view.rows(
        """select name, position, email, valid_from as valid_from_on, valid_to as valid_to_on from focal_point
        where agency_id = :agency order by id""",
        agency=agency_id,
    )
    owed = [row for row in tally(view, as_of, "agency") if row["code"] == one["code"]]
    one["open"] = sum((row["open_in_time"] or 0) + (row["overdue"] or 0) for row in owed)
    one["overdue"] = sum(row["overdue"] or 0 for row in owed)
    every = successions(view, agency_id)
    one["before"] = [row for row in every if row["heir_code"] == one["code"]]
    one["after"] = [row for row in every if row["former_code"] == one["code"]]
    return one


def card_lines(one: Row, day: date) -> Iterator[str]:
    """The card of an agency on a terminal."""
    yield f"{one['name']} ({one['code']})"
    yield ""
    short = "; ".join(filter(None, [one["short_name"], *(_alias(row) for row in one["aliases"])]))
    kind = ", ".join(
        _(label) for label in (KIND_LABELS[Kind(one["kind"])], one["level"] and LEVEL_LABELS[one["level"]]) if label
    )
    facts = {
        _("Other names"): short,
        _("Kind"): kind,
        _("Belongs to"): one["parent"] and f"{one['parent']} ({one['parent_code']})",
        _("Existed"): _span(one["valid_from_on"], one["valid_to_on"]),
        _("Identifier"): one["identifier"] and " – ".join(filter(None, [one["identifier"], one["scheme"]])),
        _("Mailbox"): "; ".join(filter(None, [one["mailbox"], one["deputy_mailbox"]])),
        _("Mailbox of the head"): one["head_mailbox"],
        _("Language"): one["language"],
        _("Working hours"): one["working_hours"],
        _("Rule for links"): one["link_policy"],
        _("Source"): one["source"],
    }
    for title, value in facts.items():
        if value:
            yield f"{title + ':':18} {value}"
    titled = _("Focal point") + ":"
    for point in one["focal_points"]:
        now = (point["valid_from_on"] or date.min) <= day <= (point["valid_to_on"] or date.max)
        span = _span(point["valid_from_on"], point["valid_to_on"])
        position = f", {point['position']}" if point["position"] else ""
        yield f"{titled:18} {point['name']} <{point['email']}>{position}" + ("" if now else f" ({span})")
    owes = _("Owes") + ":"
    yield f"{owes:18} " + _("{open} open, {overdue} overdue", open=one["open"], overdue=one["overdue"])
    yield from _followed(one["before"], _("Before it"))
    yield from _followed(one["after"], _("After it"))


def _followed(rows: list[Row], title: str) -> Iterator[str]:
    if rows:
        yield ""
        yield title
        yield from (f"  {succession_words(row)}" for row in rows)


def succession_words(row: Row) -> str:
    """A succession in one line: who, how, to whom, since when, on what basis."""
    return _(
        "{former} ({former_code}) → {heir} ({heir_code}): {kind}, from {day} on, {basis}",
        former=row["former"],
        former_code=row["former_code"],
        heir=row["heir"],
        heir_code=row["heir_code"],
        kind=say_manner(row["kind"]),
        day=show_day(row["effective_on"]),
        basis=row["basis"],
    )


def history(view: Snapshot, agency_id: int) -> Row:
    """What happened to an agency: its successions, and every entry of the history about it."""
    one = view.rows(
        "select id, code, name, valid_from as valid_from_on, valid_to as valid_to_on from agency where id = :a",
        a=agency_id,
    )[0]
    one["successions"] = successions(view, agency_id)
    one["entries"] = view.rows(
        "select at as at_at, actor, act, before, after, reason from audit_entry where subject = :code and occurrence_id is null order by id",
        code=one["code"],
    )
    return one


def history_lines(one: Row, zone: str) -> Iterator[str]:
    """The life of an agency on a terminal."""
    from workflow.audit_words import say_act
    from workflow.register.entry import TITLES

    span = _span(one["valid_from_on"], one["valid_to_on"])
    yield f"{one['name']} ({one['code']})" + (f", {span}" if span else "")
    yield ""
    for row in one["successions"]:
        yield f"  {succession_words(row)}; " + _("{n} open periods passed", n=row["duties"])
    for entry in one["entries"]:
        at = entry["at_at"].astimezone(ZoneInfo(zone))
        act = say_act(entry["act"])
        yield f"  {at:%d/%m/%Y %H:%M}  {act}  {entry['actor']}" + (f": {entry['reason']}" if entry["reason"] else "")
        before, after = stored(entry["before"]), stored(entry["after"])
        for key, title in TITLES.items():
            if key in before and key in after:
                shown = _(title)
                yield f"{'':20}{shown}: {show_days(before[key] or '–')} → {show_days(after[key] or '–')}"


def _alias(row: Row) -> str:
    return (
        f"{row['words']} (" + _("in the documents of {name}", name=row["scope"]) + ")"
        if row["scope"]
        else str(row["words"])
    )


def _span(begins: date | None, ends: date | None) -> str:
    if begins and ends:
        return _("from {first} to {last}", first=show_day(begins), last=show_day(ends))
    if ends:
        return _("until {day}", day=show_day(ends))
    return _("from {day} on", day=show_day(begins)) if begins else ""
