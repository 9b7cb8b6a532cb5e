"""The report upward: in the order of such reports, what is missing named, every figure the length of its list; as Word, page and data."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import docx
import pdfplumber
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH as AT
from sqlmodel import Session, select

from reports import answered, progress, progress_paper, upward
from reports.line import Part
from tests import doors, make
from tests.conftest import Office, Run, need
from tests.doors import FOCAL, MONITOR, House
from tests.test_letters_on_paper import body, head, sheet, texts
from tests.test_reports_pack import AS_OF, length, random_register
from workflow import config, listing, queries
from workflow.directive import Directive
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.errors import BadInput
from workflow.names import roman
from workflow.occurrence import Occurrence
from workflow.queries import AsOf
from workflow.reporting.call import PeriodCall, call
from workflow.snapshot import Snapshot
from workflow.standing import Status
from workflow.targets.aim import read_aim
from workflow.targets.funding import state_money
from workflow.targets.indicator import state_indicator
from workflow.targets.money import Key, Source, Stage
from workflow.task import Task

HOW: dict[str, Any] = {"by": make.BY, "at": make.at("2025-10-01 09:00")}
FIRST, TODAY = date(2025, 10, 1), date(2025, 10, 15)
TITLES = ["CÔNG TÁC BAN HÀNH VĂN BẢN TRIỂN KHAI THỰC HIỆN", "KẾT QUẢ THỰC HIỆN", "ĐÁNH GIÁ CHUNG", "ĐỀ XUẤT, KIẾN NGHỊ"]


def seeing(session: Session) -> Snapshot:
    view = Snapshot.within(session)
    view.sees = None
    return view


def told(session: Session) -> Directive:
    """KH27 with an ongoing and a dated task each, indicators, money that does not agree, and one of two answers."""
    tasks = (
        make.task(timing="Thường xuyên", lead="Phòng Tư pháp", text="Tuyên truyền chính sách"),
        make.task("I.2", timing="30/9/2025", lead="Phòng Tư pháp", text="Tập huấn cán bộ"),
        make.task("I.3", timing="30/9/2025", lead="Phòng Nội vụ", text="Rà soát tổ chức"),
    )
    directive = make.enacted(session, *tasks)
    aim, unit = read_aim("từ 45 HTX trở lên")
    state_indicator(session, directive, "Số HTX thành lập mới", aim, unit=unit, until="2025", **HOW)
    for place, amount in (("mục II.1", 6454), ("mục III.1", 6464)):
        key = Key("Hỗ trợ HTX", Stage.PLANNED, "2025", "", Source.LOCAL)
        state_money(session, directive, key, amount * 10**6, place=place, **HOW)
    make.occurrence(session, "KH27-I.2").submit(
        session, **HOW, today=FIRST, result="Đã tập huấn 3 lớp", document_number="45/BC-PTP"
    )
    call(session, directive, "2025-Q3", due=date(2025, 10, 10), **HOW, today=FIRST)
    form = {
        "done": "Mở 3 lớp\n- 120 lượt người",
        "difficulties": "Thiếu kinh phí",
        "proposals": "Bố trí vốn riêng",
        "CT1": "26",
        "KH27-I.1": "12 thôn",
    }
    carry_out(session, Order("submit", "KH27-BC.2025-Q3", "Phòng Tư pháp", form=form), **HOW, today=FIRST)
    return directive


def test_the_draft_says_what_there_is_and_names_what_is_missing(office: Office) -> None:
    with office.database.transaction() as session:
        told(session)
        made = progress.draft(seeing(session), AS_OF, "KH27", "2025-Q3", progress.Kind.INTERIM)
    assert (
        made.subject.startswith("Sơ kết thực hiện")
        and "27/KH-UBND" in made.subject
        and "quý III năm 2025" in made.subject
    )
    assert [chapter.title for chapter in made.chapters] == TITLES
    assert made.missing == "Còn thiếu báo cáo của 1/2 cơ quan, đơn vị: Phòng Nội vụ."
    one, two, three, four = ("\n".join(line.text for line in chapter.lines) for chapter in made.chapters)
    assert "1. 45/BC-PTP của Phòng Tư pháp: Tập huấn cán bộ." in one
    assert "Tập huấn cán bộ (Phòng Tư pháp): Đã tập huấn 3 lớp; 45/BC-PTP (chờ xác nhận)." in two and "12 thôn" in two
    assert "tổng số nhiệm vụ được giao là 3, " in two, "the reports themselves are no tasks of the document"
    assert (
        "Phòng Tư pháp: Mở 3 lớp\n  - 120 lượt người" in three
        and "26 HTX (quý III năm 2025), đạt 57,8% kế hoạch" in three
    )
    assert "6.454" in three and "6.464" in three and "chưa khớp" in three
    assert "Thiếu kinh phí" in three and "còn 1 nhiệm vụ quá hạn" in three and "Bố trí vốn riêng" in four
    assert [len(annex.rows) for annex in made.annexes[:4]] == [1, 3, 1, 1]


def test_without_a_call_the_draft_says_so(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
        made = progress.draft(seeing(session), AS_OF, "KH27", "2025-Q3")
        whole = progress.draft(seeing(session), AS_OF, "KH27")
    assert made.missing == "Chưa yêu cầu các cơ quan, đơn vị báo cáo quý III năm 2025." and whole.missing == ""
    assert all("Chưa có nội dung báo cáo" in "".join(line.text for line in made.chapters[n].lines) for n in (2, 3))


def figures(made: progress.Progress) -> Iterator[Part]:
    return (part for line in made.lines() for part in line.parts if part.opens.startswith("/tasks?"))


@pytest.mark.parametrize("seed", range(5))
def test_every_figure_is_the_length_of_the_list_it_opens(office: Office, seed: int) -> None:
    opened = 0
    with office.database.transaction() as session:
        random_register(session, seed)
        directive = make.directive(session)
        call(
            session,
            directive,
            "2025-Q3",
            due=date(2025, 10, 20),
            **HOW,
            today=FIRST,
            agencies=[make.agency(session, "Phòng Nội vụ")],
        )
        view = seeing(session)
        for period in ("", "2025-Q3", "2025-10"):
            for part in figures(progress.draft(view, AS_OF, "KH27", period)):
                assert int(part.text) == length(view, part.opens), part
                opened += 1
    assert opened > 20


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    plain = config._anchored(config.Settings(), tmp_path)
    head_ = replace(
        plain.letterhead, parent="Ủy ban nhân dân tỉnh Lạng Sơn", name="Sở Tài chính", suffix="STC-TCHCSN", place="Lạng Sơn",
        signature=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), signer="Nguyễn Văn Bình", drafter="TCHCSN (Bình)",
    )  # fmt: skip
    return replace(plain, letterhead=head_)


def test_the_layout_is_that_of_the_decree(office: Office, settings: config.Settings, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        told(session)
        upward.write(
            settings, seeing(session), AS_OF, upward.asked("KH27", "2025-Q3", "interim", ""), tmp_path / "bc.docx"
        )
    document = docx.Document(str(tmp_path / "bc.docx"))
    head(
        document,
        **{"Số:          /BC-STC": (13, False, False), "Lạng Sơn, ngày       tháng       năm 2025": (14, False, True)},
    )
    body(document)
    sheet(document.sections[0])
    assert len(document.sections) == 6
    for section in document.sections[1:]:
        sheet(section, across=True)
    named = {p.text: p for p in document.paragraphs}
    assert named["BÁO CÁO"].runs[0].bold and named["BÁO CÁO"].alignment == AT.CENTER
    order = [p.text for p in document.paragraphs if p.text.partition(" ")[2] in TITLES]
    assert order == [f"{roman(n)}. {title}" for n, title in enumerate(TITLES, 1)]
    assert "Kính gửi: Ủy ban nhân dân thành phố." in named or "Kính gửi: UBND thành phố." in named
    assert "[Dự thảo: Còn thiếu báo cáo của 1/2 cơ quan" in texts(document)
    assert "Nơi nhận:" in texts(document) and "- Lưu: VT, TCHCSN (Bình)." in texts(document)
    links = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert any("/tasks?" in link and "figure=overdue" in link and "work=1" in link for link in links)


def test_no_text_breaks_the_file_or_is_obeyed(office: Office, settings: config.Settings, tmp_path: Path) -> None:
    odd = "<w:p>{{ settings }} {% for x in y %} & \x00 \u202e ]]> \ud800 =1+1"
    with office.database.transaction() as session:
        told(session)
        form = {"done": odd, "difficulties": odd, "proposals": odd}
        carry_out(session, Order("submit", "KH27-BC.2025-Q3", "Phòng Nội vụ", form=form), **HOW, today=FIRST)
        what = upward.asked("KH27", "2025-Q3", "progress", odd)
        upward.write(settings, seeing(session), AS_OF, what, tmp_path / "bc.docx")
    assert "{{ settings }}" in texts(docx.Document(str(tmp_path / "bc.docx")))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_district_reports_four_quarters(office: Office, settings: config.Settings, tmp_path: Path) -> None:
    """40 agencies, 200 tasks, 4 quarters: three agencies never answer, and every draft says who."""
    need(shutil.which("soffice"), "LibreOffice", "apt-get install libreoffice-writer")
    chance = random.Random(1)
    leads = [f"Ủy ban nhân dân xã {name}" for name in ("Bắc Sơn", "Chi Lăng", "Văn Lãng")] + [
        f"Phòng Chuyên môn {n}" for n in range(1, 38)
    ]
    tasks = []
    for n in range(200):
        quarter = ("Quý I", "Quý II", "Quý III", "Quý IV")[n % 4] if n % 10 else "Thường xuyên"
        one = make.task(
            f"{n % 8 + 1}.{n}", text=f"Thực hiện nội dung số {n} của kế hoạch", timing=quarter, lead=leads[n % 40]
        )
        one.section = f"Lĩnh vực {n % 8 + 1}"
        tasks.append(one)
    with office.database.transaction() as session:
        directive = make.enacted(session, *tasks, issued=date(2025, 1, 2), when="2025-01-03 09:00")
        session.flush()
        for quarter in range(1, 5):
            first = date(2025, 3 * quarter - 2, 1)
            today = first + timedelta(days=80)
            how = {"by": make.BY, "at": make.at(f"{today.isoformat()} 09:00")}
            _made, duties = call(
                session, directive, f"2025-Q{quarter}", due=today + timedelta(days=10), **how, today=today
            )
            assert len(duties) == 40
            for n, duty in enumerate(sorted(duties, key=lambda one: one.agency.name)):
                if n >= 3:
                    form = {
                        "done": f"Đã thực hiện {n} nội dung",
                        "difficulties": "Thiếu kinh phí" if n % 5 == 0 else "",
                        "proposals": "",
                    }
                    carry_out(session, Order("submit", form=form), occurrence=duty, **how, today=today)
            due = (
                select(Occurrence)
                .join(Task)
                .where(Occurrence.period == f"2025-Q{quarter}", Task.id.not_in(select(PeriodCall.task_id)))
            )  # type: ignore[union-attr]
            for duty in session.exec(due).all():
                if chance.random() < 0.7 and duty.status is Status.NOT_STARTED:
                    duty.submit(session, **how, today=today, result="Đã hoàn thành", document_number=f"{duty.id}/BC")
            view, as_of = seeing(session), AsOf.at(how["at"], "Asia/Ho_Chi_Minh", 7)
            made = progress.draft(view, as_of, directive.code, f"2025-Q{quarter}")
            assert made.missing.startswith("Còn thiếu báo cáo của 3/40 cơ quan, đơn vị: ")
            assert all(int(part.text) == length_on(view, part, as_of) for part in figures(made))
            progress_paper.write(settings, made, as_of, "UBND tỉnh", tmp_path / f"q{quarter}.docx")
        assert len(answered.build(view, as_of, "KH27-BC.2025-Q4").sections[1].rows) == 40
    document = docx.Document(str(tmp_path / "q4.docx"))
    assert len(document.tables[3].rows) == 201, "the annex has each task"
    convert = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/office",
        "--headless",
        "--convert-to",
        "pdf",
        "q4.docx",
    ]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    with pdfplumber.open(tmp_path / "q4.pdf") as pdf:
        assert "BÁO CÁO" in (pdf.pages[0].extract_text() or "") and "NGUỒN SỐ LIỆU" in "".join(
            page.extract_text() or "" for page in pdf.pages[-12:]
        )


def length_on(view: Snapshot, part: Part, as_of: AsOf) -> int:
    """How many rows the list of a figure has on the day of its report."""
    return queries.count(view, as_of, listing.asked(dict(parse_qsl(part.opens.partition("?")[2]))))


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def test_the_pages_and_programs_give_the_same(house: House) -> None:
    browser, program = house.signed_in(MONITOR), house.program(MONITOR)
    page = browser.get("/reports/progress?directive=KH27&period=Q3/2025&kind=interim").text
    assert "Sơ kết thực hiện" in page and "Chưa yêu cầu" in page
    told_ = program.get(
        "/api/v1/reports/progress", params={"directive": "KH27", "period": "2025-Q3", "kind": "interim"}
    ).json()
    assert [one["title"] for one in told_["sections"]][1].startswith("I. CÔNG TÁC") and told_["sections"][0]["warning"]
    for kind, begins in (("docx", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = browser.get(f"/reports/progress.{kind}?directive=KH27")
        assert answer.status_code == 200 and answer.content.startswith(begins)
    assert program.get("/api/v1/reports/progress.docx", params={"directive": "KH27"}).content.startswith(b"PK")
    assert browser.get("/reports/progress?directive=KH27&kind=nonsense").status_code == 400
    assert house.signed_in(FOCAL).get("/reports/progress?directive=KH28").status_code == 404, "confidential"


def test_what_there_is_none_of_is_refused() -> None:
    with pytest.raises(BadInput, match="progress, interim, final"):
        upward.asked("KH27", "", "x", "")
    with pytest.raises(BadInput, match="không phải một kỳ"):
        upward.asked("KH27", "quý", "progress", "")


def test_the_commands(run: Run, office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        told(session)
    said = run("report", "progress", "--directive", "KH27", "--period", "2025-Q3")
    assert said[0] == 0 and "I. CÔNG TÁC BAN HÀNH" in said[1] and "Phụ lục 05. Nguồn số liệu" in said[1], said
    for name in ("bc.docx", "bc.xlsx"):
        assert run("report", "progress", "--directive", "KH27", "--output", str(tmp_path / name))[0] == 0
    assert run("report", "progress", "--directive", "KH27", "--kind", "x")[0] == 2
    said = run("report", "period", "KH27-BC.2025-Q3")
    assert "1/2 cơ quan đã gửi" in said[1] and "Bố trí vốn riêng" in said[1]
    assert run("report", "period", "KH27-I.2")[0] == 2
