"""Letters on paper: who may draft one, what it says, its layout point by point, and what its number does to the tasks."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pdfplumber
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH as AT
from sqlmodel import select

from reports import drafting, office_templates, paper
from tests import doors, make
from tests.conftest import Office, need
from workflow import config, dispatch
from workflow.access import people
from workflow.audit import AuditEntry
from workflow.basis import Basis
from workflow.dispatch import Draft
from workflow.dispatch_kind import Kind
from workflow.errors import BadInput, NotFound, NotPermitted, Refused
from workflow.history.chain import first_fault
from workflow.history.replay import differences
from workflow.queries import AsOf
from workflow.standing import Status

AT_ = make.at("2025-10-15 09:00")
TODAY = date(2025, 10, 15)
HOW: dict[str, Any] = {"by": make.BY, "at": AT_}
NOW = AsOf.at(AT_, "Asia/Ho_Chi_Minh", 7)
MM = 36_000  # of Word's units


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    plain = config._anchored(config.Settings(), tmp_path)
    head = replace(
        plain.letterhead, parent="Ủy ban nhân dân tỉnh Lạng Sơn", name="Sở Tài chính", suffix="STC-TCHCSN", place="Lạng Sơn",
        signature=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), signer="Nguyễn Văn Bình", drafter="TCHCSN (Bình)", copies=("UBND tỉnh (để báo cáo)",),
    )  # fmt: skip
    return replace(plain, letterhead=head)


def rows(*given: tuple[str, str, date]) -> list[dict[str, Any]]:
    return [
        {"agency": agency, "text": text, "number": "88/KH-UBND", "code": f"KH88-I.{n}", "deliverable": "Báo cáo", "due_on": due}
        for n, (agency, text, due) in enumerate(given, 1)
    ]  # fmt: skip


LATE = rows(("Sở Y tế", "Rà soát thủ tục", date(2025, 9, 30)), ("Sở Nội vụ", "Sắp xếp tổ chức", date(2025, 10, 20)))
LETTER = {
    "kind": "press",
    "as_of_on": TODAY,
    "answer_by_on": date(2025, 10, 24),
    "subject": "đôn đốc thực hiện nhiệm vụ quá hạn",
    "about": "Kế hoạch số 88/KH-UBND ngày 11/4/2025 của UBND thành phố",
}


def written(settings: config.Settings, file: Path, given: list[dict[str, Any]] = LATE, **other: Any) -> Any:
    paper.write(settings, {**LETTER, **other}, given, file)
    return docx.Document(str(file))


def texts(document: Any) -> str:
    """Everything a letter says, also in its tables."""
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_layout_is_that_of_the_decree(settings: config.Settings, tmp_path: Path) -> None:
    """Decree 30/2020/NĐ-CP, Appendix I, point by point."""
    document = written(settings, tmp_path / "don-doc.docx")
    first, annex = document.sections
    assert (first.page_width // MM, first.page_height // MM) == (210, 297)
    for section, across in ((first, False), (annex, True)):
        assert (section.page_width > section.page_height) is across
        assert 20 <= round(section.top_margin / MM) <= 25 and 20 <= round(section.bottom_margin / MM) <= 25
        assert 30 <= round(section.left_margin / MM) <= 35 and 15 <= round(section.right_margin / MM) <= 20
        assert section.different_first_page_header_footer  # numbers from the second page on, above, in the middle
        assert "PAGE" in section.header._element.xml and section.header.paragraphs[0].alignment == AT.CENTER
        assert "PAGE" not in section.first_page_header._element.xml
        assert 'w:start="1"' in section._sectPr.xml  # an annex counts its pages by itself
    assert document.styles["Normal"].font.name == "Times New Roman"
    left, right = document.tables[0].rows[0].cells
    assert "w:tblBorders" not in document.tables[0]._tbl.xml  # a head of two columns without rules
    form = {
        "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN": (13, False, False),
        "SỞ TÀI CHÍNH": (13, True, False),
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (13, True, False),
        "Độc lập - Tự do - Hạnh phúc": (14, True, False),
        "Số:          /STC-TCHCSN": (13, False, False),
        "V/v đôn đốc thực hiện nhiệm vụ quá hạn": (12, False, False),
        "Lạng Sơn, ngày       tháng       năm 2025": (14, False, True),
    }
    found = {p.text: p for cell in (left, right) for p in cell.paragraphs}
    for text, (size, bold, italic) in form.items():
        run = found[text].runs[0]
        assert (run.font.size.pt, bool(run.bold), bool(run.italic)) == (size, bold, italic), text
        assert found[text].alignment == AT.CENTER
    assert left._tc.xml.count("w:pBdr") and right._tc.xml.count("w:pBdr")  # the lines below
    body = [p for p in document.paragraphs if p.alignment == AT.JUSTIFY]
    assert len(body) >= 4 and body[-1].text.endswith("./.")
    for paragraph in body:
        shape = paragraph.paragraph_format
        assert 13 <= paragraph.runs[0].font.size.pt <= 14 and 10 <= shape.first_line_indent / MM <= 12.8
        assert shape.space_after.pt >= 6 and 1 <= shape.line_spacing <= 1.5
    places, signed = document.tables[1].rows[0].cells
    lines = [p for p in places.paragraphs if p.text]
    assert (lines[0].text, lines[0].runs[0].font.size.pt, lines[0].runs[0].bold, lines[0].runs[0].italic) == ("Nơi nhận:", 12, True, True)  # fmt: skip
    assert [p.text for p in lines[1:]] == ["- Như trên;", "- UBND tỉnh (để báo cáo);", "- Lưu: VT, TCHCSN (Bình)."]
    assert all(p.runs[0].font.size.pt == 11 for p in lines[1:])
    block = [p for p in signed.paragraphs if p.text]
    assert [p.text for p in block] == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn Bình"]
    assert all(p.runs[0].bold and 13 <= p.runs[0].font.size.pt <= 14 for p in block)
    head = document.tables[2].rows[0]._tr.xml
    assert "w:tblHeader" in head and "w:cantSplit" in head
    assert "{{" not in texts(document) and "{%" not in texts(document)


def test_libreoffice_shows_it_on_two_pages(settings: config.Settings, tmp_path: Path) -> None:
    need(shutil.which("soffice"), "LibreOffice", "apt-get install libreoffice-writer")
    written(settings, tmp_path / "don-doc.docx")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "don-doc.docx")], check=True, capture_output=True, timeout=120)  # fmt: skip
    with pdfplumber.open(tmp_path / "don-doc.pdf") as made:
        letter, annex = made.pages
        assert letter.width < letter.height and annex.width > annex.height
        assert "Kính gửi:" in letter.extract_text() and "Nguyễn Văn Bình" in letter.extract_text()
        assert "Quá hạn 15 ngày" in annex.extract_text() and "Còn 5 ngày" in annex.extract_text()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Sở Y tế"], ["Sở Y tế"]),
        (["Sở Y tế", "Liên minh Hợp tác xã", "Sở Nội vụ"], ["Các Sở: Y tế, Nội vụ", "Liên minh Hợp tác xã"]),
        (["Ủy ban nhân dân xã Bắc Sơn", "Ủy ban nhân dân xã Chi Lăng"], ["Ủy ban nhân dân các xã: Bắc Sơn, Chi Lăng"]),
        (["Phòng Nội vụ", "Phòng Nội vụ"], ["Phòng Nội vụ"]),
    ],
)
def test_agencies_of_one_kind_are_named_together(names: list[str], said: list[str]) -> None:
    assert paper.addressees(names) == said


def test_what_a_letter_says_follows_rank_and_facts(settings: config.Settings, tmp_path: Path) -> None:
    said = texts(written(settings, tmp_path / "a.docx"))
    assert "còn 1 nhiệm vụ đã quá thời hạn nhưng chưa hoàn thành và 1 nhiệm vụ sắp đến hạn" in said
    assert "Sở Tài chính đề nghị các cơ quan" in said and "yêu cầu" not in said and "chậm nhất ngày 24/10/2025" in said
    assert [line[0] for line in re.findall(r"^\d\. .*", said, re.M)] == ["1", "2", "3"]
    committee = replace(settings, letterhead=replace(settings.letterhead, name="Ủy ban nhân dân tỉnh Lạng Sơn"))
    assert "Ủy ban nhân dân tỉnh Lạng Sơn yêu cầu các cơ quan" in texts(written(committee, tmp_path / "b.docx"))
    only = texts(written(settings, tmp_path / "c.docx", LATE[:1]))
    assert "sắp đến hạn, bảo đảm" not in only and "Kính gửi: Sở Y tế." in only
    assert [line[0] for line in re.findall(r"^\d\. .*", only, re.M)] == ["1", "2"]
    asks = texts(written(settings, tmp_path / "d.docx", kind="progress", subject="báo cáo tiến độ"))
    assert "2 nhiệm vụ tại Phụ lục" in asks and "chậm nhất ngày 24/10/2025" in asks


def test_no_text_breaks_the_file_or_is_obeyed(settings: config.Settings, tmp_path: Path) -> None:
    odd = "".join(map(chr, range(32))) + "\x7f\ufffe\ud800 {{ signer }} {% for %} & <w:p> =1+1"
    given = rows((f"Sở {odd}", odd, date(2025, 9, 1)))
    document = written(settings, tmp_path / "a.docx", given, subject=odd, about=odd)
    said = texts(document)
    assert "{{ signer }} {% for %} & <w:p> =1+1" in said and "\x0b" not in said


def test_the_offices_own_template_is_used_and_checked(settings: config.Settings, tmp_path: Path) -> None:
    file = office_templates.export("don-doc", settings.letterhead.templates)
    with pytest.raises(BadInput, match=r"don-doc\.docx"):
        office_templates.export("don-doc", settings.letterhead.templates)
    document = docx.Document(str(file))
    document.add_paragraph("Mẫu của cơ quan {{ name }}")
    document.save(str(file))
    assert office_templates.own(settings, "don-doc") and office_templates.check(settings, "don-doc") == []
    assert "Mẫu của cơ quan Sở Tài chính" in texts(written(settings, tmp_path / "a.docx"))
    document.add_paragraph("{{ nguoi_ky }}")
    document.save(str(file))
    assert ["nguoi_ky" in fault.words for fault in office_templates.check(settings, "don-doc")] == [True]
    with pytest.raises(BadInput, match="nguoi_ky"):
        written(settings, tmp_path / "b.docx")
    assert not (tmp_path / "b.docx").exists()
    empty = docx.Document()
    empty.add_paragraph("không có gì")
    empty.save(str(file))
    assert len(office_templates.check(settings, "don-doc")) == len(office_templates.NEEDED)
    file.write_bytes(b"khong phai Word")
    assert office_templates.check(settings, "don-doc")
    with pytest.raises(BadInput, match="Word"):
        written(settings, tmp_path / "c.docx")
    with pytest.raises(BadInput, match="don-doc, tien-do"):
        office_templates.file(settings, "khac")


@pytest.mark.parametrize("name", office_templates.KNOWN)
def test_every_shipped_template_is_in_order(settings: config.Settings, name: str) -> None:
    assert office_templates.check(settings, name) == []


def drafted(office: Office, **chosen: Any) -> int:
    """A letter about what is overdue."""
    with office.database.transaction() as session:
        doors.register(session)
        wish = drafting.Wish("press", answer_by=date(2025, 10, 24), **chosen)
        made = drafting.draft(session, wish, as_of=NOW, **HOW)
        assert "27/KH-UBND ngày 11/4/2025" in made.about
        return made.id or 0


def acts(office: Office) -> list[str]:
    with office.database.transaction() as session:
        return [one.act for one in session.exec(select(AuditEntry))]


def test_the_number_makes_it_a_step_in_the_history_of_each_task(office: Office) -> None:
    number = drafted(office)
    with office.database.transaction() as session:
        made = dispatch.find_dispatch(session, number)
        lines = [line.occurrence_id for line in made.lines]
        assert lines and made.number is None
    assert "press by letter" not in acts(office)  # a draft tells nobody
    basis = Basis.read("120/STC-TCHCSN ngày 15/10/2025")
    with office.database.transaction() as session, pytest.raises(BadInput, match="15/10/2025"):
        dispatch.give_number(
            session, dispatch.find_dispatch(session, number), Basis.read("120/STC ngày 14/10/2025"), **HOW
        )
    with office.database.transaction() as session, pytest.raises(BadInput, match="20/10/2025"):
        dispatch.give_number(
            session, dispatch.find_dispatch(session, number), Basis.read("120/STC ngày 20/10/2025"), **HOW
        )
    with office.database.transaction() as session:
        dispatch.give_number(session, dispatch.find_dispatch(session, number, lock=True), basis, **HOW)
    with office.database.transaction() as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "press by letter")).all()
        assert sorted(one.occurrence_id or 0 for one in told) == sorted(lines)
        assert all("120/STC-TCHCSN" in str(one.reason) for one in told)
        assert first_fault(session) is None and list(differences(session)) == []
        with pytest.raises(Refused, match="120/STC-TCHCSN"):
            dispatch.give_number(session, dispatch.find_dispatch(session, number), basis, **HOW)
        with pytest.raises(Refused, match="120/STC-TCHCSN"):
            dispatch.drop(session, dispatch.find_dispatch(session, number), **HOW)
        with pytest.raises(NotFound):
            dispatch.find_dispatch(session, 99)


def test_a_letter_may_be_dropped_and_leaves_then_no_more(office: Office) -> None:
    number = drafted(office)
    with office.database.transaction() as session:
        dispatch.drop(session, dispatch.find_dispatch(session, number, lock=True), **HOW)
        with pytest.raises(Refused):
            dispatch.give_number(
                session, dispatch.find_dispatch(session, number), Basis.read("1/STC ngày 15/10/2025"), **HOW
            )
    assert "press by letter" not in acts(office)


def test_only_who_monitors_presses_and_only_what_is_open(office: Office) -> None:
    number = drafted(office)
    with office.database.transaction() as session:
        duty = make.occurrence(session, "KH27-I.4")
        said = Draft(TODAY, "x")
        focal = people.acting(session, doors.FOCAL, "cli", TODAY)
        with pytest.raises(NotPermitted):
            dispatch.draft(session, Kind.PRESS, [duty], said, TODAY, by=focal, at=AT_)
        for verb in (
            lambda made: dispatch.give_number(session, made, Basis.read("1/STC ngày 15/10/2025"), by=focal, at=AT_),
            lambda made: dispatch.drop(session, made, by=focal, at=AT_),
        ):
            with pytest.raises(NotPermitted):
                verb(dispatch.find_dispatch(session, number))
        with pytest.raises(Refused):
            dispatch.draft(session, Kind.PRESS, [], said, TODAY, **HOW)
        with pytest.raises(BadInput, match="14/10/2025"):
            dispatch.draft(session, Kind.PRESS, [duty], said, date(2025, 10, 14), **HOW)
        make.unguard(session)
        duty.status = Status.COMPLETED
        session.flush()
        with pytest.raises(Refused):
            dispatch.draft(session, Kind.PRESS, [duty], said, TODAY, **HOW)
        session.rollback()


Run = Callable[..., tuple[int, str, str]]


def test_the_commands_draft_write_again_number_and_drop(run: Run, office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        doors.register(session)
    me = ("--by", "Hà Theo Dõi")
    file = tmp_path / "don-doc.docx"
    code, out, err = run(
        "letter", "press", "--directive", "KH27", "--answer-by", "31/12/2099", "--output", str(file), *me
    )
    assert code == 0 and "công văn 1" in out, err
    document = docx.Document(str(file))
    assert "Các Phòng: " in texts(document) and "KH27-I.4" in texts(document) and "KH28" not in texts(document)
    again = tmp_path / "lai.docx"
    assert run("letter", "write", "1", "--output", str(again))[0] == 0
    assert texts(docx.Document(str(again))) == texts(document)
    assert (
        run(
            "letter",
            "press",
            "--directive",
            "KH27",
            "--answer-by",
            "31/12/2099",
            "--output",
            str(tmp_path / "a.pdf"),
            *me,
        )[0]
        == 2
    )
    nobody = run(
        "letter",
        "press",
        "--directive",
        "KH27",
        "--answer-by",
        "31/12/2099",
        "--output",
        str(tmp_path / "b.docx"),
        "--by",
        "Lê Hoa",
    )
    assert nobody[0] == 3
    today = make.at("2025-10-15 09:00")
    with office.database.transaction() as session:
        issued = max(dispatch.find_dispatch(session, 1).as_of, today.date())
    code, out, err = run("letter", "number", "1", f"120/STC-TCHCSN ngày {issued:%d/%m/%Y}", *me)
    assert code == 0 and "120/STC-TCHCSN" in out, err
    assert "120/STC-TCHCSN" in run("letter", "list")[1] and "120/STC-TCHCSN" in run("show", "KH27-I.4")[1]
    assert run("letter", "drop", "1", *me)[0] == 1 and run("letter", "write", "9", "--output", str(again))[0] == 2
    assert (
        run("letter", "progress", "--directive", "KH27", "--answer-by", "31/12/2099", "--output", str(file), *me)[0]
        == 0
    )
    assert run("letter", "drop", "2", *me)[0] == 0 and '"dropped_at": "' in run("letter", "list", "--json")[1]
    assert "don-doc" in run("report", "template", "list")[1] and run("report", "template", "check")[0] == 0
    assert run("report", "template", "export", "don-doc")[0] == 0 and run("report", "template", "export", "x")[0] == 2
