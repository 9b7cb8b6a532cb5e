"""Corrections of a proposal and what is shown beside it; no record is needed."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab import platypus

from directives import correcting, extract, facsimile, intake, reading
from directives.correcting import Said
from directives.document import Document, Paragraph, Place, Row, Table
from directives.proposal import Letterhead, Proposal, TaskProposal
from workflow.errors import BadInput, NotFound

SAMPLES = Path(reading.__file__).parent / "samples"


def proposal(*tasks: TaskProposal, issued: date | None = None) -> Proposal:
    made = Proposal(
        "a.docx", "0" * 64, Letterhead(number="27/KH-UBND", issued=issued, issuer="UBND tỉnh"), list(tasks), []
    )
    extract.check(made)
    return made


def task(no: str = "1", timing: str | None = "trước ngày 15/3/2025", lead: str = "Sở Y tế") -> TaskProposal:
    return TaskProposal(no, "Rà soát các thủ tục hành chính", lead=[lead], timing=timing)


def test_a_day_of_issue_that_is_said_settles_the_blank_and_doubts_what_had_passed() -> None:
    made = proposal(task())
    assert [str(found) for found in made.issues] and not made.tasks[0].issues
    correcting.complete(made, None, date(2025, 4, 11))
    assert not made.issues
    assert "14/3/2025" in str(made.tasks[0].issues[0])  # it had passed when the document was issued
    correcting.complete(made, None, date(2025, 1, 11))
    assert not made.tasks[0].issues


def test_a_doubt_that_was_settled_does_not_come_back() -> None:
    made = proposal(task(lead="Ai đó"), issued=date(2025, 1, 11))
    one = made.tasks[0]
    assert len(one.issues) == 1
    correcting.confirm(made, one, exclusive=True)
    assert not one.issues and len(one.settled) == 1
    correcting.correct(made, one, "deliverable", "Báo cáo")
    assert not one.issues
    correcting.correct(made, one, "lead", "Sở Y tế; Sở Nội vụ")
    assert one.lead == ["Sở Y tế", "Sở Nội vụ"] and not one.issues


def test_what_nobody_could_follow_up_cannot_be_confirmed_away() -> None:
    made = proposal(task(timing="Định kỳ"), issued=date(2025, 4, 11))
    one = made.tasks[0]
    correcting.correct(made, one, "lead", "")
    correcting.confirm(made, one, exclusive=True)
    assert len(one.issues) == 2 and not one.settled  # nobody leads it, and no day follows from the time
    correcting.decide(made, one, "Hằng quý", "Công văn 5/UBND", exclusive=True)
    assert [str(found) for found in one.issues] == [
        "Không nêu cơ quan chủ trì."
    ]  # the ground of a deadline settles no more
    correcting.correct(made, one, "lead", "Sở Y tế")
    assert not one.issues
    for change in (("Thường xuyên", 0), ("Định kỳ", 1)):  # the words that were decided about are others now
        correcting.correct(made, one, "timing", change[0])
        assert len(one.issues) == change[1] and one.decision is None


def test_a_number_is_one_that_can_stand_in_an_address() -> None:
    made = proposal(task(), issued=date(2025, 1, 11))
    for bad in ("1 2", "<b>", "../x", "1/2", "#?"):
        with pytest.raises(BadInput):
            correcting.revise(made, 1, Said({"no": bad}), exclusive=True)
    for good in ("II.6", "1.a)", "Đ-3"):
        assert correcting.revise(made, 1, Said({"no": good}), exclusive=True).no == good


def test_a_number_that_occurs_twice_is_doubted_until_it_is_mended() -> None:
    made = proposal(task(), task(), issued=date(2025, 1, 11))
    assert all(len(one.issues) == 1 for one in made.tasks)
    correcting.revise(made, 2, Said({"no": "2"}), exclusive=True)
    assert not made.tasks[1].issues
    added = correcting.revise(made, 0, Said({"no": "2", "text": "Báo cáo kết quả", "lead": "Sở Y tế"}), exclusive=True)
    assert len(made.tasks) == 3 and added.issues


def test_what_cannot_be_said_changes_nothing() -> None:
    made = proposal(task(), issued=date(2025, 1, 11))
    before = intake.dump(made)
    for said in (Said({"text": " "}), Said({"no": ""})):
        with pytest.raises(BadInput):
            correcting.revise(made, 1, said, exclusive=True)
    with pytest.raises(NotFound):
        correcting.revise(made, 2, Said({}), exclusive=True)
    with pytest.raises(NotFound):
        correcting.left(made, 1)
    assert intake.dump(made) == before


def test_a_proposal_is_kept_whole() -> None:
    for file in sorted(SAMPLES.iterdir()):
        made = reading.propose(file)
        if made.tasks[0].issues:
            correcting.confirm(made, made.tasks[0], exclusive=True)
        correcting.leave_out(made, made.tasks[-1])
        kept = intake.dump(made)
        assert intake._PROPOSAL.validate_python(kept) == made


def test_the_text_around_a_place() -> None:
    rows = tuple(Row((str(n), f"việc {n}"), Place(table=1, row=n)) for n in range(1, 30))
    blocks = (Paragraph("đầu", Place(paragraph=1)), Table(rows, Place(table=1)), Paragraph("cuối", Place(paragraph=2)))
    document = Document("a.docx", "docx", blocks)
    shown = facsimile.excerpt(document, Place(table=1, row=20))
    assert shown[0].cells == ("1", "việc 1")  # the head of the table stays in sight
    assert [line.cells[0] for line in shown if line.marked] == ["20"] and len(shown) <= 12
    assert [line.cells for line in facsimile.excerpt(document, Place(paragraph=2))] == [("cuối",)]
    assert facsimile.excerpt(document, Place())[0].cells == ("đầu",)


def test_pages_as_pictures(tmp_path: Path) -> None:
    letter = (SAMPLES / "cong-van-1026.pdf").read_bytes()
    assert facsimile.pages(letter) == 2
    with pytest.raises(BadInput, match="3"):
        facsimile.picture(letter, "cv.pdf", Place(page=3))
    scan = Image.new("L", (2480, 3508), 255)
    ImageDraw.Draw(scan).rectangle((300, 300, 900, 400), fill=0)
    scan.save(tmp_path / "quet.tif", save_all=True, append_images=[scan.rotate(180)])
    content = (tmp_path / "quet.tif").read_bytes()
    assert facsimile.pages(content) == 2
    for number, dark in ((1, True), (2, False)):
        with Image.open(io.BytesIO(facsimile.picture(content, "quet.tif", Place(page=number)))) as made:
            assert made.width <= facsimile.WIDTH
            assert (made.convert("L").getpixel((made.width // 4, made.height // 10)) < 128) is dark  # type: ignore[operator]


def test_the_row_of_a_ruled_table_is_marked() -> None:
    out = io.BytesIO()
    ruled = platypus.Table(
        [["STT", "Task"], ["1", "One"], ["2", "Two"]], style=[("GRID", (0, 0), (-1, -1), 1, "black")]
    )
    platypus.SimpleDocTemplate(out).build([ruled])
    content = out.getvalue()
    plain = Image.open(io.BytesIO(facsimile.picture(content, "a.pdf", Place(page=1)))).convert("RGB")
    marked = Image.open(io.BytesIO(facsimile.picture(content, "a.pdf", Place(page=1, table=1, row=3)))).convert("RGB")
    yellow = [n for n, color in enumerate(marked.get_flattened_data()) if color[0] > 240 and color[2] < 220]
    assert yellow and not any(color[0] > 240 and color[2] < 220 for color in plain.get_flattened_data())
    rows = {n // marked.width for n in yellow}
    assert max(rows) - min(rows) < marked.height // 4
