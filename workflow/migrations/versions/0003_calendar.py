"""The office's calendar in the database; timings as rules, offsets and sessions; the reporting clause of a directive"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "off",
                "work",
                "announced",
                "mid_year",
                "year_end",
                "thematic",
                name="kind",
                native_enum=False,
                length=20,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("day", "kind", name=op.f("uq_calendar_day_day_kind")),
    )
    op.add_column("directive", sa.Column("reporting", sa.JSON(), nullable=True))
    op.add_column("occurrence", sa.Column("computed_due_on", sa.Date(), nullable=True))
    op.execute("update occurrence set computed_due_on = due_on")
    _rewrite(_as_rules)


def downgrade() -> None:
    _rewrite(_as_fields)
    op.drop_column("occurrence", "computed_due_on")
    op.drop_column("directive", "reporting")
    op.drop_table("calendar_day")


def _rewrite(change: Any) -> None:
    """Write every stored timing anew."""
    task = sa.table(
        "task", sa.column("id", sa.Integer), sa.column("timing", sa.JSON), sa.column("undecided", sa.Boolean)
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(task.c.id, task.c.timing)).all():
        plain = json.loads(row.timing) if isinstance(row.timing, str) else row.timing
        timing = change(plain)
        waits = {"undecided": True} if timing.get("needs_person") else {}
        connection.execute(task.update().where(task.c.id == row.id).values(timing=timing, **waits))


def _as_rules(old: dict[str, Any]) -> dict[str, Any]:
    """What stood in one timing as cycle, day and month stands in a rule now; what is empty is left out."""
    new = {name: old[name] for name in ("words", "kind", "windows", "needs_person", "reasons") if old.get(name)}
    new.setdefault("words", "")
    cycle, quarters = old.get("cycle"), old.get("quarters")
    rule: dict[str, Any] = {}
    if quarters:
        rule = {"months": 3, "only": quarters}
    elif cycle == "weekly":
        rule = {"weeks": 1, "day": old.get("day")}
    elif cycle or old.get("every_months"):
        rule = {
            "months": MONTHS[cycle] if cycle else old["every_months"],
            "day": old.get("day"),
            "month": old.get("month"),
            "before": bool(old.get("day")) and old.get("day_before"),
            "working_day": old.get("working_days"),
        }
    new["reasons"] = [_renamed(told) for told in old.get("reasons", [])]
    if rule:
        new["rules"] = [{name: value for name, value in rule.items() if value}]
    return new


RENAMED = {
    "Recurs every week; due on Friday unless a day is stated.": "Recurs every week.",
    "Recurs every month; due on its last day unless a day is stated.": "Recurs every month.",
    "Recurs every quarter; due on its last day unless a day is stated.": "Recurs every quarter.",
    "Recurs every half-year; due on its last day unless a day is stated.": "Recurs every half-year.",
    "Recurs every year; due on its last day unless a day is stated.": "Recurs every year.",
    "Recurs every year in quarter {quarters}; due on the quarter's last day.": "Recurs every year in quarter {numbers}.",
    "“trước ngày {day}” ends on the day before.": "“trước” that day ends on the day before.",
    "Due on day {day} of the month.": "Due on day {day} of {month}.",
    "A person decided: {cycle}; due on the last day of each period.": "A person set the cycle.",
}


def _renamed(told: dict[str, Any]) -> dict[str, Any]:
    """A reason whose sentence has changed, so that it is still said in both languages."""
    args = told.get("args", {})
    if told["message"] == "Due on day {day} of the month.":
        args = {**args, "month": "msgid:the month"}
    if "quarters" in args:
        args = {"numbers": args["quarters"]}
    return {"message": RENAMED.get(told["message"], told["message"]), "args": args}


def _as_fields(new: dict[str, Any]) -> dict[str, Any]:
    """The first rule as the fields it had before; what those could not say waits for a person again."""
    old: dict[str, Any] = {"words": new["words"], "kind": new["kind"], "reasons": new.get("reasons", [])}
    old.update(windows=new.get("windows", []), needs_person=new.get("needs_person", False), cycle=None, every_months=0)
    old.update(day=0, month=0, day_before=False, working_days=0, quarters=[])
    rules = new.get("rules", [])
    if rules:
        rule = rules[0]
        by_months = {months: cycle for cycle, months in MONTHS.items()}
        old["cycle"] = "weekly" if rule.get("weeks") else by_months.get(rule.get("months"))
        old.update(
            every_months=0 if old["cycle"] else rule.get("months", 0),
            day=rule.get("day", 0),
            month=rule.get("month", 0),
        )
        old.update(day_before=rule.get("before", False), working_days=rule.get("working_day", 0))
        if rule.get("only"):
            old.update(quarters=rule["only"], cycle=None)
    plain = (
        len(rules) == 1
        and rules[0].get("weeks", 1) == 1
        and not {"data", "week", "anchor", "since", "until"} & set(rules[0])
    )
    odd = rules and (not plain or (rules[0].get("only") and rules[0].get("months") != 3))
    if odd or "offset" in new or "session" in new:
        old["needs_person"] = True
    if new["kind"] == "by_reference":
        old["kind"] = "undetermined"
    return old
