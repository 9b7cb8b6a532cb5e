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


def sheet(section: Any, *, across: bool = False) -> None:
    """A4 with its margins, the number of the page above in the middle from the second page on."""
    sides = section.page_width // MM, section.page_height // MM
    assert sides == ((297, 210) if across else (210, 297))
    assert 20 <= round(section.top_margin / MM) <= 25 and 20 <= round(section.bottom_margin / MM) <= 25
    assert 30 <= round(section.left_margin / MM) <= 35 and 15 <= round(section.right_margin / MM) <= 20
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml and section.header.paragraphs[0].alignment == AT.CENTER
    assert "PAGE" not in section.first_page_header._element.xml
    assert 'w:start="1"' in section._sectPr.xml  # an annex counts its pages by itself


def forms(holder: Any, form: dict[str, tuple[float, bool, bool]]) -> None:
    """Size, bold and italic of lines in the middle."""
    found = {p.text: p for p in holder}
    for text, (size, bold, italic) in form.items():
        run = found[text].runs[0]
        assert (run.font.size.pt, bool(run.bold), bool(run.italic)) == (size, bold, italic), text
        assert found[text].alignment == AT.CENTER


def head(document: Any, **more: tuple[float, bool, bool]) -> None:
    """The head: two columns without rules, the state at the right, the office at the left, lines below."""
    left, right = document.tables[0].rows[0].cells
    assert (
        document.styles["Normal"].font.name == "Times New Roman" and "w:tblBorders" not in document.tables[0]._tbl.xml
    )
    form = {
        "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN": (13, False, False),
        "SỞ TÀI CHÍNH": (13, True, False),
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (13, True, False),
        "Độc lập - Tự do - Hạnh phúc": (14, True, False),
    }
    forms([p for cell in (left, right) for p in cell.paragraphs], {**form, **more})
    assert left._tc.xml.count("w:pBdr") and right._tc.xml.count("w:pBdr")


def body(document: Any) -> list[Any]:
    """The text: size, first line, spaces, and how it ends; the last of it stands on the page of the signature."""
    found = [p for p in document.paragraphs if p.alignment == AT.JUSTIFY]
    assert found[-1].text.endswith("./.") and found[-1].paragraph_format.keep_with_next
    assert sum("./." in p.text for p in document.paragraphs) == 1
    for paragraph in found:
        shape = paragraph.paragraph_format
        assert 13 <= paragraph.runs[0].font.size.pt <= 14 and 10 <= shape.first_line_indent / MM <= 12.8
        assert shape.space_after.pt >= 6 and 1 <= shape.line_spacing <= 1.5
    return found


def foot(table: Any, first: str, *signed: str) -> None:
    """“Nơi nhận” at the left, the signature at the right."""
    places, right = table.rows[0].cells
    lines = [p for p in places.paragraphs if p.text]
    assert (lines[0].text, lines[0].runs[0].font.size.pt, lines[0].runs[0].bold, lines[0].runs[0].italic) == ("Nơi nhận:", 12, True, True)  # fmt: skip
    assert [p.text for p in lines[1:]] == [first, "- UBND tỉnh (để báo cáo);", "- Lưu: VT, TCHCSN (Bình)."]
    assert all(p.runs[0].font.size.pt == 11 for p in lines[1:])
    block = [p for p in right.paragraphs if p.text]
    assert [p.text for p in block] == [*signed]
    assert all(p.runs[0].bold and 13 <= p.runs[0].font.size.pt <= 14 and p.alignment == AT.CENTER for p in block)


SMALL = {
    "Số:          /STC-TCHCSN": (13, False, False),
    "Lạng Sơn, ngày       tháng       năm 2025": (14, False, True),
}
SIGNED = ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn Bình")


def test_the_layout_is_that_of_the_decree(settings: config.Settings, tmp_path: Path) -> None:
    """Decree 30/2020/NĐ-CP, Appendix I, point by point."""
    document = written(settings, tmp_path / "don-doc.docx")
    first, annex = document.sections
    sheet(first)
    sheet(annex, across=True)
    head(document, **SMALL, **{"V/v đôn đốc thực hiện nhiệm vụ quá hạn": (12, False, False)})
    assert len(body(document)) >= 4
    foot(document.tables[1], "- Như trên;", *SIGNED)
    table = document.tables[2].rows[0]._tr.xml
    assert "w:tblHeader" in table and "w:cantSplit" in table
    assert "{{" not in texts(document) and "{%" not in texts(document)


def answers(n: int, *, refused: bool = False) -> list[dict[str, Any]]:
    """Requests as a letter that answers them keeps them."""
    outcome = {"outcome": "refused", "granted_due_on": None, "note": "Đã gia hạn một lần"}
    if not refused:
        outcome = {"outcome": "granted", "granted_due_on": date(2025, 12, 31), "note": None}
    more = {
        "directive_kind": "Kế hoạch", "issued_on": date(2025, 4, 11), "original_due_on": date(2025, 6, 30), "basis_number": "Công văn 45/SYT",
        "basis_on": date(2025, 9, 20), "asked_due_on": date(2025, 12, 31), "decision_number": None, "decision_on": None,
    }  # fmt: skip
    names = ["Sở Y tế", *(f"Ủy ban nhân dân xã Số {one}" for one in range(2, n + 1))]
    return [{**row, **more, **outcome} for row in rows(*((name, "Rà soát thủ tục", date(2025, 9, 30)) for name in names))]  # fmt: skip


@pytest.mark.parametrize("n", [1, 40])
@pytest.mark.parametrize("refused", [False, True])
def test_the_layout_of_an_answer(settings: config.Settings, tmp_path: Path, n: int, refused: bool) -> None:
    more = {"kind": "extension", "subject": " ".join(["trả lời đề nghị gia hạn"] * 6), "about": ""}
    document = written(settings, tmp_path / "gia-han.docx", answers(n, refused=refused), **more)
    (one,) = document.sections
    sheet(one)
    head(document, **SMALL, **{f"V/v {more['subject']}": (12, False, False)})
    assert len(body(document)) == 3
    foot(document.tables[1], "- Như trên;", *SIGNED)
    assert len(document.tables) == (2 if n == 1 else 3)
    if n > 1:
        assert len(document.tables[2].rows) == 41 and "w:tblHeader" in document.tables[2].rows[0]._tr.xml
        assert "văn bản của các cơ quan, đơn vị" in texts(document)
    assert "{{" not in texts(document) and "{%" not in texts(document)


@pytest.mark.parametrize("n", [1, 40])
def test_the_layout_of_a_record(settings: config.Settings, tmp_path: Path, n: int) -> None:
    """A named type: its name and what it is about in bold below the head, its day in the text, three sides that sign."""
    facts = {"since": "2025-07-01", "status": "in_progress", "files": ["45/BC-SKHĐT", "bao-cao.pdf"], "asked": []}
    given = [{**row, "facts": facts, "original_due_on": row["due_on"]} for row in LATE[:1] * n]
    long = "Trung tâm Phát triển quỹ đất và Giải phóng mặt bằng huyện Bắc Sơn"
    subject = f"bàn giao nhiệm vụ giữa {long} và Ủy ban nhân dân xã Hoàng Văn Thụ"
    parties = {"former": long, "heir": "Ủy ban nhân dân xã Hoàng Văn Thụ"}
    more = {"kind": "handover", "subject": subject, "about": "Nghị quyết số 1672/NQ-UBTVQH15 ngày 16/6/2025", **parties}
    document = written(settings, tmp_path / "ban-giao.docx", given, **more)
    first, annex = document.sections
    sheet(first)
    sheet(annex, across=True)
    head(document, **{"Số:          /BB-STC": (13, False, False)})
    assert "V/v" not in texts(document)
    forms(document.paragraphs, {"BIÊN BẢN": (14, True, False), f"Về việc {subject}": (14, True, False)})
    said = "\n".join(p.text for p in body(document))
    assert f"{n} nhiệm vụ kể từ ngày 01/7/2025, trong đó có {n} nhiệm vụ đã quá thời hạn" in said and f"{2 * n} văn bản" in said  # fmt: skip
    assert "3. BÊN CHỨNG KIẾN: Sở Tài chính" in said and "03 bản" in said
    both = [cell.text for cell in document.tables[1].rows[0].cells]
    assert both[0].startswith("ĐẠI DIỆN BÊN GIAO") and both[1].startswith("ĐẠI DIỆN BÊN NHẬN")
    foot(document.tables[2], "- Bên giao, bên nhận;", "ĐẠI DIỆN BÊN CHỨNG KIẾN", *SIGNED)
    table = document.tables[3]
    assert len(table.rows) == n + 1 and table.rows[1].cells[5].text == "Đang thực hiện, quá hạn 15 ngày"
    assert "{{" not in texts(document) and "{%" not in texts(document)
    own = written(settings, tmp_path / "b.docx", given, **{**more, "heir": "Sở Tài chính"})
    assert "CHỨNG KIẾN" not in texts(own) and "02 bản" in texts(own)


@pytest.mark.parametrize(
    "signature",
    [("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"), ("GIÁM ĐỐC",)],
)  # fmt: skip
def test_every_form_of_authority_stands_above_the_name(settings: config.Settings, tmp_path: Path, signature: tuple[str, ...]) -> None:  # fmt: skip
    alone = replace(settings, letterhead=replace(settings.letterhead, signature=signature, parent=""))
    document = written(alone, tmp_path / "a.docx", answers(1), kind="extension")
    foot(document.tables[1], "- Như trên;", *signature, "Nguyễn Văn Bình")
    first = document.tables[0].rows[0].cells[0].paragraphs[0]
    assert first.text == "SỞ TÀI CHÍNH", "without a body above the head begins at the same height"


def test_libreoffice_shows_it_on_two_pages(settings: config.Settings, tmp_path: Path) -> None:
    written(settings, tmp_path / "don-doc.docx")
    with pdfplumber.open(converted(tmp_path / "don-doc.docx")) as made:
        letter, annex = made.pages
        assert letter.width < letter.height and annex.width > annex.height
        assert "Kính gửi:" in letter.extract_text() and "Nguyễn Văn Bình" in letter.extract_text()
        assert "Quá hạn 15 ngày" in annex.extract_text() and "Còn 5 ngày" in annex.extract_text()


def test_libreoffice_shows_an_answer_of_one_page_and_one_with_its_list(settings: config.Settings, tmp_path: Path) -> None:  # fmt: skip
    more = {"kind": "extension", "about": ""}
    for n in (1, 40):
        written(settings, tmp_path / f"{n}.docx", answers(n), **more)
    with pdfplumber.open(converted(tmp_path / "1.docx")) as made:
        assert len(made.pages) == 1 and "Nguyễn Văn Bình" in made.pages[0].extract_text()
    with pdfplumber.open(converted(tmp_path / "40.docx")) as made:
        signed = [n for n, page in enumerate(made.pages) if "Nguyễn Văn Bình" in page.extract_text()]
        listed = [n for n, page in enumerate(made.pages) if "Ý kiến" in page.extract_text()]
        assert len(signed) == 1 and listed == list(range(signed[0] + 1, len(made.pages))), "the heading comes again"


def converted(file: Path) -> Path:
    """A letter as LibreOffice makes pages of it."""
    need(shutil.which("soffice"), "LibreOffice", "apt-get install libreoffice-writer")
    home = f"-env:UserInstallation=file://{file.parent}/office"
    subprocess.run(["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)], check=True, capture_output=True, timeout=120)  # fmt: skip
    return file.with_suffix(".pdf")


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
    assert len(office_templates.check(settings, "don-doc")) == len(office_templates.NEEDED["don-doc"])
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
