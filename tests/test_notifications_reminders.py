"""Who is told what and when: the ladder, the digest, ticks that are late, doubled or at once."""

from __future__ import annotations

import email
import email.policy
import shutil
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from notifications import ladder, letters
from notifications.mailer import Fate, MemoryMailer, Outcome
from notifications.tick import tick
from tests import make
from tests.conftest import Office
from workflow.agency import FocalPoint, add_focal_point, find_agency
from workflow.calendar import WorkingCalendar
from workflow.config import ReminderSettings
from workflow.message import ActionLink, Message, Reminder
from workflow.occurrence import Occurrence

CALENDAR, LADDER = WorkingCalendar(), ReminderSettings()


def test_rungs_are_counted_in_working_days_and_skip_the_holidays() -> None:
    # due Tuesday 6/5/2025; 30/4 to 4/5 are off
    days = dict(ladder.rungs(date(2025, 5, 6), CALENDAR, LADDER))
    assert days[0] == date(2025, 5, 6)
    assert days[1] == date(2025, 5, 5)
    assert days[3] == date(2025, 4, 28)
    assert days[-1] == date(2025, 5, 7)


def test_a_due_day_off_is_reminded_on_the_last_working_day_before() -> None:
    assert dict(ladder.rungs(date(2026, 5, 3), CALENDAR, LADDER))[0] == date(2026, 4, 29)


def reached(due: date, today: date, since: date | None = None) -> int | None:
    """The rung that a round of today tells of a due day, decided last on `since`."""
    return ladder.fresh(ladder.Count(CALENDAR, today), LADDER, since).get(due)


def test_after_an_absence_only_the_newest_rung_counts() -> None:
    due = date(2025, 9, 30)
    assert reached(due, date(2025, 8, 1)) is None
    assert reached(due, date(2025, 9, 30)) == 0
    assert reached(due, date(2025, 10, 3)) == -1
    assert reached(due, date(2026, 10, 3)) == -60


def test_every_setting_of_the_ladder_changes_it() -> None:
    due = date(2025, 9, 30)

    def known(**change: object) -> list[int]:
        return [rung for rung, _day in ladder.rungs(due, CALENDAR, replace(LADDER, **change))]  # type: ignore[arg-type]

    assert known() == [15, 7, 3, 1, 0, -1, -5, -10, -20, -30, -40, -50, -60]
    assert known(before=(2,))[0] == 2
    assert known(after=(4,), then_every=0) == [15, 7, 3, 1, 0, -4]
    assert known(then_every=25)[-2:] == [-35, -60]
    assert known(last=12)[-1] == -10


@given(st.dates(date(2024, 6, 1), date(2026, 6, 1)))
def test_days_of_the_ladder_never_go_back(due: date) -> None:
    days = [day for _rung, day in ladder.rungs(due, CALENDAR, LADDER)]
    assert days == sorted(days)
    assert all(CALENDAR.is_working(day) for day in days)


@given(st.dates(date(2025, 1, 1), date(2026, 6, 1)), st.integers(-150, 60), st.integers(1, 30))
def test_what_a_round_tells_is_the_newest_day_of_the_ladder_since_the_last(
    today: date, ahead: int, absent: int
) -> None:
    today, since = CALENDAR.on_or_after(today), today - timedelta(days=absent)
    due = today + timedelta(days=ahead)
    come = [(rung, day) for rung, day in ladder.rungs(due, CALENDAR, LADDER) if day <= today]
    newest = come[-1] if come else None
    assert reached(due, today) == (newest and newest[0])
    assert reached(due, today, since) == (newest[0] if newest and newest[1] > since else None)


def filled(office: Office, *tasks: object) -> None:
    with office.database.transaction() as session:
        make.enacted(session, *(tasks or (make.task(),)))  # type: ignore[arg-type]


def rungs(office: Office, *, occasions: bool = False) -> list[tuple[str, str]]:
    """The lines of the ledger that a letter told; of the ladder only, unless the `occasions` are asked for."""
    with office.database.transaction() as session:
        told = [r for r in session.exec(select(Reminder)) if r.message_id]
        return sorted((r.rung, r.recipient) for r in told if occasions or r.rung.lstrip("-").isdigit())


def test_one_letter_a_morning_with_everything_due(office: Office) -> None:
    filled(
        office,
        make.task(timing="Quý III"),
        make.task("I.2", timing="trước ngày 24/9/2025"),
        make.task("I.3", timing="Quý IV"),
        make.task("I.4", timing="Thường xuyên"),
    )
    done = office.tick("2025-09-25 08:00")
    assert (done.queued.letters, done.queued.reminders, done.delivered.sent) == (1, 6, 1), (
        "two rungs, and four tasks given"
    )
    message = email.message_from_bytes(office.mailer.letters[0].content, policy=email.policy.default)
    text, html = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for part in (text, html):
        assert "KH27-I.1" in part and "KH27-I.2" in part
        assert part.index("KH27-I.2") < part.index("KH27-I.1") < part.index("KH27-I.3"), "late, soon, only given"
        assert "đã quá hạn 2 ngày" in part and "còn 5 ngày" in part
        assert part.count("/v/") == 4
    assert message["Subject"].startswith("Quá hạn 1, sắp đến hạn 1, mới giao 2")
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_same_morning_again_writes_nothing(office: Office) -> None:
    filled(office)
    office.tick("2025-09-25 08:00")
    again = office.tick("2025-09-25 08:05")
    assert (again.queued.letters, again.delivered.sent, len(office.mailer.letters)) == (0, 0, 1)


def test_three_days_asleep_end_in_one_letter_with_the_newest_rung(office: Office) -> None:
    filled(office)
    office.tick("2025-09-09 08:00")  # rung 15
    office.tick("2025-09-30 08:00")  # rungs 7, 3, 1 were slept through
    assert rungs(office) == [("0", "pnv@example.vn"), ("15", "pnv@example.vn")]
    assert len(office.mailer.letters) == 2


def test_nothing_is_written_on_days_off_and_outside_hours(office: Office) -> None:
    filled(office)
    for moment in ("2025-09-27 09:00", "2025-09-01 09:00", "2025-09-30 07:59", "2025-09-30 17:00"):
        assert office.tick(moment).queued.letters == 0
    early = replace(office.settings, reminders=replace(office.settings.reminders, from_hour=7))
    assert tick(office.database, early, office.keys, office.mailer, at=make.at("2025-09-30 07:59")).queued.letters == 1
    late = replace(office.settings, reminders=replace(office.settings.reminders, to_hour=18))
    assert tick(office.database, late, office.keys, office.mailer, at=make.at("2025-10-01 17:30")).queued.letters == 1


def test_a_new_deadline_arms_the_ladder_again(office: Office) -> None:
    filled(office)
    office.tick("2025-09-30 08:00")
    with office.database.transaction() as session:
        how = {"by": make.BY, "at": make.at("2025-09-30 10:00"), "reason": "x"}
        make.occurrence(session).redate(session, date(2025, 10, 31), **how)  # type: ignore[arg-type]
    office.tick("2025-10-31 08:00")
    with office.database.transaction() as session:
        told = [(r.rung.partition(":")[0], r.deadline_version, str(r.due_on)) for r in session.exec(select(Reminder))]
        assert told == [
            ("new", 1, "2025-09-30"),
            ("0", 1, "2025-09-30"),
            ("decided", 2, "2025-10-31"),
            ("0", 2, "2025-10-31"),
        ]


def test_closed_and_resting_work_is_never_reminded(office: Office) -> None:
    filled(office, *(make.task(f"I.{n}", lead=f"Phòng số {n}") for n in range(1, 5)))
    how = {"by": make.BY, "at": make.at("2025-09-01 08:00")}
    with office.database.transaction() as session:
        make.occurrence(session, "KH27-I.1").submit(session, **how, today=date(2025, 9, 1))
        make.occurrence(session, "KH27-I.2").cancel(session, **how, reason="x")
        make.occurrence(session, "KH27-I.3").suspend(session, **how, reason="x")
    office.tick("2025-09-30 08:00")
    assert rungs(office) == [("0", "ps4@example.vn")]
    told = {rung.partition(":")[0]: recipient for rung, recipient in rungs(office, occasions=True)}
    assert told == {"0": "ps4@example.vn", "new": "ps4@example.vn", "decided": "ps3@example.vn"}, (
        "that it rests is told once"
    )


def test_mailbox_and_focal_points_of_the_day_each_get_their_own_letter(office: Office) -> None:
    filled(office)
    with office.database.transaction() as session:
        agency = find_agency(session, "Phòng Nội vụ")
        assert agency
        add_focal_point(session, agency, "Nay", "nay@example.vn")
        session.add(FocalPoint(agency_id=agency.id or 0, name="Cũ", email="cu@example.vn", valid_to=date(2025, 9, 1)))
        session.add(
            FocalPoint(agency_id=agency.id or 0, name="Sau", email="sau@example.vn", valid_from=date(2026, 1, 1))
        )
    office.tick("2025-09-30 08:00")
    assert sorted(letter.recipient for letter in office.mailer.letters) == ["nay@example.vn", "pnv@example.vn"]
    with office.database.transaction() as session:
        assert len({link.token_hash for link in session.exec(select(ActionLink))}) == 2


def test_an_agency_nobody_can_write_to_is_named_and_the_office_told(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(), mailboxes=False)
    done = office.tick("2025-09-30 08:00")
    assert (done.queued.without_mailbox, done.queued.letters) == (["Phòng Nội vụ"], 0)
    told = replace(office.settings, office=replace(office.settings.office, mailbox="vp@example.vn"))
    assert office.tick("2025-09-30 08:05").queued.letters == 0
    tick(office.database, told, office.keys, office.mailer, at=make.at("2025-10-01 08:00"))
    assert [letter.recipient for letter in office.mailer.letters] == ["vp@example.vn"] * 2, "the agency's and its own"


def test_two_ticks_at_once_end_in_one_letter_a_reminder(office: Office) -> None:
    filled(office, *(make.task(f"I.{n}", lead=f"Phòng số {n}") for n in range(1, 7)))
    transport, errors = MemoryMailer(), []

    def one() -> None:
        try:
            office.tick("2025-09-30 08:00", transport)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.tick("2025-09-30 08:20", transport)
    assert errors == []
    assert sorted(letter.recipient for letter in transport.letters) == [f"ps{n}@example.vn" for n in range(1, 7)]
    assert (len(rungs(office)), len(rungs(office, occasions=True))) == (6, 12)


def test_one_letter_that_cannot_be_written_stops_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(office, make.task(lead="Phòng số 1"), make.task("I.2", lead="Phòng số 2"))
    with office.database.transaction() as session:
        make.occurrence(session, "KH27-I.1").period = "không phải kỳ"
    with office.database.transaction() as session:
        agency = find_agency(session, "Phòng số 1")
        assert agency
        agency.mailbox = "bad address\udcff@example.vn".encode("utf-8", "replace").decode()
    done = office.tick("2025-09-30 08:00")
    assert done.queued.letters + len(done.queued.failed) == 2
    assert "ps2@example.vn" in [letter.recipient for letter in office.mailer.letters]


def test_one_task_that_cannot_be_put_into_words_keeps_no_other_from_being_told(office: Office) -> None:
    filled(office, make.task(), make.task("I.2"))
    with office.database.transaction() as session:
        make.occurrence(session, "KH27-I.1").period = "2025-Qx"
    done = office.tick("2025-09-30 08:00")
    text = email.message_from_bytes(office.mailer.letters[0].content, policy=email.policy.default)
    assert "KH27-I.2" in text.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert done.queued.failed
    with office.database.transaction() as session:
        lines = {
            (r.occurrence_id, r.rung): (r.message_id is None, bool(r.skipped)) for r in session.exec(select(Reminder))
        }
        ids = {code: make.occurrence(session, code).id for code in ("KH27-I.1", "KH27-I.2")}
    assert lines[ids["KH27-I.1"], "0"] == (True, True), "nobody was told, and the ledger says why"
    assert lines[ids["KH27-I.2"], "0"] == (False, False)


def test_line_breaks_in_a_title_add_no_header(office: Office) -> None:
    nasty = "Tên\r\nBcc: x@example.com\x0b\x1c\x85\u2028dòng\n\nthân"
    filled(office, make.task(text=nasty, lead="Phòng Nội vụ"))
    with office.database.transaction() as session:
        occurrence = make.occurrence(session)
        occurrence.agency.name = nasty
    office.tick("2025-09-30 08:00")
    message = email.message_from_bytes(office.mailer.letters[0].content, policy=email.policy.default)
    assert message["Bcc"] is None
    assert set(message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "X-Dondoc-Loop",
        "List-Id",
        "Precedence",
        "List-Unsubscribe",
        "MIME-Version",
        "Content-Type",
    }


def test_markup_in_a_title_is_shown_and_not_run() -> None:
    nasty = "<script>alert(1)</script>"
    entry = letters.Entry("A", nasty, (nasty,), nasty, (nasty,), "http://x/v/1")
    words = letters.Words("s", nasty, nasty, [letters.Section(nasty, entries=[entry], lines=(nasty,))], (nasty,), nasty)
    _subject, text, html = letters.render(words)
    assert "<script>" not in html and html.count("&lt;script&gt;") == 10
    assert "<script>" in text


def test_in_english_where_the_office_says_so(office: Office) -> None:
    filled(office)
    english = replace(office.settings, language="en")
    tick(office.database, english, office.keys, office.mailer, at=make.at("2025-09-30 08:00"))
    message = email.message_from_bytes(office.mailer.letters[0].content, policy=email.policy.default)
    assert message["Subject"].startswith("[KH27-I.1] 1 due today")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 120), min_size=1, max_size=8), st.integers(1, 3))
def test_ticking_twice_is_ticking_once(_sqlite_template: Path, mornings: list[int], times: int) -> None:
    """Whatever mornings a machine was awake, repeating each tick changes neither the letters nor the reminders."""
    from tempfile import TemporaryDirectory

    from notifications.signing import load_keys
    from workflow import config
    from workflow.database import Database

    def run(repeat: int, folder: str) -> list[tuple[str, int, str]]:
        made = config._anchored(config.Settings(), Path(folder))
        database = Database(f"sqlite:///{shutil.copy(_sqlite_template, folder)}")
        office = Office(made, database, load_keys(made.links.key_file), MemoryMailer())
        filled(
            office,
            make.task(timing="Quý II"),
            make.task("I.2", timing="Tháng 6/2025", lead="Phòng Tư pháp"),
            make.task("I.3", timing="Hằng tháng"),
        )
        for morning in sorted(mornings):
            for _n in range(repeat):
                office.tick(f"{date(2025, 4, 14) + timedelta(days=morning)} 08:00")
        with database.transaction() as session:
            found = sorted((r.due_on.isoformat(), r.rung, r.recipient) for r in session.exec(select(Reminder)))
            assert len(session.exec(select(Message)).all()) == len(office.mailer.letters)
        database.dispose()
        return found

    with TemporaryDirectory() as one, TemporaryDirectory() as more:
        assert run(1, one) == run(times + 1, more)


def test_a_refused_letter_leaves_the_others_going(office: Office) -> None:
    filled(office, make.task(lead="Phòng số 1"), make.task("I.2", lead="Phòng số 2"))
    office.mailer.outcomes["ps1@example.vn"] = Outcome(Fate.REFUSED, "550 no such user")
    done = office.tick("2025-09-30 08:00")
    assert (done.delivered.sent, done.delivered.failed) == (1, 1)
    with office.database.transaction() as session:
        failed = session.exec(select(Message).where(Message.status == "failed")).one()
        assert failed.reason == "550 no such user"


def test_what_was_done_before_the_letter_left_is_not_sent(office: Office) -> None:
    filled(office)
    office.mailer.outcomes["pnv@example.vn"] = Outcome(Fate.AWAY, "no server")
    waiting = office.tick("2025-09-30 08:00")
    assert waiting.mail_is_away
    with office.database.transaction() as session:
        make.occurrence(session).submit(session, by=make.BY, at=make.at("2025-09-30 09:00"), today=date(2025, 9, 30))
        assert isinstance(make.occurrence(session), Occurrence)
    office.mailer.outcomes.clear()
    later = office.tick("2025-09-30 10:00")
    assert (later.delivered.sent, later.delivered.dropped) == (0, 1)


def test_an_agency_has_its_own_hours_language_and_deputy(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="10/7/2025", lead="Phòng Nội vụ; Phòng Tư pháp"), mailboxes=False)
        late, english = find_agency(session, "Phòng Nội vụ"), find_agency(session, "Phòng Tư pháp")
        assert late and english
        late.mailbox, late.working_hours = "nv@example.vn", "14-16"
        english.deputy_mailbox, english.language = "deputy@example.vn", "en"
    office.tick("2025-07-09 08:00")
    assert [m.recipient for m in office.mailer.letters] == ["deputy@example.vn"]
    letter = email.message_from_bytes(office.mailer.letters[0].content, policy=email.policy.default)
    assert letter["subject"] == "[KH27-I.1] 1 due soon – Phòng Tư pháp (09/7/2025)"
    office.tick("2025-07-09 13:59")
    assert len(office.mailer.letters) == 1
    office.tick("2025-07-09 14:00")
    assert [m.recipient for m in office.mailer.letters] == ["deputy@example.vn", "nv@example.vn"]
    with office.database.transaction() as session:
        found = find_agency(session, "Phòng Tư pháp")
        assert found
        found.mailbox = "tp@example.vn"
    office.tick("2025-07-10 08:00")
    assert office.mailer.letters[-1].recipient == "tp@example.vn", "the deputy stands in only where nobody else is"
