"""What happens is told once, to the right people, and never to who did it; levels, urgent kinds, own ladders, letters that wait."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from notifications.mailer import Fate, MemoryMailer, Outcome
from notifications.tick import tick
from tests import make
from tests.conftest import Office
from workflow.agency import Agency, add_focal_point
from workflow.audit import By
from workflow.basis import Basis
from workflow.config import EscalationSettings, Ladder, WeeklySettings
from workflow.duties.part import Part, ask_part, give_part
from workflow.duties.request import Request, Wish, ask
from workflow.duties.request import refuse as refuse_request
from workflow.message import Message, Reminder
from workflow.office_calendar import add_lines, checked_line

BASIS = Basis("120/UBND-VP", date(2025, 9, 3))


def filled(office: Office, *tasks: Any, **extra: Any) -> None:
    with office.database.transaction() as session:
        make.enacted(session, *(tasks or (make.task(),)), **extra)


def letters(office: Office) -> list[tuple[str, str]]:
    """Reader and text of every letter that left."""
    return [(one.recipient, words(one.content)) for one in office.mailer.letters]


def words(content: bytes) -> str:
    read = email.message_from_bytes(content, policy=email.policy.default)
    return str(read.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def ledger(office: Office) -> list[tuple[str, str, str | None]]:
    """Occasion, reader and why nobody was told, for every line that is not of the ladder."""
    with office.database.transaction() as session:
        rows = session.exec(select(Reminder).order_by(Reminder.id))  # type: ignore[arg-type]
        return [(r.rung.partition(":")[0], r.recipient, r.skipped) for r in rows if not r.rung.lstrip("-").isdigit()]


def monitored(office: Office) -> None:
    """A directive that the Finance Department monitors, with a focal point on each side."""
    filled(office, make.task(timing="Quý III"))
    with office.database.transaction() as session:
        monitor = make.agency(session, "Sở Tài chính", new=True)
        monitor.mailbox = "stc@example.vn"
        make.directive(session).monitor_id = monitor.id
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Vũ Nam", "nam@example.vn")


def how(name: str, moment: str) -> dict[str, Any]:
    return {"by": By(name, "cli"), "at": make.at(moment)}


def test_a_report_goes_to_whoever_confirms_and_its_fate_to_whoever_made_it(office: Office) -> None:
    monitored(office)
    office.tick("2025-07-01 08:00")
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        found = make.occurrence(session)
        found.submit(session, **how("Vũ Nam", "2025-07-01 10:00"), today=date(2025, 7, 1), result="Đã ban hành")
    office.tick("2025-07-01 11:00")
    assert letters(office) == [], "the letter of the morning has gone"
    office.tick("2025-07-02 08:00")
    ((reader, text),) = letters(office)
    assert reader == "stc@example.vn" and "CHỜ ÔNG/BÀ XÁC NHẬN (1)" in text and "Đã ban hành" in text
    assert "/v/" not in text, "nobody confirms through a link"
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        make.occurrence(session).send_back(session, **how("Trần Hà", "2025-07-02 09:00"), reason="Thiếu phụ lục")
    office.tick("2025-07-03 08:00")
    assert {reader for reader, _text in letters(office)} == {"pnv@example.vn", "nam@example.vn"}
    assert all("bị trả lại (Trần Hà): Thiếu phụ lục" in text for _reader, text in letters(office))
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        found = make.occurrence(session)
        found.submit(session, **how("Vũ Nam", "2025-07-03 10:00"), today=date(2025, 7, 3), result="Đủ phụ lục")
        found.confirm(session, **how("Trần Hà", "2025-07-03 11:00"))
    office.tick("2025-07-04 08:00")
    assert {reader for reader, _text in letters(office)} == {"pnv@example.vn", "nam@example.vn"}
    assert all("Kết quả đã được xác nhận (Trần Hà)" in text for _reader, text in letters(office))
    office.mailer.letters.clear()
    for day in ("2025-07-07", "2025-09-29", "2025-09-30", "2025-10-01"):
        office.tick(f"{day} 08:00")
    assert letters(office) == [], "closed work is never reminded"


def test_nobody_is_told_of_the_own_act(office: Office) -> None:
    """Somebody who answers for both sides hears nothing of what they did; whoever has the same name on the other side does."""
    monitored(office)
    with office.database.transaction() as session:
        add_focal_point(session, make.agency(session, "Sở Tài chính"), "Vũ Nam", "nam@example.vn")
        add_focal_point(session, make.agency(session, "Sở Tài chính"), "Trần Hà", "ha@example.vn")
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Trần Hà", "ha.pnv@example.vn")
    office.tick("2025-07-01 08:00")
    with office.database.transaction() as session:
        report = how("Vũ Nam", "2025-07-01 09:00")
        make.occurrence(session).submit(session, **report, today=date(2025, 7, 1), result="xong")
    office.tick("2025-07-02 08:00")
    own = "It was the own act of whoever reads there."
    assert sorted(line for line in ledger(office) if line[0] == "submitted") == [
        ("submitted", "ha@example.vn", None),
        ("submitted", "nam@example.vn", own),
        ("submitted", "stc@example.vn", None),
    ]
    with office.database.transaction() as session:
        make.occurrence(session).send_back(session, **how("Trần Hà", "2025-07-02 10:00"), reason="thiếu")
    office.tick("2025-07-03 08:00")
    assert sorted(line for line in ledger(office) if line[0] == "returned") == [
        ("returned", "ha.pnv@example.vn", None),
        ("returned", "nam@example.vn", None),
        ("returned", "pnv@example.vn", None),
    ]


def test_a_refused_request_is_told_with_its_reason(office: Office) -> None:
    monitored(office)
    office.tick("2025-07-01 08:00")
    with office.database.transaction() as session:
        wanted = {"reason": "vướng", "basis": BASIS, "due": date(2025, 10, 30)}
        ask(
            session,
            make.occurrence(session),
            Wish.EXTENSION,
            **how("Vũ Nam", "2025-09-04 09:00"),
            today=date(2025, 9, 4),
            **wanted,
        )  # type: ignore[arg-type]
        request = session.exec(select(Request)).one()
        refuse_request(session, request, **how("Trần Hà", "2025-09-04 10:00"), reason="Chưa có căn cứ")
    office.mailer.letters.clear()
    office.tick("2025-09-05 08:00")
    told = dict(letters(office))
    assert "Chưa có căn cứ" in told["pnv@example.vn"]
    assert told.keys() == {"pnv@example.vn", "nam@example.vn"}, "what is decided waits for nobody"


def test_a_part_is_told_to_whoever_is_asked_for_it(office: Office) -> None:
    filled(office, make.task(timing="Quý III"), make.task("I.2", lead="Phòng Tư pháp", timing="Quý IV"))
    office.tick("2025-07-01 08:00")
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        other = make.agency(session, "Phòng Tư pháp")
        when = how("Vũ Nam", "2025-07-01 09:00")
        ask_part(session, make.occurrence(session), what="Ý kiến thẩm định", agency=other, due=date(2025, 8, 1), **when)
    office.tick("2025-07-02 08:00")
    ((reader, text),) = letters(office)
    assert reader == "ptp@example.vn" and "PHẦN VIỆC PHỐI HỢP (1)" in text
    assert "Ý kiến thẩm định" in text and "01/8/2025" in text and "/v/" not in text
    office.mailer.letters.clear()
    for day in range(25, 32):
        office.tick(f"2025-07-{day} 08:00")
    assert [reader for reader, _text in letters(office)] == ["ptp@example.vn"] * 3, (
        "seven days (late), three and one before"
    )
    assert "Được đề nghị: Ý kiến thẩm định (trước hết ngày 01/8/2025)" in letters(office)[0][1]
    with office.database.transaction() as session:
        give_part(
            session,
            session.exec(select(Part)).one(),
            **how("Lê Lan", "2025-07-31 09:00"),
            today=date(2025, 7, 31),
            result="Đồng ý",
        )
    office.mailer.letters.clear()
    office.tick("2025-08-01 08:00")
    assert [reader for reader, _text in letters(office)] == ["pnv@example.vn"], (
        "it was given: whoever asked hears of it"
    )


def test_a_period_is_told_when_it_opens_and_not_when_it_is_entered(office: Office) -> None:
    filled(office, make.task(timing="Quý II và IV"))
    office.tick("2025-04-14 08:00")
    assert [(o, r) for o, r, _s in ledger(office)] == [("new", "pnv@example.vn")]
    for day in ("2025-04-15", "2025-07-01", "2025-09-29", "2025-09-30"):
        office.tick(f"{day} 08:00")
    assert [o for o, _r, _s in ledger(office) if o != "level"] == ["new"]
    office.tick("2025-10-01 08:00")
    office.tick("2025-10-02 08:00")
    assert [o for o, _r, _s in ledger(office) if o != "level"] == ["new", "opens"]
    assert "Kỳ thực hiện đã bắt đầu" in letters(office)[-1][1]


def test_each_level_is_told_once_and_falls_back_to_the_office(office: Office) -> None:
    filled(office, make.task(timing="30/6/2025"), make.task("I.2", timing="30/6/2025", lead="Phòng Tư pháp"))
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").head_mailbox = "truongphong@example.vn"
    office.settings = replace(
        office.settings,
        office=replace(office.settings.office, mailbox="vp@example.vn"),
        escalation=EscalationSettings(leader_mailbox="pct@example.vn"),
        reminders=replace(office.settings.reminders, before=(), after=(), then_every=0, tell=()),
    )
    told: dict[str, list[str]] = {}
    for n in range(1, 32):
        office.mailer.letters.clear()
        office.tick(f"2025-07-{n:02} 08:00")
        for reader, text in letters(office):
            if "QUÁ HẠN LÂU" in text:
                told.setdefault(f"{n}", []).append(reader)
    # 30/6 is a Monday: five, ten and twenty working days later
    assert told == {
        "7": ["truongphong@example.vn", "vp@example.vn"],
        "14": ["vp@example.vn"],
        "28": ["pct@example.vn"],
    }


@pytest.mark.parametrize(("level", "day"), [("head", 7), ("monitor", 14), ("leader", 28)])
def test_a_level_that_is_zero_is_never_told(office: Office, level: str, day: int) -> None:
    filled(office, make.task(timing="30/6/2025"))
    only = {name: 0 for name in ("head", "monitor", "leader") if name != level}
    mailbox = replace(office.settings.office, mailbox="vp@example.vn")
    office.settings = replace(office.settings, office=mailbox, escalation=replace(EscalationSettings(), **only))
    for n in range(1, 32):
        office.tick(f"2025-07-{n:02} 08:00")
    with office.database.transaction() as session:
        levels = [r for r in session.exec(select(Reminder)) if r.rung.startswith("level:")]
        assert [(r.rung, r.at.day) for r in levels] == [(f"level:{level}", day)]


def test_an_urgent_kind_passes_the_window_and_has_its_own_ladder(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        make.directive(session).kind = "CÔNG ĐIỆN"
    night = office.tick("2025-09-27 22:00")  # a Saturday
    assert night.queued.letters == 1
    with office.database.transaction() as session:
        assert {r.rung for r in session.exec(select(Reminder))} == {"new", "3"}
        assert [m.kind for m in session.exec(select(Message))] == ["urgent"]
    assert office.tick("2025-09-27 22:05").queued.letters == 0
    office.tick("2025-09-29 00:05")
    office.tick("2025-09-29 08:00")
    with office.database.transaction() as session:
        assert [r.rung for r in session.exec(select(Reminder))].count("1") == 1, "the morning does not tell it again"


def test_an_agency_has_its_own_ladder_and_may_be_urgent(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"), make.task("I.2", timing="30/9/2025", lead="Phòng Tư pháp"))
    own = replace(office.settings.reminders, agencies={"PTP": Ladder((2,), (), then_every=0, urgent=True)}, tell=())
    office.settings = replace(office.settings, reminders=own)
    for day in (25, 26, 28, 29, 30):  # the 28th is a Sunday
        office.tick(f"2025-09-{day} 06:00")
        office.tick(f"2025-09-{day} 08:00")
    with office.database.transaction() as session:
        told = {r.recipient: [] for r in session.exec(select(Reminder))}  # type: ignore[var-annotated]
        for r in session.exec(select(Reminder).order_by(Reminder.id)):  # type: ignore[arg-type]
            told[r.recipient].append((r.rung, r.at.astimezone(make.ZONE).hour))
    assert told == {"pnv@example.vn": [("3", 8), ("1", 8), ("0", 8)], "ptp@example.vn": [("2", 6)]}


def test_all_letters_may_be_urgent(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    assert office.tick("2025-09-28 05:00").queued.letters == 0
    office.settings = replace(office.settings, reminders=replace(office.settings.reminders, urgent=True))
    assert office.tick("2025-09-28 05:00").queued.letters == 1


def test_what_is_told_can_be_chosen(office: Office) -> None:
    filled(office, make.task(timing="Quý IV"))
    office.settings = replace(office.settings, reminders=replace(office.settings.reminders, tell=("returned",)))
    assert office.tick("2025-04-14 08:00").queued.letters == 0


def test_a_long_list_is_cut_and_says_where_the_rest_stands(office: Office) -> None:
    filled(office, *(make.task(f"I.{n}", timing="trước ngày 10/9/2025") for n in range(1, 8)))
    office.settings = replace(office.settings, reminders=replace(office.settings.reminders, listed=3, tell=()))
    office.tick("2025-09-10 08:00")
    office.tick("2025-09-24 08:00")
    text = letters(office)[-1][1]
    assert "QUÁ HẠN (7)" in text and text.count("[KH27-") == 7, "each is on a rung and stands there"
    filled(office, make.task("1", timing="30/9/2025"), number="28/KH-UBND")
    office.mailer.letters.clear()
    office.tick("2025-09-30 08:00")
    text = letters(office)[-1][1]
    assert "QUÁ HẠN (7)" in text and text.count("[KH27-") == 3 and "[KH28-1]" in text
    assert "Và 4 nhiệm vụ khác; xem đầy đủ bằng: dondoc tasks --agency PNV" in text


def test_the_calendar_file_can_be_left_out(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    without = replace(office.settings, reminders=replace(office.settings.reminders, attach_calendar=False))
    office.tick("2025-09-29 08:00")
    tick(office.database, without, office.keys, office.mailer, at=make.at("2025-09-30 08:00"))
    attached = [b"text/calendar" in letter.content for letter in office.mailer.letters]
    assert attached == [True, False]


def test_a_letter_that_never_left_is_replaced_by_todays(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"), make.task("I.2", timing="30/9/2025", lead="Phòng Tư pháp"))
    away = MemoryMailer({"pnv@example.vn": Outcome(Fate.LATER, "451"), "ptp@example.vn": Outcome(Fate.LATER, "451")})
    office.tick("2025-09-29 08:00", away)
    with office.database.transaction() as session:
        made = how("Lê Lan", "2025-09-29 15:00")
        make.occurrence(session, "KH27-I.2").submit(session, **made, today=date(2025, 9, 29), result="xong")
    office.tick("2025-10-01 08:00")
    assert [reader for reader, _text in letters(office)] == ["pnv@example.vn"]
    assert "đã quá hạn 1 ngày" in letters(office)[0][1] and "Nhiệm vụ mới giao" in letters(office)[0][1]
    with office.database.transaction() as session:
        states = {(m.recipient, m.status.value) for m in session.exec(select(Message))}
        assert states == {("pnv@example.vn", "dropped"), ("pnv@example.vn", "sent"), ("ptp@example.vn", "dropped")}
        assert all(r.message_id or r.skipped for r in session.exec(select(Reminder)))


def test_who_reads_is_asked_again_before_a_letter_leaves(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    away = MemoryMailer({"pnv@example.vn": Outcome(Fate.LATER, "451")})
    office.tick("2025-09-30 08:00", away)
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").mailbox = "moi@example.vn"
    office.tick("2025-09-30 09:00")
    assert letters(office) == []
    office.tick("2025-10-01 08:00")
    assert [reader for reader, _text in letters(office)] == ["moi@example.vn"]


def test_a_new_focal_point_hears_how_things_stand_and_the_others_nothing_new(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.tick("2025-09-25 08:00")
    with office.database.transaction() as session:
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Vũ Nam", "nam@example.vn")
    office.mailer.letters.clear()
    office.tick("2025-09-26 08:00")
    assert [reader for reader, _text in letters(office)] == ["nam@example.vn"]


def test_a_refused_mailbox_is_replaced_by_its_deputy_head_or_the_office(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        agency = make.agency(session, "Phòng Nội vụ")
        agency.deputy_mailbox, agency.head_mailbox = "pho@example.vn", "truong@example.vn"
    office.mailer.outcomes["pnv@example.vn"] = Outcome(Fate.REFUSED, "550 no such user")
    office.settings = replace(office.settings, office=replace(office.settings.office, mailbox="vp@example.vn"))
    office.tick("2025-09-25 08:00")
    office.tick("2025-09-26 08:00")
    assert "pho@example.vn" in [reader for reader, _text in letters(office)]
    office.mailer.outcomes["pho@example.vn"] = Outcome(Fate.REFUSED, "550 no such user")
    office.tick("2025-09-29 08:00")
    office.mailer.letters.clear()
    office.tick("2025-09-30 08:00")
    told = dict(letters(office))
    assert "truong@example.vn" in told
    assert told["vp@example.vn"].index("Chưa có nơi nhận thư: Phòng Nội vụ") < told["vp@example.vn"].index(
        "nhiệm vụ quá hạn"
    )


def test_the_weekly_letter_counts_what_its_lists_hold(office: Office) -> None:
    filled(
        office,
        make.task(timing="23/9/2025"),
        make.task("I.2", timing="24/9/2025", lead="Phòng Tư pháp"),
        make.task("I.3"),
    )
    weekly = WeeklySettings(("tonghop@example.vn",), "wed")
    office.settings = replace(
        office.settings,
        weekly=weekly,
        reminders=replace(office.settings.reminders, before=(), after=(), then_every=0, tell=()),
    )
    for day in (22, 23, 24, 25, 26, 29):
        office.tick(f"2025-09-{day} 08:00")
    weekly_ = [text for reader, text in letters(office) if reader == "tonghop@example.vn"]
    assert len(weekly_) == 1
    assert "Tất cả cơ quan; Quá hạn: 1 <http://127.0.0.1:8000/tasks?standing=overdue&as_of=2025-09-24>" in weekly_[0]
    assert "Phòng Tư pháp; Quá hạn: 0" in weekly_[0]
    with office.database.transaction() as session:
        add_lines(session, [checked_line({"day": "2025-10-01", "kind": "off", "name": "Nghỉ", "source": "x"})])
    office.tick("2025-10-01 08:00")
    office.tick("2025-10-02 08:00")
    with office.database.transaction() as session:
        sent = [m.queued_at.astimezone(make.ZONE).day for m in session.exec(select(Message)) if m.kind == "weekly"]
    assert sent == [24, 2], "on the next working day where its own is off"


def test_letters_of_one_task_show_together(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    for day in (25, 26, 29):
        office.tick(f"2025-09-{day} 08:00")
    heads = [email.message_from_bytes(one.content, policy=email.policy.default) for one in office.mailer.letters]
    assert [head["References"] for head in heads[1:]] == [heads[0]["Message-ID"]] * (len(heads) - 1)
    assert all(str(head["Subject"]).startswith("[KH27-I.1] ") for head in heads)


def test_an_agency_whose_hours_begin_later_is_told_later(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"), make.task("I.2", timing="30/9/2025", lead="Phòng Tư pháp"))
    with office.database.transaction() as session:
        session.exec(select(Agency).where(Agency.code == "PTP")).one().working_hours = "13-17"
    office.tick("2025-09-30 08:00")
    assert [reader for reader, _text in letters(office)] == ["pnv@example.vn"]
    office.tick("2025-09-30 13:00")
    office.tick("2025-09-30 14:00")
    assert [reader for reader, _text in letters(office)] == ["pnv@example.vn", "ptp@example.vn"]
