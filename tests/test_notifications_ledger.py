"""The ledger questioned: what was told, why nobody was, what comes; and the proof for an inspection."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from notifications import ledger
from notifications.mailer import Fate, Outcome
from tests import make
from tests.conftest import Office, Run
from workflow import ledger as told_
from workflow.agency import Agency
from workflow.message import MessageStatus
from workflow.snapshot import snapshot


@pytest.fixture
def year(office: Office) -> Office:
    """A task due on 30/9/2025 through its ladder, with a night without a clock and a refused letter."""
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"), make.task("I.2", timing="30/9/2025", lead="Phòng Tư pháp"))
    office.tick("2025-04-14 08:00")
    office.tick("2025-09-09 08:00")
    office.tick("2025-09-10 08:00")
    office.mailer.outcomes["ptp@example.vn"] = Outcome(Fate.REFUSED, "550 no such user")
    office.tick("2025-09-23 08:00")  # rung 7 fell on the 19th, when nothing ran
    return office


def lines(office: Office, code: str = "KH27-I.1") -> list[dict[str, Any]]:
    with snapshot(office.settings.database.url) as view:
        return told_.told(view, code)


def asked(office: Office, day: str, code: str = "KH27-I.1", today: str = "2025-12-31") -> list[str]:
    with snapshot(office.settings.database.url) as view:
        found = ledger.why_not(view, office.settings, code, date.fromisoformat(day), today=date.fromisoformat(today))
    assert len(found) == 1
    return list(found[0]["words"])


def test_every_line_says_what_became_of_it(year: Office) -> None:
    assert [(row["rung"], row["state"], row["reply"]) for row in lines(year)] == [
        ("new", "sent", "memory"),
        ("15", "sent", "memory"),
        ("7", "sent", "memory"),
    ]
    refused = lines(year, "KH27-I.2")[-1]
    assert (refused["rung"], refused["state"], refused["why"]) == ("7", "refused", "550 no such user")
    assert told_.say_state(refused) == "máy chủ từ chối: 550 no such user"


def test_a_doubtful_letter_is_said_to_be_so(year: Office) -> None:
    from workflow.message import Message

    with year.database.transaction() as session:
        row = session.get_one(Message, lines(year)[0]["letter"])
        row.doubts = 2
    assert told_.say_state(lines(year)[0]) == "đã gửi (có thể đã đến thêm 2 lần)"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-09-09", ["trước hạn 15 ngày làm việc: pnv@example.vn – đã gửi"]),
        ("2025-09-06", ["là ngày nghỉ (thứ Bảy)", "Hạn khi đó là ngày 30/9/2025", "Mốc nhắc kế tiếp là “trước hạn 15"]),
        ("2025-09-10", ["Mốc nhắc gần nhất tính đến ngày đó là “trước hạn 15 ngày làm việc”, ngày 09/9/2025: đã gửi"]),
        ("2025-09-19", ["Lịch chạy không hoạt động", "“trước hạn 7 ngày làm việc”, ngày 19/9/2025: đã gửi"]),
        ("2025-03-03", ["Nhiệm vụ được ghi nhận sau ngày đó"]),
        ("2026-02-02", ["chưa đến", "quá hạn"]),
    ],
)  # fmt: skip
def test_why_not_gives_every_reason(year: Office, day: str, said: list[str]) -> None:
    found = asked(year, day)
    for words in said:
        assert any(words in line for line in found), (words, found)


def test_why_not_knows_what_was_closed_then(year: Office) -> None:
    with year.database.transaction() as session:
        made = {"by": make.BY, "at": make.at("2025-09-24 09:00")}
        make.occurrence(session).submit(session, **made, today=date(2025, 9, 24))  # type: ignore[arg-type]
    assert asked(year, "2025-09-30") == [
        "Ngày đó nhiệm vụ ở trạng thái “chờ xác nhận”: chỉ nhắc nhiệm vụ còn phải thực hiện."
    ]
    assert any("đã gửi" in line for line in asked(year, "2025-09-23")), "it was open on the day asked about"


def test_why_not_names_nobody_and_the_end_of_the_ladder(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"), mailboxes=False)
    office.tick("2025-09-30 08:00")
    assert any(
        line.endswith("không có ai – bỏ qua: Không có địa chỉ nào để gửi thư.") for line in asked(office, "2025-09-30")
    )
    assert any("Các mốc nhắc đã hết" in line for line in asked(office, "2026-06-01", today="2026-12-31"))


def test_the_plan_names_day_rung_and_readers(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(
            session, make.task(timing="30/9/2025"), make.task("I.2", timing="Quý II và IV", lead="Phòng Tư pháp")
        )
        session.get_one(Agency, make.agency(session, "Phòng Nội vụ").id).head_mailbox = "truong@example.vn"
    with snapshot(office.settings.database.url) as view:
        rows = ledger.plan(view, office.settings, date(2025, 9, 22), date(2025, 10, 9))
    found = [(f"{row['day']:%d/%m}", row["code"], row["rung"], row["recipients"]) for row in rows]
    assert found == [
        ("24/09", "KH27-I.2", "-60", ["ptp@example.vn"]),
        ("25/09", "KH27-I.1", "3", ["pnv@example.vn"]),
        ("29/09", "KH27-I.1", "1", ["pnv@example.vn"]),
        ("30/09", "KH27-I.1", "0", ["pnv@example.vn"]),
        ("01/10", "KH27-I.1", "-1", ["pnv@example.vn"]),
        ("01/10", "KH27-I.2", "opens", ["ptp@example.vn"]),
        ("07/10", "KH27-I.1", "-5", ["pnv@example.vn"]),
        ("07/10", "KH27-I.1", "level:head", ["truong@example.vn"]),
    ]


def test_what_was_planned_is_what_is_told(office: Office) -> None:
    """The plan of half a year, compared with what the mornings of that half year then wrote."""
    with office.database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="30/6/2025"),
            make.task("I.2", timing="Quý II và IV", lead="Phòng Tư pháp"),
            make.task("I.3", timing="Hằng tháng", lead="Phòng Y tế"),
        )
    office.settings = replace(office.settings, timing=replace(office.settings.timing, horizon_days=400))
    office.tick("2025-04-11 10:00")
    first, last = date(2025, 4, 14), date(2025, 9, 30)
    with snapshot(office.settings.database.url) as view:
        planned = {
            (row["day"], row["code"], row["period"], row["rung"])
            for row in ledger.plan(view, office.settings, first, last)
            if row["recipients"]
        }
    for n in range((last - first).days + 1):
        office.tick(f"{date.fromordinal(first.toordinal() + n)} 08:00")
    told = {
        (row["decided_at"].astimezone(make.ZONE).date(), code, row["period"], row["rung"])
        for code in ("KH27-I.1", "KH27-I.2", "KH27-I.3")
        for row in lines(office, code)
        if row["decided_at"].astimezone(make.ZONE).date() >= first and row["state"] == "sent"
    }
    assert told == planned


def test_the_commands_answer_people_and_programs(year: Office, run: Run, tmp_path: Path) -> None:
    code, said, _err = run("why-reminded", "kh27-i.1")
    assert code == 0 and "trước hạn 7 ngày làm việc" in said and "pnv@example.vn" in said
    known = json.loads(run("why-reminded", "KH27-I.1", "--json")[1])
    assert [row["rung"] for row in known["told"]] == ["new", "15", "7"]
    code, said, _err = run("why-not", "KH27-I.1", "--on", "19/9/2025")
    assert code == 0 and "Lịch chạy không hoạt động" in said
    assert json.loads(run("why-not", "KH27-I.1", "--on", "23/9/2025", "--json")[1])[0]["reminded"] is True
    assert run("why-not", "KH27-I.9")[0] == 2 and run("why-reminded", "KH27-I.9")[0] == 2
    code, said, _err = run("reminders", "plan", "--from", "25/9/2025", "--to", "30/9/2025", "--agency", "PNV")
    assert code == 0 and "3 lần nhắc" in said
    assert run("reminders", "plan", "--from", "30/9/2025", "--to", "25/9/2025")[0] == 2
    file = tmp_path / "chung-minh.docx"
    assert run("report", "proof", "KH27-I.1", "--output", str(file))[0] == 0
    document = docx.Document(str(file))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"pnv@example.vn", "mới giao", "trước hạn 15 ngày làm việc"} <= cells
    assert any(cell.startswith("<") and cell.endswith("@localhost>") for cell in cells)
    assert "Mã nhật ký" in document.sections[0].footer.paragraphs[0].text
    assert json.loads(run("report", "proof", "KH27-I.1", "--json")[1]) == known["told"]


def test_a_refused_letter_can_be_sent_again(year: Office, run: Run) -> None:
    number = lines(year, "KH27-I.2")[-1]["letter"]
    assert run("outbox", "--retry", str(number))[0] == 0
    year.mailer.outcomes.clear()
    year.mailer.letters.clear()
    year.tick("2025-09-23 10:00")
    from workflow.message import Message

    with year.database.transaction() as session:
        row = session.get_one(Message, number)
        assert row.status is MessageStatus.QUEUED, "the command took the clock of today"
    assert run("outbox", "--retry", str(number))[0] == 1
    assert run("outbox", "--retry", "99999")[0] == 2
