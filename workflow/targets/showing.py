"""What lists, pages and reports show of targets and money: rows without the mapper, as the viewer may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workflow.i18n import _
from workflow.periods import first_day, last_day, show_period
from workflow.queries import directive_id
from workflow.snapshot import Row, Snapshot, exact, stored
from workflow.targets.aim import STATES, Aim, Relation, State, Whole, combine
from workflow.targets.balance import funding_table
from workflow.targets.money import (
    SOURCES,
    STAGES,
    Amount,
    Difference,
    Key,
    Source,
    Stage,
    differences,
    millions,
    stated_where,
)
from workflow.targets.numbers import say_number, say_quantity
from workflow.targets.term import say_term

if TYPE_CHECKING:
    from workflow.targets.indicator import Actual
    from workflow.targets.stating import Change


def targets(view: Snapshot, code: str, *, today: date, period: str = "") -> Row:
    """Indicators, money and what does not agree of one directive; figures of a period by its key, or ("") the newest of each.

    A value is what had been reached by the end of its period. Raises NotFound where the viewer sees no such directive.
    """
    number = directive_id(view, code)
    row = view.rows("select code, number, subject, monitor_id from directive where id = :id", id=number)[0]
    told = indicators(view, number, today=today, period=period)
    lines = money_lines(view, number)
    stated = [_amount(line) for line in lines]
    found = differences(stated)
    return {
        **row,
        "period": period,
        "indicators": told,
        "money": [_balance(one) for one in funding_table(stated)],
        "lines": lines,
        "differences": [*(d for one in told for d in one["differences"]), *(_difference(one) for one in found)],
    }


def indicators(view: Snapshot, directive: int, *, today: date, period: str = "") -> list[Row]:
    """The indicators of a directive, each with the values of one period, what they make together and how that stands."""
    rows = view.rows(
        """select i.id, i.code, i.name, i.unit, i.relation, i.target, i.upper, i.baseline, i.until, i.whole, i.words, i.place,
            i.task_id, t.code as task from indicator i left join task t on t.id = i.task_id
        where i.directive_id = :id order by i.id""",
        id=directive,
    )
    values = _values(view, directive)
    leads = _leads(view, directive)
    for row in rows:
        row["target"], row["upper"], row["baseline"] = (exact(row[name]) for name in ("target", "upper", "baseline"))
        row["place"] = stored(row["place"])
        own = [value for value in values if value["indicator_id"] == row["id"]]
        _judge(row, own, leads.get(row.pop("task_id"), {}), today, period)
    return rows


def money_lines(view: Snapshot, directive: int) -> list[Row]:
    """Every amount of a directive as it is stated, in đồng, in the order in which it was entered."""
    return view.rows(
        """select id as number, purpose, stage, period, beneficiary, source, amount, document_number, place, by, at as stated_at
        from funding_line where directive_id = :id order by id""",
        id=directive,
    )


def state_words(row: Row) -> str:
    """How an indicator stands, in words: “đạt 65,0% kế hoạch, chưa đạt”; who has not told theirs."""
    words = (
        [_("{percent} of the target", percent=say_number(row["percent"]) + "%")] if row["percent"] is not None else []
    )
    words.append(_(STATES[State(row["state"])]))
    if row["missing"]:
        words.append(_("waiting for {names}", names=", ".join(row["missing"])))
    return ", ".join(words)


def value_words(row: Row) -> str:
    """The value of an indicator with its period; a dash where nobody has told any."""
    if row["value"] is None:
        return "–"
    return f"{say_quantity(row['value'], row['unit'])} ({show_period(row['period'])})"


def aim_words(row: Row) -> str:
    """What an indicator aims at."""
    return Aim(Relation(row["relation"]), row["target"], row["upper"]).words(row["unit"])


def balance_words(row: Row) -> Row:
    """A row of the table of money in words: amounts in million đồng, rates in percent."""
    amounts = {stage.value: amount_words(row[stage], unclear=stage in row["unclear"]) for stage in Stage}
    rates = {name: rate_words(row[name]) for name in ("allocated_rate", "paid_rate")}
    return {
        **row,
        **amounts,
        **rates,
        "from": source_words(row),
        "beneficiary": row["beneficiary"] or _("all together"),
    }


def line_words(row: Row) -> Row:
    """An amount as one place states it in words: in million đồng, with its number."""
    return {
        **row,
        "amount": millions(row["amount"]),
        "from": source_words(row),
        "at": _(STAGES[Stage(row["stage"])]),
        "for": say_term(row["period"]),
        "beneficiary": row["beneficiary"] or _("all together"),
        "where": stated_where(row["document_number"], row["place"]),
    }


def kept(made: Actual, change: Change) -> Row:
    """A figure as it is kept, and what recording it did."""
    indicator, agency = made.indicator, made.agency
    return {
        "directive": indicator.directive.code, "indicator": indicator.code, "unit": indicator.unit, "period": made.period,
        "agency": agency.code if agency else None, "agency_name": agency.name if agency else None, "value": made.value,
        "change": change.value,
    }  # fmt: skip


def kept_words(row: Row) -> str:
    """A figure that was recorded, in words."""
    of = row["agency_name"] or _("all together")
    figure = say_quantity(Decimal(row["value"]), row["unit"])
    return f"{row['directive']}, {row['indicator']}, {show_period(row['period'])}, {of}: {figure}"


def figured(told: Row) -> Row:
    """Targets with exact figures again, where they came as text from a server."""
    for row in told["indicators"]:
        row |= _decimals(row, "target", "upper", "baseline", "value", "percent")
        for name in ("values", "every"):
            row[name] = [one | _decimals(one, "value") for one in row[name]]
    told["money"] = [row | _decimals(row, "allocated_rate", "paid_rate") for row in told["money"]]
    return told


def _decimals(row: Row, *names: str) -> Row:
    return {name: Decimal(row[name]) for name in names if row[name] is not None}


def amount_words(amount: int | None, *, unclear: bool = False) -> str:
    """An amount in million đồng; a dash where none is stated, a sign where times overlap."""
    return millions(amount) if amount is not None else "⚠" if unclear else "–"


def rate_words(rate: Decimal | None) -> str:
    """A rate in percent, or a dash."""
    return f"{say_number(rate)}%" if rate is not None else "–"


def source_words(row: Row) -> str:
    """Which source a row is of."""
    return _(SOURCES[Source(row["source"])])


def _values(view: Snapshot, directive: int) -> list[Row]:
    """Every actual value of a directive, in the order in which they were told."""
    rows = view.rows(
        """select v.id as number, v.indicator_id, v.agency_id, a.code as agency_code, a.name as agency, v.period, v.value, v.note,
            v.document_number, v.by, v.at as told_at from actual v join indicator i on i.id = v.indicator_id
        left join agency a on a.id = v.agency_id where i.directive_id = :id order by v.at, v.id""",
        id=directive,
    )
    for row in rows:
        row["value"] = exact(row["value"])
    return rows


Agencies = dict[int, tuple[str, str]]  # code and name by the agency's id


def _leads(view: Snapshot, directive: int) -> dict[int, Agencies]:
    """Who owes each task that has indicators."""
    found: dict[int, Agencies] = {}
    for row in view.rows(
        """select s.task_id, a.id, a.code, a.name from assignment s join agency a on a.id = coalesce(s.owed_by_id, s.agency_id)
        where s.role = 'lead' and a.kind <> 'collective' and s.task_id in (select task_id from indicator where directive_id = :id)
        order by s.position""",
        id=directive,
    ):
        found.setdefault(row["task_id"], {})[row["id"]] = row["code"], row["name"]
    return found


def _judge(row: Row, own: list[Row], leads: Agencies, today: date, period: str) -> None:
    """Put the values of one period to an indicator, what they make, whether that is what is aimed at, and who is missing."""
    known = [value for value in own if first_day(value["period"]) <= today]
    key = period or max(
        (value["period"] for value in known), key=lambda one: (last_day(one), first_day(one)), default=""
    )
    told = [value for value in known if value["period"] == key]
    stated = next((value["value"] for value in told if value["agency_id"] is None), None)
    parts = [value for value in told if value["agency_id"] is not None]
    expected = leads | {
        value["agency_id"]: (value["agency_code"], value["agency"]) for value in own if value["agency_id"]
    }
    lacking = [
        name for number, (_code, name) in expected.items() if number not in {part["agency_id"] for part in parts}
    ]
    made = combine(Whole(row["whole"]), [part["value"] for part in parts])
    value = stated if stated is not None else made
    missing = lacking if stated is None and (parts or leads) and row["whole"] != Whole.LAST else []
    aim = Aim(Relation(row["relation"]), row["target"], row["upper"])
    state = aim.state(value, key, row["until"], today)
    floor = aim.relation in (Relation.AT_LEAST, Relation.MORE_THAN) and row["whole"] == Whole.SUM
    if missing and state in (State.REACHED, State.SO_FAR) and not floor:
        state = State.INCOMPLETE
    row |= {
        "period": key,
        "value": value,
        "percent": aim.percent(value) if value is not None else None,
        "state": state.value,
        "missing": missing,
        "values": [{name: part[name] for name in _TOLD} for part in told],
        "every": [{name: part[name] for name in _TOLD} for part in sorted(own, key=lambda part: part["number"])],
        "asked": [code for code, _name in expected.values()],
        "differences": list(_disagree(row, key, stated, made, bool(lacking))),
    }


_TOLD = ("number", "agency_code", "agency", "period", "value", "note", "document_number", "by", "told_at")


def _disagree(row: Row, period: str, stated: Decimal | None, made: Decimal | None, lacking: bool) -> Iterator[Row]:
    """The whole as it was told against what its agencies make; a sum that is not complete must not exceed it."""
    if (
        stated is None
        or made is None
        or stated == made
        or (lacking and not (row["whole"] == Whole.SUM and made > stated))
    ):
        return
    words = _(
        "{code} ({period}): told as {stated}, its agencies make {made}",
        code=row["code"],
        period=show_period(period),
        stated=say_quantity(stated, row["unit"]),
        made=say_quantity(made, row["unit"]),
    )
    yield {"about": row["code"], "kind": "agencies", "words": words, "where": [], "rounding": False}


def _amount(line: Row) -> Amount:
    key = Key(line["purpose"], Stage(line["stage"]), line["period"], line["beneficiary"], Source(line["source"]))
    return Amount(key, line["amount"], stated_where(line["document_number"], line["place"]))


def _balance(one: Any) -> Row:
    return {**asdict(one), "allocated_rate": one.allocated_rate, "paid_rate": one.paid_rate}


def _difference(one: Difference) -> Row:
    return {
        "about": one.key.purpose,
        "kind": one.kind,
        "words": one.words(),
        "where": list(one.where),
        "rounding": one.rounding,
    }


def difference_words(row: Row) -> str:
    """A difference with the places that state it."""
    return str(row["words"]) + (f" [{'; '.join(row['where'])}]" if row["where"] else "")
