"""What a letter on paper says: head, addressees, the list of the tasks by agency, signature – for the template that gives it form.

Decree 30/2020/NĐ-CP, Appendix I. A letter is Vietnamese whatever language its writer reads. Number and day stay blank for the clerk.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import answers, handing_over, office_templates
from workflow import queries
from workflow.access.viewing import visible
from workflow.errors import NotFound, Refused
from workflow.i18n import _, speaking
from workflow.names import printable, roman
from workflow.periods import show_day
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Row, Snapshot, stored
from workflow.standing import OPEN, Standing

if TYPE_CHECKING:
    from workflow.config import Settings

TEMPLATES = {"press": "don-doc", "progress": "tien-do", "extension": "gia-han", "handover": "ban-giao"}
# Agencies of one kind are named together: “Các Sở: Tài chính, Y tế”.
_KINDS = (
    ("Ủy ban nhân dân xã ", "Ủy ban nhân dân các xã: "),
    ("Ủy ban nhân dân phường ", "Ủy ban nhân dân các phường: "),
    ("Ủy ban nhân dân huyện ", "Ủy ban nhân dân các huyện: "),
    ("Sở ", "Các Sở: "),
    ("Phòng ", "Các Phòng: "),
    ("Ban ", "Các Ban: "),
)


def write(settings: Settings, letter: Row, rows: Sequence[Row], target: Path) -> None:
    """Write a letter as .docx: `letter` with kind, as_of_on, answer_by_on, subject and about; `rows` are its duties as the lists have them."""
    with speaking("vi"):
        office_templates.filled(
            settings, TEMPLATES[letter["kind"]], lambda _document: said(settings, letter, rows), target
        )


def said(settings: Settings, letter: Row, rows: Sequence[Row]) -> dict[str, Any]:
    """What the placeholders of a template stand for; see docs/letters.md."""
    head, kind = settings.letterhead, letter["kind"]
    name = head.name or settings.office.name
    values = {**framed(settings, letter["as_of_on"], letter["subject"]), "about": letter["about"], "total": len(rows)}
    if kind == "extension":
        values |= answers.said(rows) | {"addressees": addressees(row["agency"] for row in rows)}
    elif kind == "handover":
        witness = name if name not in (letter["former"], letter["heir"]) else ""
        values |= handing_over.said(letter, rows) | {"witness": witness}
    else:
        values |= _asking(head.verb or verb(name), letter, rows)
    counter = itertools.count(1)
    return {**{key: written(value) for key, value in values.items()}, "point": lambda: next(counter)}


def framed(settings: Settings, day: date, subject: str) -> dict[str, Any]:
    """What stands around the text of every paper: the head, whom it is filed with, who signs."""
    head = settings.letterhead
    name = head.name or settings.office.name
    return {
        "parent": head.parent.upper(),
        "office": name.upper(),
        "name": name,
        "suffix": head.suffix,
        "own": head.suffix.partition("-")[0],
        "place": head.place,
        "year": day.year,
        "subject": subject,
        "day": show_day(day),
        "copies": list(head.copies),
        "filed": ", ".join(filter(None, ("VT", head.drafter))),
        "signature": list(head.signature),
        "signer": head.signer,
    }


def _asking(verb_: str, letter: Row, rows: Sequence[Row]) -> dict[str, Any]:
    """What only a letter says that asks for an answer."""
    late = [row for row in rows if row["due_on"] and row["due_on"] < letter["as_of_on"]]
    return {
        "addressees": addressees(row["agency"] for row in rows),
        "verb": verb_,
        "answer_by": show_day(letter["answer_by_on"]),
        "overdue": len(late),
        "soon": len(rows) - len(late),
        "groups": groups(rows, letter["as_of_on"]),
    }


def verb(name: str) -> str:
    """How an office asks by its rank: a People's Committee or its chairman orders, a department requests."""
    return "yêu cầu" if re.match(r"(?:Ủy ban nhân dân|UBND|Chủ tịch)\b", name) else "đề nghị"


def addressees(names: Iterable[str]) -> list[str]:
    """Whom a letter goes to, each once, those of one kind together, in the order in which they come."""
    lines: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(names):
        kind = next((kind for kind in _KINDS if name.startswith(kind[0])), (name, name))
        lines.setdefault(kind, []).append(name.removeprefix(kind[0]))
    return [several + ", ".join(own) if len(own) > 1 else one + own[0] for (one, several), own in lines.items()]


def groups(rows: Sequence[Row], day: date) -> list[dict[str, Any]]:
    """The duties by agency, the agencies numbered in Roman, the duties within each in Arabic; longest late first."""
    by_agency: dict[str, list[Row]] = {}
    for row in rows:
        by_agency.setdefault(row["agency"], []).append(row)
    return [
        {
            "agency": f"{roman(number)}. {agency}",
            "rows": [
                {
                    "no": n,
                    "text": row["text"],
                    "directive": f"{row['number']} ({row['code']})",
                    "deliverable": row["deliverable"] or "",
                    "due": show_day(row["due_on"]) if row["due_on"] else "",
                    "standing": _standing(row, day),
                }
                for n, row in enumerate(sorted(own, key=lambda row: (row["due_on"] or date.max, row["code"])), 1)
            ],
        }
        for number, (agency, own) in enumerate(by_agency.items(), 1)
    ]


def _standing(row: Row, day: date) -> str:
    """How late a duty is, or how long it still has; a fact and no judgement."""
    if not row["due_on"]:
        return "Chưa xác định thời hạn"
    left = (row["due_on"] - day).days
    return f"Quá hạn {-left} ngày" if left < 0 else "Đến hạn trong ngày" if left == 0 else f"Còn {left} ngày"


def written(value: Any) -> Any:
    """Texts without the characters that no Word file can hold, however deep they stand."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [written(one) for one in value]
    if isinstance(value, dict):
        return {key: written(one) for key, one in value.items()}
    return value


def chosen(view: Snapshot, as_of: AsOf, wanted: Wanted, kind: str, *, soon: bool = False) -> list[Row]:
    """The duties that a letter of a kind is about: to press, what is overdue (`soon`: and due soon); else everything that is open."""
    late = {Standing.OVERDUE} | ({Standing.DUE_SOON, Standing.DUE_TODAY} if soon else set())
    rows = [row for row in queries.tasks(view, as_of, wanted) if row["occurrence_id"] and row["status"] in OPEN]
    return [row for row in rows if kind != "press" or row["standing"] in late]


def recorded(view: Snapshot, number: int) -> list[Row]:
    """The duties of a letter that is kept, with agency and deadline as they stood on its day, and the request that each answers."""
    rows = view.rows(
        f"""select t.code, t.text, t.deliverable, d.number, d.kind as directive_kind, d.issued_on, a.code as agency_code, a.name as agency, l.due_on, l.facts, o.original_due_on,
          q.basis_number, q.basis_on, q.asked_due_on, q.outcome, q.granted_due_on, q.decision_number, q.decision_on, q.note
        from dispatch_line l join occurrence o on o.id = l.occurrence_id join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = l.agency_id left join change_request q on q.id = l.request_id
        where l.dispatch_id = :number and {visible(view)} order by l.id""",
        number=number,
    )
    for row in rows:
        row["facts"] = stored(row["facts"])
    return rows


def cited(view: Snapshot, rows: Sequence[Row]) -> str:
    """The documents whose tasks these are, as a letter cites them; more than three are not told one by one."""
    codes = list(dict.fromkeys(row["directive"] for row in rows))
    if not 1 <= len(codes) <= 3:
        return "các văn bản giao nhiệm vụ" if codes else ""
    cited = []
    for code in codes:
        (one,) = view.rows("select kind, number, issued_on, issuer from directive where code = :code", code=code)
        name = f"{one['kind'] or 'Văn bản'} số {one['number']} ngày {show_day(one['issued_on'])}"
        cited.append(f"{name} của {one['issuer']}" if one["issuer"] else name)
    return "; ".join(cited)


def listed(view: Snapshot, number: int | None = None) -> list[Row]:
    """The newest 500 letters, newest first, with how many tasks each is about and to how many addresses it was mailed; or one.

    Those about nothing that the viewer may see are not there; what names the documents is left out where one of them is hidden.
    """
    lines = "from dispatch_line x join occurrence o on o.id = x.occurrence_id join task t on t.id = o.task_id join directive d on d.id = t.directive_id where x.dispatch_id = l.id"
    rows = view.rows(
        f"""select l.id, l.kind, l.subject, l.about, l.as_of as as_of_on, l.answer_by as answer_by_on, l.made_at, l.made_by, l.number, l.issued_on,
          l.dropped_at, f.name as former, h.name as heir, (select count(*) {lines} and {visible(view)}) as tasks, (select count(*) {lines}) as every,
          (select count(*) from message m where m.dispatch_id = l.id) as mailed,
          (select count(*) from message m where m.dispatch_id = l.id and m.status = 'sent') as sent
        from dispatch l left join agency f on f.id = l.former_id left join agency h on h.id = l.heir_id
        {"where l.id = :number" if number else ""} order by l.id desc limit 500""",
        **({"number": number} if number else {}),
    )
    for row in rows:
        if row.pop("every") > row["tasks"]:
            row["about"] = ""
    return [row for row in rows if row["tasks"] or number]


def state(row: Row) -> str:
    """What became of a letter, in words."""
    if row["number"]:
        left = _("left as {number} of {day}", number=row["number"], day=show_day(row["issued_on"]))
        return left + (
            ", " + _("mailed to {n} addresses, {sent} sent", n=row["mailed"], sent=row["sent"]) if row["mailed"] else ""
        )
    return _("dropped") if row["dropped_at"] else _("drafted, without a number")


def write_again(settings: Settings, view: Snapshot, number: int, target: Path) -> None:
    """Write a letter that is kept, as the viewer may see it; raises NotFound, Refused where all of it is hidden."""
    found = listed(view, number)
    if not found:
        raise NotFound("There is no letter {n}; see `dondoc letter list`.", n=number)
    rows = recorded(view, number)
    if not rows:
        raise Refused("The tasks of letter {n} are confidential.", n=number)
    write(settings, found[0], rows, target)
