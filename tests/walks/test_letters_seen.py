"""A letter of each kind as its reader has it: the words of its text part, and its page in Chromium at the width of a phone and a desk.

`DONDOC_WRITE_LETTERS=1` writes the texts in tests/walks/letters anew; read the difference before it is committed.
"""

from __future__ import annotations

import email
import email.policy
import html
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import Office
from tests.walks.test_main_job import started_browser
from workflow.agency import add_focal_point
from workflow.audit import By
from workflow.basis import Basis
from workflow.config import EscalationSettings, WeeklySettings
from workflow.duties.request import Wish, ask
from workflow.message import Message

FOLDER = Path(__file__).parent / "letters"
KINDS = ("digest", "returned", "waiting", "escalation", "weekly", "office", "urgent", "confidential")


def by(name: str, moment: str) -> dict[str, Any]:
    return {"by": By(name, "cli"), "at": make.at(moment)}


@pytest.fixture
def written(office: Office) -> dict[str, bytes]:
    """A letter of each kind, out of one September."""
    with office.database.transaction() as session:
        make.enacted(
            session,
            make.task(
                text="Lập kế hoạch số hóa hồ sơ <2026> & dự toán", timing="Quý III", deliverable="Kế hoạch của UBND"
            ),
            make.task("I.2", text="Báo cáo kết quả rà soát thủ tục hành chính", timing="trước ngày 25/9/2025"),
            make.task("II.1", text="Tổ chức tập huấn cho cán bộ cấp xã", timing="Tháng 10/2025", lead="Phòng Tư pháp"),
        )
        make.enacted(
            session, make.task("1", text="Trực bão số 9", timing="26/9/2025", lead="Phòng Y tế"), number="5/CĐ-UBND"
        )
        make.enacted(
            session, make.task("1", text="Nội dung mật", timing="30/9/2025", lead="Phòng Dân tộc"), number="6/KH-UBND"
        )
        make.directive(session, "CD5").kind = "Công điện"
        make.directive(session, "KH6").confidential = True
        monitor = make.agency(session, "Sở Tài chính", new=True)
        monitor.mailbox = "stc@example.vn"
        make.directive(session).monitor_id = monitor.id
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Vũ Nam", "nam@example.vn")
    office.settings = replace(
        office.settings,
        office=replace(office.settings.office, name="Phòng Tài chính - Kế hoạch", mailbox="vp@example.vn"),
        weekly=WeeklySettings(("tonghop@example.vn",), "mon"),
        escalation=EscalationSettings(head=1, monitor=0, leader=0),
    )
    found: dict[str, bytes] = {}
    office.tick("2025-09-01 22:00")
    office.tick("2025-09-25 22:00")
    office.tick("2025-09-26 08:00")
    keep(
        office,
        found,
        digest="pnv@example.vn",
        escalation="vp@example.vn",
        urgent="pyt@example.vn",
        confidential="pdt@example.vn",
    )
    with office.database.transaction() as session:
        report = by("Lê Lan", "2025-09-26 09:00")
        make.occurrence(session, "KH27-II.1").submit(
            session, **report, today=date(2025, 9, 26), result="Đã tập huấn 120 người"
        )
        make.occurrence(session).submit(session, **report, today=date(2025, 9, 26), result="Đã trình")
        make.occurrence(session).send_back(session, **by("Trần Hà", "2025-09-26 10:00"), reason="Thiếu phụ lục dự toán")
        wanted = {"reason": "Chờ hướng dẫn", "basis": Basis("12/TTr-PNV", date(2025, 9, 26)), "due": date(2025, 10, 30)}
        late = make.occurrence(session, "KH27-I.2")
        ask(session, late, Wish.EXTENSION, **by("Lê Lan", "2025-09-26 11:00"), today=date(2025, 9, 26), **wanted)  # type: ignore[arg-type]
    office.mailer.letters.clear()
    office.tick("2025-09-29 08:00")
    keep(office, found, returned="pnv@example.vn", waiting="stc@example.vn", weekly="tonghop@example.vn")
    with office.database.transaction() as session:
        kinds = {m.message_id: m.kind for m in session.exec(select(Message))}
        for letter in office.mailer.letters:
            if kinds[letter.message_id] == "office":
                found["office"] = letter.content
    return found


def keep(office: Office, found: dict[str, bytes], **readers: str) -> None:
    for kind, reader in readers.items():
        found[kind] = next(one.content for one in office.mailer.letters if one.recipient == reader)


def parts(content: bytes) -> tuple[str, str, str]:
    """Subject, text and HTML, with the secrets of the links taken out."""
    read = email.message_from_bytes(content, policy=email.policy.default)
    bodies = [read.get_body((kind,)).get_content() for kind in ("plain", "html")]  # type: ignore[union-attr]
    text, page = (re.sub(r"(/v/)[\w.~-]+", r"\1…", body) for body in bodies)
    text, page = (re.sub(r"\d+-[0-9a-f]{20}", "mã", body) for body in (text, page))
    return str(read["Subject"]), text.replace("\r\n", "\n"), page


def test_the_words_of_each_kind(written: dict[str, bytes]) -> None:
    assert set(written) == set(KINDS)
    for kind, content in written.items():
        subject, text, _page = parts(content)
        said = f"{subject}\n\n{text}"
        file = FOLDER / f"{kind}.txt"
        if os.environ.get("DONDOC_WRITE_LETTERS"):
            FOLDER.mkdir(exist_ok=True)
            file.write_text(said, encoding="utf-8")
        assert said == file.read_text(encoding="utf-8"), kind


def test_text_and_page_say_the_same(written: dict[str, bytes]) -> None:
    for kind, content in written.items():
        _subject, text, page = parts(content)
        shown = html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*?</head>", " ", page)))
        seen = " ".join(shown.casefold().split())
        for line in text.splitlines():
            for piece in re.split(r"https?://\S+|; |: |[<>]", line.strip(" -").casefold()):
                assert " ".join(piece.split()) in seen, (kind, piece)
        assert set(re.findall(r"https?://[^\s>]+", text)) <= set(re.findall(r'href="([^"]+)"', html.unescape(page)))
        assert "Nội dung mật" not in text + page


def test_each_kind_fits_a_phone_and_a_desk_and_fetches_nothing(
    office: Office, written: dict[str, bytes], tmp_path: Path
) -> None:
    with started_browser() as browser:
        for kind, content in written.items():
            _subject, _text, page = parts(content)
            file = tmp_path / f"{kind}.html"
            file.write_text(page, encoding="utf-8")
            for width in (360, 1100):
                context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False)  # type: ignore[attr-defined]
                seen = context.new_page()
                asked: list[str] = []
                seen.on("request", lambda request, asked=asked: asked.append(request.url))
                seen.goto(file.as_uri())
                box = seen.locator("body > table").bounding_box()
                assert box["width"] <= width, (kind, width)
                for button in seen.locator("a").all():
                    place = button.bounding_box()
                    assert place["x"] + place["width"] <= width and place["height"] >= 16
                assert asked == [file.as_uri()], "no picture, no script, no foreign host"
                if os.environ.get("DONDOC_WRITE_LETTERS"):
                    seen.screenshot(path=str(tmp_path / f"{kind}-{width}.png"), full_page=True)
                context.close()
