"""Ways in which a morning once told somebody nothing, too much or the wrong thing; each found by reading or by trying."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests import make
from tests.conftest import Office
from tests.test_letters_regressions import (
    BASIS,
    MONITOR,
    OWNER,
    monitored,
    move_mailbox,
    readers,
    said,
    send_back,
    submit,
    told,
    withdraw,
)
from tests.test_notifications_rounds import filled, how
from tests.test_register_succession import HOW as ARRANGED
from tests.test_register_succession import checked, offices, row
from workflow.access import policy
from workflow.agency import add_agency, add_focal_point
from workflow.config import Ladder
from workflow.duties.passing import hand_on
from workflow.duties.request import Wish, ask, grant, refuse
from workflow.register import handing

HEIR = "tp@example.vn"


def add_heir(office: Office) -> None:
    with office.database.transaction() as session:
        add_agency(session, "Phòng Tư pháp", mailbox=HEIR)


def pass_on(office: Office, heir: str, moment: str, code: str = "KH27-I.1", name: str = "Trần Văn Bình") -> None:
    with office.database.transaction() as session:
        when: dict[str, Any] = {**how(name, moment), "today": date.fromisoformat(moment[:10])}
        to = make.agency(session, heir)
        hand_on(session, make.occurrence(session, code), to, **when, reason="chuyển", basis=BASIS)


def written_to_the_office(office: Office) -> None:
    """The office has a mailbox, so it gets its own letter each morning."""
    office.settings = replace(office.settings, office=replace(office.settings.office, mailbox="vp@example.vn"))


def test_a_task_handed_on_the_day_it_was_given_by_a_reader_of_the_heir_reaches_the_heir(office: Office) -> None:
    filled(office, make.task(timing="31/12/2025"))
    add_heir(office)
    with office.database.transaction() as session:
        add_focal_point(session, make.agency(session, "Phòng Tư pháp"), "Nguyễn Thị An", "an@example.vn")
    office.tick("2025-04-11 16:00")
    filled(office, make.task(timing="31/12/2025"), number="28/KH-UBND", when="2025-04-14 09:00")
    pass_on(office, "Phòng Tư pháp", "2025-04-14 10:00", "KH28-I.1", "Nguyễn Thị An")
    office.tick("2025-04-15 08:00")
    assert "KH28-I.1" in told(office, HEIR)


def test_a_period_recorded_on_its_first_day_by_its_own_focal_point_stops_no_letter(office: Office) -> None:
    filled(office, make.task(timing="31/12/2025"))
    with office.database.transaction() as session:
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Văn thư", "vt@example.vn")
    office.tick("2025-06-30 08:00")
    office.mailer.letters.clear()
    quarterly = make.task(timing="Hằng quý")
    filled(office, quarterly, number="28/KH-UBND", issued=date(2025, 4, 11), when="2025-06-30 10:00")
    office.tick("2025-07-01 08:00")
    assert "KH28-I.1" in told(office, OWNER)


def test_a_succession_entered_by_somebody_of_the_heir_stops_no_letter(office: Office) -> None:
    new = make.task("1", timing="31/12/2025", lead="Cơ quan A")
    with office.database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, new)
        add_focal_point(session, make.agency(session, "Cơ quan H"), ARRANGED["by"].name, "vp@example.vn")
    office.tick("2025-06-27 08:00")
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        make.enacted(session, new, number="28/KH-UBND", when="2025-06-30 10:00")
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=date(2025, 7, 1), **ARRANGED)
    office.tick("2025-07-01 09:00")
    assert "KH28-1" in told(office, "h@example.vn")


def test_what_comes_back_to_a_former_owner_is_told(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    add_heir(office)
    office.tick("2025-04-14 08:00")
    pass_on(office, "Phòng Tư pháp", "2025-04-14 10:00")
    office.tick("2025-04-15 08:00")
    pass_on(office, "Phòng Nội vụ", "2025-04-15 10:00")
    office.mailer.letters.clear()
    office.tick("2025-04-16 08:00")
    assert readers(office) == [OWNER]


def test_an_heir_is_told_of_its_task_and_not_of_what_happened_to_it_long_ago(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"))
    submit(office, "2025-04-14 07:00")
    send_back(office, "2025-04-14 07:10", reason="thiếu phụ lục ngày xưa")
    office.tick("2025-04-14 08:00")
    office.tick("2025-04-15 08:00")
    add_heir(office)
    pass_on(office, "Phòng Tư pháp", "2025-08-01 10:00")
    office.mailer.letters.clear()
    office.tick("2025-08-04 08:00")
    assert "KH27-I.1" in told(office, HEIR)
    assert "ngày xưa" not in told(office, HEIR)


def test_what_was_asked_and_decided_before_the_morning_waits_for_nobody(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="30/9/2025"))
    office.tick("2025-04-14 08:00")
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        when: dict[str, Any] = {**how("Nguyễn Thị An", "2025-04-14 09:00"), "today": date(2025, 4, 14)}
        wanted: dict[str, Any] = {"reason": "vướng", "basis": BASIS, "due": date(2025, 12, 1)}
        request = ask(session, make.occurrence(session), Wish.EXTENSION, **when, **wanted)
        session.flush()
        refuse(session, request, **how("Trần Văn Bình", "2025-04-14 10:00"), reason="không có căn cứ")
    office.tick("2025-04-15 08:00")
    assert readers(office) == [OWNER]


def test_whoever_asked_to_hand_on_hears_that_it_was_granted(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="30/9/2025"))
    add_heir(office)
    office.tick("2025-04-14 08:00")
    office.mailer.letters.clear()
    with office.database.transaction() as session:
        when: dict[str, Any] = {**how("Nguyễn Thị An", "2025-04-14 09:00"), "today": date(2025, 4, 14)}
        wanted: dict[str, Any] = {"reason": "không đúng chức năng", "agency": make.agency(session, "Phòng Tư pháp")}
        request = ask(session, make.occurrence(session), Wish.HAND_ON, **when, basis=BASIS, **wanted)
        session.flush()
        when |= how("Trần Văn Bình", "2025-04-14 10:00")
        grant(session, request, **when, basis=BASIS)
    office.tick("2025-04-15 08:00")
    assert sorted(readers(office)) == [OWNER, HEIR]


def test_a_new_monitor_hears_of_the_report_that_waits(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="30/9/2025"))
        add_agency(session, "Thanh tra", mailbox="tt@example.vn")
    office.tick("2025-04-14 08:00")
    submit(office, "2025-04-14 09:00")
    office.tick("2025-04-15 08:00")
    with office.database.transaction() as session:
        to = {"monitor": make.agency(session, "Thanh tra")}
        policy.change(
            session, make.directive(session), to, [], by=make.BY, at=make.at("2025-04-15 09:00"), reason="đổi"
        )
    office.tick("2025-04-16 08:00")
    assert "KH27-I.1" in told(office, "tt@example.vn")


def test_a_monitor_without_a_mailbox_hears_of_the_report_once_it_has_one(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"))
    move_mailbox(office, "Sở Tài chính", None)
    office.tick("2025-04-14 08:00")
    submit(office, "2025-04-14 09:00")
    office.tick("2025-04-15 08:00")
    move_mailbox(office, "Sở Tài chính", MONITOR)
    office.tick("2025-04-16 08:00")
    assert "KH27-I.1" in told(office, MONITOR)


def test_a_head_without_a_mailbox_hears_of_what_is_long_overdue_once_there_is_one(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.tick("2025-09-30 08:00")
    office.tick("2025-10-07 08:00")
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").head_mailbox = "head@example.vn"
    office.tick("2025-10-08 08:00")
    assert "KH27-I.1" in told(office, "head@example.vn")


def test_a_letter_to_the_head_greets_the_head(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").head_mailbox = "head@example.vn"
    office.tick("2025-10-07 08:00")
    (greeting,) = {line for line in told(office, "head@example.vn").splitlines() if line.startswith("Kính gửi")}
    assert greeting == "Kính gửi: Thủ trưởng Phòng Nội vụ"


def test_people_of_the_same_name_in_two_agencies_are_not_one(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"), mailboxes=False)
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Nguyễn Văn Nam", "nam.pnv@example.vn")
        add_focal_point(session, make.agency(session, "Sở Tài chính"), "Nguyễn Văn Nam", "nam.stc@example.vn")
    submit(office, "2025-04-14 07:00")
    office.tick("2025-04-14 08:00")
    send_back(office, "2025-04-14 09:00", "Nguyễn Văn Nam")
    office.mailer.letters.clear()
    office.tick("2025-04-15 08:00")
    assert readers(office) == ["nam.pnv@example.vn"]


def test_two_spellings_of_an_address_are_one_reader(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Nay", "PNV@example.vn")
    office.tick("2025-09-29 08:00")
    assert len(office.mailer.letters) == 1


@pytest.mark.parametrize("another_agency_is_new", [False, True])
def test_a_rung_that_passed_while_it_was_reported_is_told_once_the_report_is_taken_back(
    office: Office, another_agency_is_new: bool
) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.tick("2025-04-14 08:00")
    submit(office, "2025-09-09 07:00")
    office.tick("2025-09-10 08:00")
    withdraw(office, "2025-09-10 10:00")
    if another_agency_is_new:
        with office.database.transaction() as session:
            add_agency(session, "Phòng Mới")
    office.mailer.letters.clear()
    office.tick("2025-09-11 08:00")
    assert readers(office) == [OWNER]


def test_whoever_ticks_for_a_day_to_come_does_not_silence_the_days_before(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.tick("2025-04-14 08:00")
    office.tick("2025-12-15 08:00")
    filled(office, make.task(timing="28/4/2025"), number="28/KH-UBND", when="2025-04-14 09:00")
    office.mailer.letters.clear()
    for day in ("2025-04-15", "2025-04-28", "2025-04-29"):
        office.tick(f"{day} 08:00")
    assert "KH28-I.1" in told(office)


def test_a_far_rung_of_an_own_ladder_is_not_called_a_decision(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        code = make.agency(session, "Phòng Nội vụ").code
    own = replace(office.settings.reminders, agencies={code: Ladder(before=(40, 3, 0))})
    office.settings = replace(office.settings, reminders=own)
    office.tick("2025-04-14 08:00")
    office.mailer.letters.clear()
    office.tick("2025-08-15 08:00")
    text = told(office, OWNER)
    assert "KH27-I.1" in text
    assert "đã xử lý" not in text and "Đã có kết quả xử lý" not in text


def test_a_second_due_day_of_a_task_is_no_period_that_has_begun(office: Office) -> None:
    filled(office, make.task(timing="trước ngày 30/6/2025 và trước ngày 30/11/2025"))
    office.tick("2025-04-14 08:00")
    assert "Nhiệm vụ mới giao" in told(office)
    assert "Kỳ thực hiện đã bắt đầu" not in told(office)


def test_a_task_without_a_due_day_is_announced(office: Office) -> None:
    filled(office, make.task(timing="Thường xuyên"))
    assert office.tick("2025-04-14 08:00").queued.letters == 1
    assert "Nhiệm vụ mới giao" in told(office, OWNER)


def test_the_calendar_file_follows_a_moved_deadline(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.tick("2025-09-25 08:00")
    with office.database.transaction() as session:
        moved = how("Trần Văn Bình", "2025-09-25 10:00")
        make.occurrence(session).redate(session, date(2025, 12, 1), **moved, reason="gia hạn")
    office.mailer.letters.clear()
    office.tick("2025-09-26 08:00")
    assert "DTSTART;VALUE=DATE:20251201" in told(office, OWNER)


def test_one_day_is_said_in_the_singular_in_english(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.settings = replace(office.settings, language="en")
    office.tick("2025-09-29 08:00")
    assert "1 day left" in told(office, OWNER)
    assert "1 days left" not in told(office, OWNER)


def test_an_unreachable_agency_with_its_own_hours_is_named_to_the_office(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"), mailboxes=False)
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").working_hours = "14-16"
    written_to_the_office(office)
    for hour in ("08:00", "14:00", "16:30"):
        office.tick(f"2025-09-30 {hour}")
    assert "dondoc agencies mailbox" in told(office, "vp@example.vn")


@pytest.mark.parametrize(
    ("kind", "moments"),
    [
        ("Kế hoạch", ("2025-09-25 08:00", "2025-09-26 08:00")),
        ("Công điện", ("2025-09-29 22:00", "2025-09-30 08:00", "2025-10-01 08:00")),
    ],
)
def test_each_morning_the_office_reads_which_agency_is_unreachable(
    office: Office, kind: str, moments: tuple[str, ...]
) -> None:
    filled(office, make.task(timing="30/9/2025"), mailboxes=False)
    with office.database.transaction() as session:
        make.directive(session).kind = kind
    written_to_the_office(office)
    for moment in moments:
        office.tick(moment)
    own = [said(one) for one in office.mailer.letters if one.recipient == "vp@example.vn"]
    assert ["dondoc agencies mailbox" in text for text in own if "Tình hình" in text] == [True, True]
