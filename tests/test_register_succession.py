"""Succession: everything open has exactly one owner on every day; what a plan shows is what is applied; undoing restores."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlmodel import Session, col, select

from reports import inherited
from tests import make
from workflow import listing, planner, queries
from workflow.agency import Agency, FocalPoint, add_agency, add_focal_point
from workflow.audit import By
from workflow.database import Database
from workflow.directive import Directive
from workflow.errors import BadInput, Refused
from workflow.history.chain import first_fault
from workflow.message import ActionLink, Reminder
from workflow.occurrence import Occurrence
from workflow.register import deciding, handing, inheritance, showing, steps, table, undoing
from workflow.register.inheritance import LIVE, Duty
from workflow.register.sheets import Line
from workflow.register.steps import Step
from workflow.register.succession import Handover, Lineage, Succession, handed, in_force
from workflow.snapshot import snapshot
from workflow.standing import Status
from workflow.task import open_questions

BASIS = "Nghị quyết số 1672/NQ-UBTVQH15 ngày 16/6/2025"
HOW: dict[str, Any] = {"by": By("Văn phòng", "cli"), "at": make.at("2025-07-01 08:00")}
TODAY = date(2025, 7, 1)


def row(n: int, former: str, kind: str, heir: str, on: str = "01/7/2025", basis: str = BASIS, tasks: str = "") -> Line:
    return Line(n, {"former": former, "kind": kind, "heir": heir, "on": on, "basis": basis, "tasks": tasks})


def checked(session: Session, *lines: Line) -> list[Step]:
    return steps.check(session, lines, "sap-xep.xlsx")


def offices(session: Session, *codes: str) -> None:
    for code in codes:
        add_agency(session, f"Cơ quan {code}", code=code, mailbox=f"{code.lower()}@example.vn")


def owners(session: Session) -> dict[str, str]:
    session.expire_all()
    return {
        f"{o.task.code}/{o.period}/{o.issued_to.code}": o.agency.code
        for o in session.exec(select(Occurrence).order_by(col(Occurrence.id)))
    }


def test_a_merger_moves_what_is_open_and_nothing_else(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "H")
        make.enacted(
            session,
            make.task("1", timing="Quý II và IV", lead="Cơ quan A"),
            make.task("2", timing="31/8/2025", lead="Cơ quan A; Cơ quan B"),
            make.task("3", timing="Hằng quý", lead="Cơ quan B"),
        )
        done = make.occurrence(session, "KH27-1", "2025-Q2")
        done.submit(session, by=make.BY, at=make.at("2025-06-20 08:00"), today=date(2025, 6, 20))
        done.confirm(session, by=make.BY, at=make.at("2025-06-21 08:00"))
        deadlines = {o.id: (o.due_on, o.original_due_on) for o in session.exec(select(Occurrence))}
        batch, made = handing.apply(
            session, checked(session, row(2, "A", "merged", "H"), row(3, "B", "sáp nhập", "H")), today=TODAY, **HOW
        )
        assert batch == 1 and len(made.duties()) == 6
        assert owners(session) == {
            "KH27-1/2025-Q2/A": "A",
            "KH27-1/2025-Q4/A": "H",
            "KH27-2/2025-08-31/A": "H",
            "KH27-2/2025-08-31/B": "H",
            "KH27-3/2025-Q2/B": "H",
            "KH27-3/2025-Q3/B": "H",
            "KH27-3/2025-Q4/B": "H",
        }, "what was completed stays with who did it; two duties of one task stay two"
        assert {o.id: (o.due_on, o.original_due_on) for o in session.exec(select(Occurrence))} == deadlines
        planner.plan_recurring(session, TODAY, horizon_days=300, at=HOW["at"])
        fresh = [o for o in session.exec(select(Occurrence)) if o.period == "2026-Q1"]
        assert [(o.agency.code, o.issued_to.code) for o in fresh] == [("H", "B")], "coming periods are owed by the heir"
        ended = session.exec(select(Agency).where(Agency.code == "A")).one()
        assert ended.valid_to == date(2025, 6, 30)
        assert first_fault(session) is None
        told = handed(session, make.occurrence(session, "KH27-1", "2025-Q4").id or 0)
        assert [(step.on, step.former.code, step.heir.code) for step in told] == [(TODAY, "A", "H")]


def test_reopened_work_of_an_agency_that_ended_goes_to_its_heir(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, make.task("1", timing="30/6/2025", lead="Cơ quan A"))
        done = make.occurrence(session, "KH27-1")
        done.submit(session, by=make.BY, at=make.at("2025-06-20 08:00"), today=date(2025, 6, 20))
        done.confirm(session, by=make.BY, at=make.at("2025-06-21 08:00"))
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=TODAY, **HOW)
        assert done.agency.code == "A"
        done.reopen(session, by=make.BY, at=make.at("2025-07-10 08:00"), reason="Thiếu phụ lục")
        assert done.agency.code == "H"


def test_a_split_waits_until_every_task_is_decided(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "H1", "H2")
        make.enacted(session, *(make.task(str(n), timing="Quý III", lead="Cơ quan A") for n in (1, 2, 3)))
        split = (row(2, "A", "split", "H1", tasks="KH27-1"), row(3, "A", "split", "H2"))
        steps_ = checked(session, *split)
        waiting = inheritance.plan(session, steps_)
        assert [m.thing.task for m in waiting.undecided if isinstance(m.thing, Duty)] == ["KH27-2", "KH27-3"]
        with pytest.raises(Refused, match="chờ quyết định"):
            handing.apply(session, steps_, today=TODAY, **HOW)
        decisions = {("A", "KH27-2"): "H1", ("A", "KH27-3"): "H2"}
        handing.apply(session, steps_, today=TODAY, decisions=decisions, **HOW)
        assert list(owners(session).values()) == ["H1", "H1", "H2"]


def test_the_rest_and_whole_directives_can_be_named(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "H1", "H2", "H3")
        make.enacted(session, make.task("1", timing="Quý III", lead="Cơ quan A"))
        make.enacted(session, make.task("1", timing="Quý III", lead="Cơ quan A"), number="28/KH-UBND")
        make.enacted(session, make.task("1", timing="Quý III", lead="Cơ quan A"), number="29/KH-UBND")
        made = checked(
            session,
            row(2, "A", "split", "H1", tasks="KH28"),
            row(3, "A", "split", "H2", tasks="kh27-1"),
            row(4, "A", "split", "H3", tasks="*"),
        )
        handing.apply(session, made, today=TODAY, **HOW)
        assert list(owners(session).values()) == ["H2", "H1", "H3"]


def test_a_function_passes_without_ending_its_agency(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, *(make.task(str(n), timing="Quý III", lead="Cơ quan A") for n in (1, 2)))
        handing.apply(session, checked(session, row(2, "A", "transferred", "H", tasks="KH27-2")), today=TODAY, **HOW)
        assert list(owners(session).values()) == ["A", "H"]
        assert session.exec(select(Agency).where(Agency.code == "A")).one().valid_to is None


def test_chains_in_one_table_follow_the_days(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "C")
        make.enacted(
            session,
            make.task("1", timing="Quý III", lead="Cơ quan A"),
            make.task("2", timing="Quý IV", lead="Cơ quan B"),
        )
        handing.apply(
            session,
            checked(session, row(2, "B", "renamed", "C"), row(3, "A", "merged", "B", on="01/3/2025")),
            today=TODAY,
            **HOW,
        )
        assert list(owners(session).values()) == ["C", "C"]
        one = make.occurrence(session, "KH27-1").id or 0
        assert [(step.former.code, step.heir.code) for step in handed(session, one)] == [("A", "B"), ("B", "C")]


def test_an_orphaned_plan_is_confirmed_by_the_heir_of_its_issuer(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "H")
        directive = make.enacted(session, make.task("1", timing="Quý III"))
        issuer = session.get_one(Agency, directive.issuer_id)
        handing.apply(session, checked(session, row(2, issuer.code, "replaced", "H")), today=TODAY, **HOW)
        session.expire_all()
        found = session.exec(select(Directive)).one()
        assert session.get_one(Agency, found.monitor_id).code == "H"
        assert found.issuer_id == issuer.id, "who issued it stays"
        below = session.exec(select(Agency).where(Agency.name == "Phòng Nội vụ")).one()
        assert session.get_one(Agency, below.parent_id).code == "H", (
            "the offices of a committee that is replaced go along"
        )
        undoing.undo(session, 1, by=HOW["by"], at=make.at("2025-07-01 09:00"))
        assert session.exec(select(Directive)).one().monitor_id is None


def test_focal_points_go_along_once(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "H")
        a, b, h = (session.exec(select(Agency).where(Agency.code == code)).one() for code in ("A", "B", "H"))
        add_focal_point(session, a, "An", "an@example.vn")
        add_focal_point(session, b, "An", "an@example.vn")
        add_focal_point(session, h, "Bình", "binh@example.vn")
        planned = inheritance.plan(session, checked(session, row(2, "A", "merged", "H"), row(3, "B", "merged", "H")))
        handing.apply(
            session, checked(session, row(2, "A", "merged", "H"), row(3, "B", "merged", "H")), today=TODAY, **HOW
        )
        told = "\n".join(showing.lines(planned, 10))
        assert "An <an@example.vn>: Cơ quan A (A) → Cơ quan H (H)" in told and "Bình" not in told
        points = session.exec(select(FocalPoint).order_by(col(FocalPoint.id))).all()
        assert [(p.agency_id, p.email, p.valid_from, p.valid_to) for p in points] == [
            (a.id, "an@example.vn", None, date(2025, 6, 30)),
            (b.id, "an@example.vn", None, date(2025, 6, 30)),
            (h.id, "binh@example.vn", None, None),
            (h.id, "an@example.vn", TODAY, None),
        ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((row(2, "A", "merged", "A"),), "dòng 2, cột “Cơ quan kế thừa”: cơ quan không thể kế thừa chính mình"),
        ((row(2, "A", "merged", "B"), row(3, "B", "merged", "A")), "kế thừa của chính cơ quan kế thừa mình"),
        ((row(2, "A", "merged", "B"), row(3, "A", "merged", "H")), "dòng 3.*chỉ có một cơ quan kế thừa; dòng 2"),
        ((row(2, "A", "split", "B"),), "dòng 2.*từ hai cơ quan kế thừa"),
        ((row(2, "A", "split", "B"), row(3, "A", "split", "B")), "đã có ở dòng trên"),
        ((row(2, "A", "split", "B"), row(3, "A", "split", "H", on="02/7/2025")), "dòng 2 đã?.*ghi khác|ghi khác"),
        ((row(2, "A", "merged", "OLD"),), "đã kết thúc ngày 31/3/2025"),
        ((row(2, "A", "merged", "NEW"),), "chỉ tồn tại từ 01/9/2025"),
        ((row(2, "OLD", "merged", "H"),), "theo danh bạ .* tồn tại đến 31/3/2025"),
        ((row(2, "NEW", "merged", "H"),), "chưa tồn tại trước ngày đó"),
        ((row(2, "A", "merged", "H", basis="theo chỉ đạo"),), "dòng 2, cột “Căn cứ”: “theo chỉ đạo” không phải căn cứ"),
        ((row(2, "A", "merged", "H", on="hôm nào"),), "cột “Ngày hiệu lực”"),
        ((row(2, "A", "merged", "H", on=""),), "cột “Ngày hiệu lực”: còn trống"),
        ((row(2, "A", "nuốt", "H"),), "cột “Hình thức”: “nuốt” không thuộc"),
        ((row(2, "A", "merged", "Không ai"),), "không có cơ quan nào là “Không ai”"),
        ((row(2, "A", "merged", "H", tasks="KH27-1"),), "chỉ chia tách hoặc chuyển chức năng"),
        ((row(2, "A", "transferred", "H", tasks="KH99-1"),), "không có nhiệm vụ hay văn bản KH99-1"),
        ((row(2, "A", "split", "B", tasks="*"), row(3, "A", "split", "H", tasks="*")), "dòng 2 đã nhận"),
    ],
)
def test_broken_rules_are_refused_by_row(database: Database, lines: tuple[Line, ...], told: str) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "H", "OLD", "NEW")
        session.exec(select(Agency).where(Agency.code == "OLD")).one().valid_to = date(2025, 3, 31)
        session.exec(select(Agency).where(Agency.code == "NEW")).one().valid_from = date(2025, 9, 1)
        with pytest.raises(BadInput, match=told):
            checked(session, *lines)


def test_overlapping_and_early_successions_are_refused(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "H")
        with pytest.raises(Refused, match="có hiệu lực từ 01/7/2025"):
            handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=date(2025, 6, 30), **HOW)
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=TODAY, **HOW)
        with pytest.raises(BadInput, match="đã được ghi, từ 01/7/2025"):
            checked(session, row(2, "A", "merged", "B"))
        with pytest.raises(BadInput, match="chính cơ quan kế thừa mình|đã kết thúc"):
            checked(session, row(2, "H", "merged", "A", on="01/8/2025"))


def test_undo_only_while_nothing_has_happened(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "H", "K")
        make.enacted(
            session,
            make.task("1", timing="Quý III", lead="Cơ quan A"),
            make.task("2", timing="Quý III", lead="Cơ quan B"),
        )
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=TODAY, **HOW)
        handing.apply(
            session,
            checked(session, row(2, "H", "merged", "K", on="02/7/2025")),
            today=date(2025, 7, 2),
            by=HOW["by"],
            at=make.at("2025-07-02 08:00"),
        )
        later = make.at("2025-07-03 08:00")
        with pytest.raises(Refused, match="Lần kế thừa số 2"):
            undoing.undo(session, 1, by=HOW["by"], at=later)
        undoing.undo(session, 2, by=HOW["by"], at=later)
        undoing.undo(session, 1, by=HOW["by"], at=later)
        assert list(owners(session).values()) == ["A", "B"]
        with pytest.raises(Refused, match="số 1"):
            undoing.undo(session, 1, by=HOW["by"], at=later)
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=TODAY, by=HOW["by"], at=later)
        make.occurrence(session, "KH27-1").start(session, by=make.BY, at=make.at("2025-07-04 08:00"))
        with pytest.raises(Refused, match="KH27-1/2025-Q3 đã có diễn biến sau đó"):
            undoing.undo(session, 3, by=HOW["by"], at=make.at("2025-07-05 08:00"))


def test_a_document_entered_late_is_owed_by_the_heirs(database: Database) -> None:
    """The agencies of April are resolved as of April; the one that ended has its heir, the split one asks a person."""
    with database.transaction() as session:
        offices(session, "A", "B", "H", "H1", "H2")
        handing.apply(
            session,
            checked(session, row(2, "A", "merged", "H"), row(3, "B", "split", "H1"), row(4, "B", "split", "H2")),
            today=TODAY,
            **HOW,
        )
        make.enacted(
            session,
            make.task("1", timing="Quý IV", lead="Cơ quan A"),
            make.task("2", timing="Quý IV", lead="Cơ quan B"),
            when="2025-08-01 08:00",
        )
        assert list(owners(session).values()) == ["H", "B"]
        task = make.occurrence_task(session, "KH27-2")
        assert len(open_questions(session, task)) == 1
        heir, none = (session.exec(select(Agency).where(Agency.code == code)).one() for code in ("H2", "H"))
        how = {"by": make.BY, "at": make.at("2025-08-02 08:00")}
        with pytest.raises(Refused, match="không có cơ quan chủ trì nào"):
            deciding.decide(session, task, none, None, today=date(2025, 8, 2), **how)
        assert deciding.decide(session, task, heir, None, today=date(2025, 8, 2), **how) == 1
        assert list(owners(session).values()) == ["H", "H2"]
        assert open_questions(session, task) == []


@pytest.mark.parametrize("seed", range(12))
def test_any_history_conserves(database: Database, url: str, seed: int) -> None:
    """Random mergers, splits and renamings over a year: every open period has one owner that exists, on every day."""
    chance = random.Random(seed)
    with database.transaction() as session:
        codes = [f"A{n}" for n in range(8)]
        offices(session, *codes)
        tasks = [
            make.task(str(n), timing=chance.choice(["Quý II và IV", "Hằng quý", "31/12/2025", "Thường xuyên"]),
                      lead="; ".join(f"Cơ quan {c}" for c in chance.sample(codes, chance.choice([1, 1, 2, 3]))))
            for n in range(1, 11)
        ]  # fmt: skip
        make.enacted(session, *tasks)
    living, begins = list(codes), {code: date(2025, 1, 1) for code in codes}
    applied: list[tuple[int, dict[str, str], list[dict[str, str]]]] = []
    for number in range(chance.randint(3, 6)):
        day = date(2025, 5, 1) + timedelta(days=30 * number)
        at = make.at(f"{day} 07:00")
        with database.transaction() as session:
            lines, fresh = [], []
            former = chance.choice(living)
            kind = chance.choice(["merged", "split", "renamed"])
            new = [f"N{number}{i}" for i in range({"merged": 1, "split": 3, "renamed": 1}[kind])]
            offices(session, *new)
            fresh += new
            parts = ["*", *[f"KH27-{n}" for n in chance.sample(range(1, 11), 2)]]
            for n, heir in enumerate(new):
                lines.append(
                    row(
                        len(lines) + 2,
                        former,
                        kind,
                        heir,
                        on=day.isoformat(),
                        tasks=parts[n] if kind == "split" else "",
                    )
                )
            if kind == "merged" and len(living) > 2:
                other = chance.choice([code for code in living if code != former])
                lines.append(row(len(lines) + 2, other, kind, new[0], on=day.isoformat()))
                living.remove(other)
            living.remove(former)
            living += fresh
            begins |= dict.fromkeys(fresh, day)
            before, export = owners(session), table.rows(session)
            steps_ = checked(session, *lines)
            planned = inheritance.plan(session, steps_)
            expected = dict(before)
            ids = {o.id: f"{o.task.code}/{o.period}/{o.issued_to.code}" for o in session.exec(select(Occurrence))}
            for move in planned.duties():
                assert move.step
                expected[ids[move.thing.id]] = move.step.heir.code
            batch, made = handing.apply(session, steps_, today=day, by=HOW["by"], at=at)
            assert owners(session) == expected, "the plan is what is applied"
            assert [m.thing for m in made.moves] == [m.thing for m in planned.moves]
            applied.append((batch, before, export))
            if chance.random() < 0.3:  # take it back and do it again
                undoing.undo(session, batch, by=HOW["by"], at=at + timedelta(minutes=1))
                assert owners(session) == before and table.rows(session) == export
                handing.apply(session, checked(session, *lines), today=day, by=HOW["by"], at=at + timedelta(minutes=2))
                applied.pop()
            planner.plan_recurring(session, day, horizon_days=60, at=at + timedelta(minutes=3))
    with database.transaction() as session:
        periods = Counter((o.task_id, o.issued_to_id, o.period) for o in session.exec(select(Occurrence)))
        assert set(periods.values()) == {1}
        for occurrence in session.exec(select(Occurrence).where(col(Occurrence.status).in_(LIVE))):
            assert occurrence.agency.valid_on(date(2025, 12, 1)), "nobody who ended owes anything"
        lineage = Lineage(in_force(session))
        assert all(
            lineage.heirs(s.former_id, date(2025, 12, 31))
            for s in session.exec(select(Succession))
            if s.kind != "transferred" and not s.undone_at
        )
        assert first_fault(session) is None
        agencies = {a.code: a for a in session.exec(select(Agency))}
        early = {o.id for o in session.exec(select(Occurrence)) if (o.opens_on or date.min) <= date(2025, 4, 30)}
    with snapshot(url) as view:
        for n in range(0, 230, 7):
            day = date(2025, 4, 20) + timedelta(days=n)
            rows = queries.tasks(view, queries.AsOf(day, 7, "Asia/Ho_Chi_Minh", past=True))
            for found in rows:
                assert found["agency_code"], "exactly one owner"
                if found["occurrence_id"] in early:
                    owner = agencies[found["agency_code"]]
                    assert begins[owner.code] <= day <= (owner.valid_to or date.max), (day, found["code"], owner.code)
        looked = queries.AsOf(date(2025, 12, 1), 7, "Asia/Ho_Chi_Minh", past=False)
        for agency in agencies.values():
            for figures in inherited.build(view, looked, agency.id or 0).sections[0].rows:
                for name, address in figures["opens"].items():
                    asked = listing.asked(dict(parse_qsl(address.partition("?")[2])))
                    assert figures[name] == queries.count(view, looked, asked), (agency.code, name, address)


def test_reminders_follow_and_none_is_doubled(office: Any) -> None:
    """The heir hears of the rung that has been reached, the former agency no more; a mailbox that both share hears it once."""
    with office.database.transaction() as session:
        offices(session, "A", "B", "H")
        session.exec(select(Agency).where(Agency.code == "B")).one().mailbox = "h@example.vn"
        make.enacted(
            session,
            make.task("1", timing="10/7/2025", lead="Cơ quan A"),
            make.task("2", timing="10/7/2025", lead="Cơ quan B"),
            mailboxes=False,
        )
    office.tick("2025-06-30 08:00")
    with office.database.transaction() as session:
        handing.apply(
            session, checked(session, row(2, "A", "merged", "H"), row(3, "B", "renamed", "H")), today=TODAY, **HOW
        )
        ends = {link.recipient: link.revoked_at is not None for link in session.exec(select(ActionLink))}
        assert ends == {"a@example.vn": True, "h@example.vn": False}, "a mailbox that the heir has too goes on"
    for day in ("2025-07-02", "2025-07-03", "2025-07-04", "2025-07-07", "2025-07-09", "2025-07-10"):
        office.tick(f"{day} 08:00")
    with office.database.transaction() as session:
        rungs = Counter((r.occurrence_id, r.due_on, r.rung, r.recipient) for r in session.exec(select(Reminder)))
        assert set(rungs.values()) == {1}
        later = [r for r in session.exec(select(Reminder)) if r.recipient == "a@example.vn"]
        assert [r.rung for r in later] == ["new", "15"], "A heard before it ended, and no more"
        told = {r.occurrence_id for r in session.exec(select(Reminder)) if r.recipient == "h@example.vn"}
        assert told == {o.id for o in session.exec(select(Occurrence))}
    with office.database.transaction() as session, pytest.raises(Refused, match="Đã có thư gửi"):
        undoing.undo(session, 1, by=HOW["by"], at=make.at("2025-07-11 08:00"))


def test_handovers_keep_who_held_what(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, make.task("1", timing="Quý III", lead="Cơ quan A"))
        make.occurrence(session, "KH27-1").start(session, by=make.BY, at=make.at("2025-06-20 08:00"))
        file = tmp_path / "sap-xep.csv"
        file.write_text(
            f"Cơ quan cũ,Hình thức,Cơ quan kế thừa,Ngày hiệu lực,Căn cứ\nCơ quan A,đổi tên,H,01/7/2025,{BASIS}\n",
            encoding="utf-8",
        )
        handing.apply(session, steps.read(session, file), today=TODAY, **HOW)
        kept = [(h.held, h.occurrence_id, h.assignment_id) for h in session.exec(select(Handover))]
        assert (Status.IN_PROGRESS.value, 1, None) in kept and len(kept) == 2
        assert make.occurrence(session, "KH27-1").status is Status.IN_PROGRESS
