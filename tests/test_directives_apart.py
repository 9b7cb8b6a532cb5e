"""Hostile and heavy files, old encodings, folders: what a file does must stay with the file."""

from __future__ import annotations

import random
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest

from directives import folder, legacy
from directives.apart import Reader
from directives.document import Document, Paragraph
from directives.legacy import TCVN3
from directives.reading import propose
from tests import documents
from tests.test_directives_readers import word
from workflow.config import ReadingSettings
from workflow.errors import BadInput

SETTINGS = ReadingSettings(timeout_seconds=20, max_memory_megabytes=400)


def test_a_file_is_read_alike_in_a_process_of_its_own(tmp_path: Path) -> None:
    word(tmp_path / "a.docx")
    with Reader(SETTINGS) as reader:
        assert reader.propose(tmp_path / "a.docx").to_json() == propose(tmp_path / "a.docx").to_json()
        with pytest.raises(BadInput, match=r"none\.docx"):
            reader.propose(tmp_path / "none.docx")
        assert len(reader.propose(tmp_path / "a.docx").tasks) == 2, "the process goes on after a refusal"


def test_what_takes_too_long_or_too_much_is_refused_and_the_next_file_is_read(tmp_path: Path) -> None:
    word(tmp_path / "good.docx")
    rows = "<tr>" + "<td>x</td>" * 200 + "</tr>"
    (tmp_path / "slow.html").write_text(
        "<html><body><table>" + rows * 20_000 + "</table></body></html>", encoding="utf-8"
    )
    with Reader(replace(SETTINGS, timeout_seconds=1)) as reader, pytest.raises(BadInput, match="giây|bộ nhớ"):
        reader.propose(tmp_path / "slow.html")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        body = "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 4_000_000
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
        )
    (tmp_path / "heavy.docx").write_bytes(buffer.getvalue())
    with Reader(SETTINGS) as reader:
        with pytest.raises(BadInput, match="bộ nhớ|giây|hỏng|không có chữ"):
            reader.propose(tmp_path / "heavy.docx")
        assert len(reader.propose(tmp_path / "good.docx").tasks) == 2


def test_mutated_files_end_as_read_or_refused(tmp_path: Path) -> None:
    """Flipped, cut and doubled bytes in each format; the seed is fixed, the count small: `benchmarks/fuzz.py` does many."""
    samples = Path(__file__).parent.parent / "directives" / "samples"
    word(tmp_path / "a.docx")
    random_ = random.Random(20250411)
    seeds = [
        (tmp_path / "a.docx").read_bytes(),
        (samples / "cong-van-1026.pdf").read_bytes(),
        documents.LETTER.encode(),
        b"<html><table><tr><td>STT</table>",
    ]
    with Reader(SETTINGS) as reader:
        for n in range(60):
            content = bytearray(seeds[n % len(seeds)])
            for _n in range(random_.randint(1, 30)):
                content[random_.randrange(len(content))] = random_.randrange(256)
            content = content[: random_.randrange(len(content) // 2, len(content))] if n % 3 == 0 else content
            (tmp_path / "mutant").write_bytes(bytes(content))
            try:
                reader.propose(tmp_path / "mutant")
            except BadInput as refused:
                assert "mutant" in str(refused)


def test_a_folder_is_looked_through_and_a_bad_file_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    word(tmp_path / "sub" / "b.docx")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "c.txt").write_text(documents.LETTER, encoding="utf-8")
    (tmp_path / ".hidden").write_text("x", encoding="utf-8")
    with Reader(SETTINGS) as reader:
        lines = list(folder.survey(tmp_path, reader))
    assert [(line.file, line.number, line.tasks) for line in lines] == [
        ("a.pdf", "", 0),
        ("c.txt", "812/UBND-VX", 7),
        (str(Path("sub") / "b.docx"), "9/KH-UBND", 2),
    ]
    assert "hỏng" in lines[0].problem
    said = "\n".join(folder.table(lines))
    assert "Đã đọc 2 tệp, 9 nhiệm vụ; 1 tệp không đọc được" in said


OLD = {chr(letter): chr(code) for code, letter in TCVN3.items()}


def test_tcvn3_is_converted_and_said(tmp_path: Path) -> None:
    document = docx.Document()
    for line in documents.LETTER.splitlines():
        if line.strip():
            document.add_paragraph("".join(OLD.get(c) or OLD.get(c.lower(), c) for c in line))
    document.save(str(tmp_path / "old.docx"))
    found = propose(tmp_path / "old.docx")
    assert any("TCVN3" in str(issue) for issue in found.issues)
    assert found.tasks[0].lead == ["Sở Y tế"]
    assert any("kinh doanh thuốc" in task.text for task in found.tasks)


def test_vni_is_refused_by_name_and_unicode_left_alone(tmp_path: Path) -> None:
    (tmp_path / "vni.txt").write_text(
        "UÛy ban nhaân daân tænh yeâu caàu caùc sôû, ban, ngaønh thöïc hieän caùc nhieäm vuï ñöôïc giao trong naêm",
        encoding="utf-8",
    )
    with pytest.raises(BadInput, match="VNI"):
        propose(tmp_path / "vni.txt")
    for text in (
        documents.LETTER,
        "Plain English text without any mark at all, long enough to be looked at.",
        "Kế hoạch phát triển",
    ):
        document = Document("x", "text", (Paragraph(text),))
        assert legacy.modern(document) == (document, False)


def test_who_signed_and_how_it_is_marked(tmp_path: Path) -> None:
    text = documents.LETTER.replace("PHÓ CHỦ TỊCH\n", "PHÓ CHỦ TỊCH\n\nNguyễn Văn Mẫu\n").replace(
        "Độc lập", "HỎA TỐC\n\nĐộc lập"
    )
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    head = propose(tmp_path / "a.txt").head
    assert (head.signer, head.position) == ("Nguyễn Văn Mẫu", "TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH, PHÓ CHỦ TỊCH")
    assert head.marking == "HỎA TỐC"


def test_what_the_document_leaves_open(tmp_path: Path) -> None:
    word(tmp_path / "a.docx")
    first, second = propose(tmp_path / "a.docx").tasks
    assert first.unclear() == ["work", "authority"]
    assert second.unclear() == ["work", "product", "authority"]
    assert second.to_json()["unclear"] == second.unclear()
