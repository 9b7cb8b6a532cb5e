"""A day of three people, from the letter with the digits to the printed review: with the keyboard alone, on a phone and on a desk,
with and without a script.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from tests import doors, make
from tests.walks.browsing import Hands, Served, register, served
from tests.walks.test_main_job import ROOT, started_browser
from workflow.access.entry import WebSession
from workflow.directive import Directive
from workflow.duties.request import Outcome, Request
from workflow.evidence import EvidenceStore
from workflow.history.chain import first_fault
from workflow.message import Message
from workflow.review import Review
from workflow.standing import Status
from workflow.task import Task

PDF = ROOT / "directives" / "samples" / "cong-van-1026.pdf"
EVERYWHERE = pytest.mark.parametrize("width, javascript", [(360, False), (1440, True)])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def template(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with KH27, made once."""
    folder = tmp_path_factory.mktemp("three-people")
    with served(folder, _sqlite_template, register):
        return folder / "record.db"


Desk = Callable[[int, bool], AbstractContextManager[tuple[Served, Hands]]]


@pytest.fixture
def desk(tmp_path: Path, template: Path, browser: Any) -> Desk:
    """An office and a person at a keyboard, whose browser complains of nothing."""

    @contextmanager
    def sit(width: int, javascript: bool) -> Iterator[tuple[Served, Hands]]:
        with served(tmp_path, template) as office:
            page = office.page(browser, width=width, java_script_enabled=javascript, locale="vi-VN")
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield office, Hands(page)
            page.context.close()
            assert [one for one in complaints if "status of 422" not in one] == [], "a form that asks again is no fault"
            with office.record() as session:
                assert first_fault(session) is None

    return sit


@EVERYWHERE
def test_the_focal_point_reports_and_asks_for_time(desk: Desk, width: int, javascript: bool) -> None:
    with desk(width, javascript) as (office, hands):
        page = hands.page
        hands.sign_in(office, doors.FOCAL)
        assert page.url.endswith("/mine") and page.title().startswith("Cơ quan tôi")
        hands.says("Phòng Nội vụ", "1 Sắp đến hạn", "0 Quá hạn", "Lập kế hoạch đào tạo cán bộ")
        assert not page.get_by_role("link", name="Cấu hình").count(), "what one may not open is not offered"

        hands.go("KH27-I.1", skip=True)
        hands.says("27/KH-UBND", "Nội vụ và tư pháp", "Kế hoạch của UBND", "sắp đến hạn", "20/10/2025")
        hands.go("Báo cáo hoàn thành", skip=True)
        hands.write("Kết quả", "Đã trình UBND thành phố")
        hands.write("Số văn bản", "45/KH-UBND")
        hands.day("Ngày văn bản", date(2025, 10, 14))
        hands.attach("Đính kèm tệp", PDF)
        hands.go("Báo cáo hoàn thành", "submit")
        hands.says("Đã ghi nhận: báo cáo hoàn thành", "chờ xác nhận", "45/KH-UBND", PDF.name)
        assert not page.get_by_role("link", name="Báo cáo hoàn thành").count(), "not twice"

        hands.go("Cơ quan tôi")
        hands.says("1 Chờ xác nhận", "0 Sắp đến hạn")
        hands.go("KH27-I.2", skip=True)
        hands.go("Đề nghị gia hạn", skip=True)
        hands.day("Ngày mới", date(2026, 1, 31))
        hands.write("Lý do", "Chờ số liệu của các phường")
        hands.write("Văn bản làm căn cứ", "Tờ trình số 8")
        hands.go("Đề nghị gia hạn", "submit")
        assert page.get_by_role("alert").inner_text().strip() and page.url.endswith("/ask_extension")
        assert hands.page.input_value("#reason") == "Chờ số liệu của các phường", "what was typed is still there"
        hands.write("Văn bản làm căn cứ", "Tờ trình 8/TTr-PNV ngày 14/10/2025")
        hands.go("Đề nghị gia hạn", "submit")
        hands.says("Đã ghi nhận: đề nghị gia hạn", "đến 31/01/2026", "chờ quyết định")
        hands.go("Cơ quan tôi")
        hands.says("Chờ số liệu của các phường")

        hands.go("Đăng xuất", "submit")
        assert page.title().startswith("Đăng nhập")
        page.goto("/mine")
        assert page.title().startswith("Đăng nhập"), "the session is over on the server, too"

        with office.record() as session:
            found = make.occurrence(session)
            (report,) = found.submissions
            assert (found.status, report.document_number, report.document_on) == (
                Status.SUBMITTED, "45/KH-UBND", date(2025, 10, 14),
            )  # fmt: skip
            (file,) = report.evidence
            assert file.name == PDF.name and EvidenceStore(office.office.settings.evidence).intact(file.sha256)
            asked = session.exec(select(Request).order_by(col(Request.id).desc())).first()
            assert asked and (asked.asked_due_on, asked.outcome) == (date(2026, 1, 31), Outcome.WAITING)
            assert make.occurrence(session, "KH27-I.2").due_on == date(2025, 12, 31), (
                "the deadline stays until it is decided"
            )
            assert all(one.ended_at for one in session.exec(select(WebSession)))
        assert office.acts()[-4:] == [
            (act, "Lê Hoa") for act in ("sign in", "submit", "ask extension", "sign out")
        ]  # fmt: skip


@EVERYWHERE
def test_the_office_looks_at_everything_in_two_languages(desk: Desk, width: int, javascript: bool) -> None:
    with desk(width, javascript) as (office, hands):
        page = hands.page
        hands.sign_in(office, doors.OFFICE)
        before = office.acts()
        assert page.title().startswith("Rà soát quá hạn")
        hands.go("Văn bản")
        hands.says("27/KH-UBND", "11/4/2025")
        hands.go("27/KH-UBND", skip=True)
        hands.says("I. Nội vụ và tư pháp", "II. Kinh tế và đầu tư", "Theo dõi giá cả thị trường", "Sở Tài chính")
        hands.go("KH27-II.4", skip=True)
        hands.says("Quy hoạch bến bãi", "Chờ số liệu đo đạc", "chờ quyết định")
        assert not page.get_by_role("link", name="Đồng ý").count(), "the office does not decide"
        hands.go("Cơ quan", skip=False)
        hands.says("Phòng Kinh tế", "pkt@example.vn")
        hands.go("Phòng Kinh tế", skip=True)
        hands.says("Phòng Kinh tế", "pkt@example.vn")
        hands.go("Thư")
        hands.says(doors.OFFICE, "đã gửi")
        hands.go("Lịch làm việc")
        hands.says("Lịch làm việc 2025", "Quốc khánh")
        hands.go("2026", skip=True)
        hands.says("Lịch làm việc 2026")
        hands.go("Nhật ký")
        hands.write("Về nhiệm vụ", "KH27-II.4")
        hands.go("Xem", "submit")
        hands.says("đề nghị gia hạn KH27-II.4")
        hands.go("Cấu hình")
        hands.says("mail.transport", "folder")
        assert "dondoc.key" in page.inner_text("main") and "tester" not in page.inner_text("main")

        hands.go("English", "submit")
        assert page.get_attribute("html", "lang") == "en" and page.url.endswith("/settings")
        hands.says("Settings")
        hands.go("Overdue")
        hands.says("Overdue review as of 15/10/2025", "35 days late")
        hands.go("Tiếng Việt", "submit")
        assert page.get_attribute("html", "lang") == "vi"
        hands.says("đã quá hạn 35 ngày")
        assert office.acts() == before, "looking changes nothing"


@EVERYWHERE
def test_the_office_enters_a_document(desk: Desk, width: int, javascript: bool) -> None:
    with desk(width, javascript) as (office, hands):
        page = hands.page
        hands.sign_in(office, doors.OFFICE)
        hands.go("Văn bản chờ nhập")
        hands.says("Không có văn bản nào chờ kiểm tra")
        hands.attach("Chọn tệp văn bản đã ban hành", PDF)
        hands.go("Đọc văn bản", "submit")
        page.get_by_role("heading", name="Nhiệm vụ", exact=True).wait_for()
        hands.says("Văn bản 1026/UBND-KT", "04/7/2025", "Tiếp nhận hồ sơ, trang thiết bị", "14/7/2025")

        hands.go("1.2", skip=True)
        hands.says("Nhiệm vụ 1.2", "Trang 1/2")
        assert page.evaluate(
            "() => { const i = document.querySelector('.sheet img'); return i.complete && i.naturalWidth > 800 }"
        )
        hands.write("Sản phẩm", "Quyết định phân công")
        hands.go("Lưu", "submit")
        if not page.url.endswith(("said=saved", "/tasks/2")):
            hands.go("← Toàn bộ văn bản", skip=True)
        page.goto(re.sub(r"(/proposals/\d+).*", r"\1", page.url))
        hands.says("Quyết định phân công")
        for field in page.locator("select[name=mean]").all():
            if field.input_value() == "":
                hands.choose(
                    page.locator(f"label[for={field.get_attribute('id')}]").inner_text(), "Cơ quan mới có tên này"
                )
        hands.to("Cơ quan xác nhận kết quả")
        hands.write("Cơ quan xác nhận kết quả", "Sở Tài chính")
        hands.go("Ghi ", "submit")
        assert re.search(r"/directives/[A-Z0-9]+$", page.url), page.inner_text("main")
        hands.says("1026/UBND-KT", "Sở Tài chính")
        hands.go("Văn bản chờ nhập")
        assert "1026/UBND-KT" not in page.inner_text("main").split("Đã xử lý")[0]
        with office.record() as session:
            made = session.exec(select(Directive).where(Directive.number == "1026/UBND-KT")).one()
            tasks = {task.no: task for task in session.exec(select(Task).where(Task.directive_id == made.id))}
            assert len(tasks) > 3 and tasks["1.2"].deliverable == "Quyết định phân công"


@EVERYWHERE
def test_the_finance_department_holds_a_review(desk: Desk, width: int, javascript: bool, tmp_path: Path) -> None:
    with desk(width, javascript) as (office, hands):
        page = hands.page
        hands.sign_in(office, doors.MONITOR)
        hands.go("Kỳ rà soát")
        hands.write("Tên gọi", "Rà soát quý III")
        hands.choose("Văn bản", "KH27")
        hands.go("Mở kỳ rà soát", "submit")
        hands.says("Kỳ rà soát số 1: Rà soát quý III", "Danh sách có 4 dòng", "đã quá hạn 35 ngày")

        hands.skip()
        hands.choose("Cơ quan", "Phòng Tư pháp")
        hands.go("Xem", "submit")
        hands.says("Danh sách có 2 dòng", "Kỳ rà soát số 1")
        hands.skip()
        hands.tick("Chọn KH27-I.4")
        hands.tick("Chọn KH27-I.3")
        hands.radio("Nhắc ngay")
        hands.go("Thực hiện", "submit")
        hands.says("Đã thực hiện: 2", "Kỳ rà soát số 1")
        assert office.letter("press").recipient in (doors.OTHER, "ptp@example.vn")

        hands.skip()
        hands.choose("Cơ quan", "tất cả")
        hands.write("Nội dung", "cho dau moi")
        hands.go("Xem", "submit")
        hands.says("Danh sách có 1 dòng", "Đánh giá chợ đầu mối")
        decide(hands, "KH27-II.1", "Yêu cầu giải trình", "")
        assert page.get_by_role("alert").count(), "an explanation is asked for with words"
        decide(hands, "KH27-II.1", "Yêu cầu giải trình", "Giải trình trước ngày 20/10")
        hands.says("Đã thực hiện: 1")
        decide(hands, "KH27-II.1", "Ghi chú vào kỳ rà soát", "Đồng chí Phó Chủ tịch làm việc với phòng")

        hands.skip()
        hands.write("Nội dung", "")
        hands.page.keyboard.press("Delete")
        hands.go("Xem", "submit")
        hands.go("Chờ xác nhận", skip=True)
        hands.says("Danh sách có 2 dòng", "12/BC-PKT")
        decide(hands, "KH27-II.2", "Xác nhận", "")
        decide(hands, "KH27-II.3", "Trả lại", "Thiếu biểu số 02")
        hands.go("Đề nghị chờ quyết định", skip=True)
        decide(hands, "KH27-II.4", "Đồng ý", "", basis="Công văn 120/STC-THH ngày 15/10/2025")
        hands.says("Đã thực hiện: 1")

        hands.go("Quá hạn", skip=True)
        shown = page.locator("table.four td.late a")
        figure, listed = int(shown.inner_text()), shown.get_attribute("href")
        hands.skip()
        while hands.at().get("href") != listed:
            page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        hands.says(f"Danh sách có {figure} dòng", "Nhiệm vụ tính đến ngày 15/10/2025: Quá hạn")
        assert page.locator("tbody tr").count() == figure

        hands.go("Kỳ rà soát")
        hands.go("Rà soát quý III", skip=True)
        hands.says("Thiếu biểu số 02", "Xác nhận", "Đồng ý", "Yêu cầu giải trình", "làm việc với phòng")
        hands.write("Kết luận", "Các phòng hoàn thành trước 31/10/2025.")
        hands.go("Kết thúc", "submit")
        hands.says("Các phòng hoàn thành trước 31/10/2025.", "Hà Theo Dõi kết thúc 15/10/2025")
        assert not page.locator("main form").count(), "a closed review takes nothing more"
        page.emulate_media(media="print")
        assert not page.locator("nav:visible, form:visible, .skip:visible, button:visible").count()
        assert page.get_by_role("heading", name="Rà soát quý III").is_visible()
        assert page.pdf(path=tmp_path / "ky-ra-soat.pdf", prefer_css_page_size=True).startswith(b"%PDF")
        page.emulate_media(media="screen")

        with office.record() as session:
            stands = {no: make.occurrence(session, f"KH27-II.{no}").status for no in (1, 2, 3)}
            assert stands == {1: Status.NOT_STARTED, 2: Status.COMPLETED, 3: Status.RETURNED}
            assert make.occurrence(session, "KH27-II.4").due_on == date(2025, 11, 30), "the day that was asked for"
            review = session.exec(select(Review)).one()
            decisions = [(line.decision, line.words) for line in review.lines]
            assert [act for act, _words in decisions] == ["pressed", "pressed", "explain", "note", "confirm", "return", "grant"]  # fmt: skip
            assert review.closed_by == "Hà Theo Dõi" and review.figures and review.conclusion.startswith("Các phòng")
            pressed = session.exec(select(Message).where(Message.kind == "press")).all()
            assert {one.recipient for one in pressed} >= {"pkt@example.vn"} and len(pressed) >= 2
        acts = [act for act, who in office.acts() if who == "Hà Theo Dõi"]
        assert acts == [
            "sign in", "open review", "remind now", "remind now", "ask explanation", "confirm", "return", "request granted", "grant extension", "close review",
        ]  # fmt: skip


def decide(hands: Hands, code: str, act: str, words: str, basis: str = "") -> None:
    """Choose one row and do one thing with it."""
    hands.skip()
    hands.tick(f"Chọn {code}")
    hands.radio(act)
    if words:
        hands.write("Nội dung, lý do", words)
    if basis:
        hands.write("Văn bản làm căn cứ", basis)
    hands.go("Thực hiện", "submit")
