"""Evidence: what a file is follows from its content, where it lies from its hash; in quarantine until its report is confirmed."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import documents, make
from tests.conftest import Office, Run
from workflow.config import EvidenceSettings
from workflow.database import Database
from workflow.errors import BadInput
from workflow.evidence import EvidenceStore, shown_name
from workflow.file_kinds import ALLOWED, kind_of

HOW: dict[str, Any] = {"by": make.BY, "at": make.at("2025-09-20 10:00")}
TODAY = date(2025, 9, 20)


def packed(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


def picture(format_: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format_)
    return out.getvalue()


GOOD = {
    "pdf": b"%PDF-1.7 ...",
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "tif": picture("TIFF"),
    "txt": "Kết quả: đã xong\n".encode(),
    "rtf": b"{\\rtf1 x}",
    "doc, xls, ppt": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "odt": packed("content.xml", mimetype=ALLOWED["odt"]),
    "ods": packed("content.xml", mimetype=ALLOWED["ods"]),
    "docx": packed("[Content_Types].xml", "word/document.xml"),
    "xlsx": packed("[Content_Types].xml", "xl/workbook.xml"),
    "pptx": packed("[Content_Types].xml", "ppt/presentation.xml"),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(20),
}
BAD = {
    "program.pdf": b"MZ\x90\x00" + bytes(200),
    "elf": b"\x7fELF" + bytes(200),
    "script.txt": b"#!/bin/sh\nrm -rf /\n",
    "page.txt": b"  <html><script>alert(1)</script>",
    "svg.png": b'<?xml version="1.0"?><svg onload="alert(1)"/>',
    "batch.txt": b"@echo off\r\ndel *.*",
    "archive.docx": packed("a.exe"),
    "macros.docx": packed("word/document.xml", "word/vbaProject.bin"),
    "broken.docx": b"PK\x03\x04" + bytes(100),
    "noise": bytes(range(256)),
    "latin1": "Kết quả".encode("utf-16"),
}


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_file_is_what_its_content_says(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "tep.bin"
    file.write_bytes(GOOD[kind])
    assert kind_of(file) == kind
    assert set(GOOD) == set(ALLOWED)


@pytest.mark.parametrize("name", list(BAD))
def test_what_is_no_evidence_is_refused_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    store = EvidenceStore(EvidenceSettings(folder=tmp_path / "kho"))
    with pytest.raises(BadInput, match="không phải loại tệp"):
        store.keep(name, io.BytesIO(BAD[name]))
    assert list((tmp_path / "kho").iterdir()) == [], "nothing is left of it"


def test_real_documents_are_taken(tmp_path: Path) -> None:
    store = EvidenceStore(EvidenceSettings(folder=tmp_path / "kho"))
    samples = Path(__file__).parent.parent / "directives" / "samples"
    for file, kind in ((samples / "ke-hoach-88.docx", "docx"), (samples / "cong-van-1026.pdf", "pdf")):
        kept = store.keep(file.name, io.BytesIO(file.read_bytes()))
        assert (kept.media_type, kept.size, store.intact(kept.sha256)) == (ALLOWED[kind], file.stat().st_size, True)
    assert documents.__name__


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\x.pdf", "x.pdf"),
        ("/abs/y.pdf", "y.pdf"),
        ("a\x00b\u202ec.pdf", "abc.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("..", ".."),
        ("", "file"),
    ],
)
def test_a_name_is_for_showing_only(tmp_path: Path, name: str, shown: str) -> None:
    store = EvidenceStore(EvidenceSettings(folder=tmp_path / "kho"))
    before = set(tmp_path.rglob("*"))
    kept = store.keep(name, io.BytesIO(GOOD["pdf"]))
    assert (kept.name, shown_name(name)) == (shown, shown)
    made = {p for p in set(tmp_path.rglob("*")) - before if p.is_file()}
    assert [p.relative_to(tmp_path).as_posix() for p in made] == [f"kho/{kept.sha256[:2]}/{kept.sha256}"]


def test_the_same_content_lies_there_once(tmp_path: Path) -> None:
    store = EvidenceStore(EvidenceSettings(folder=tmp_path / "kho"))
    kept = [store.keep(name, io.BytesIO(GOOD["pdf"])) for name in ("a.pdf", "b.pdf")]
    assert kept[0].sha256 == kept[1].sha256
    assert list(store.names()) == [kept[0].sha256]
    with pytest.raises(BadInput, match="nhiều nhất 10"):
        store.refuse_many(11)


def test_quarantine_export_and_what_the_doctor_sees(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(deliverable="Báo cáo"))
    for name, content in (("bc.pdf", GOOD["pdf"]), ("lạ.pdf", BAD["program.pdf"])):
        Path(name).write_bytes(content)
    assert run("done", "KH27-I.1", "--evidence", "lạ.pdf")[0] == 2
    assert run("done", "KH27-I.1", "--evidence", "bc.pdf", "--by", "Lê Hoa")[0] == 0
    row = json.loads(run("evidence", "list", "--json")[1])[0]
    assert (row["name"], row["media_type"], row["quarantined"]) == ("bc.pdf", "application/pdf", True)
    code, _said, err = run("evidence", "export", "1", "ra.pdf")
    assert (code, "cách ly" in err, Path("ra.pdf").exists()) == (1, True, False)
    assert run("evidence", "export", "1", "ra.pdf", "--quarantined")[0] == 0
    assert Path("ra.pdf").read_bytes() == GOOD["pdf"]
    assert run("confirm", "KH27-I.1")[0] == 0
    assert "cách ly" not in run("evidence", "list")[1]
    assert run("evidence", "export", "1", "ra.pdf")[0] == 1, "never over a file that is there"
    assert run("evidence", "export", "1", "ra2.pdf")[0] == 0
    assert run("evidence", "export", "9", "x.pdf")[0] == 2
    assert "lấy minh chứng ra" in run("audit", "show", "KH27-I.1")[1]
    store = Path("evidence")
    (store / "zz").mkdir()
    (store / "zz" / ("f" * 64)).write_bytes(b"rest of an attempt that was rolled back")
    assert "1 tệp không thuộc báo cáo nào" in run("evidence", "verify")[1]
    (store / row["sha256"][:2] / row["sha256"]).write_bytes(b"%PDF- anders")
    code, said, _err = run("evidence", "verify")
    assert (code, "✗ 1. bc.pdf" in said) == (1, True)
    assert "bc.pdf" in run("doctor")[1]
    assert run("evidence", "export", "1", "ra3.pdf")[0] == 1


def test_too_many_or_too_large(tmp_path: Path, database: Database) -> None:
    store = EvidenceStore(replace(EvidenceSettings(folder=tmp_path / "kho"), max_megabytes=1))
    with pytest.raises(BadInput, match="1 MB"):
        store.keep("to.pdf", io.BytesIO(b"%PDF-" + b"x" * 1_000_000))
    with pytest.raises(BadInput, match="rỗng"):
        store.keep("rong.pdf", io.BytesIO(b""))
    with database.transaction() as session:
        make.enacted(session, make.task(deliverable="Báo cáo"))
        kept = store.keep("bc.pdf", io.BytesIO(GOOD["pdf"]))
        make.occurrence(session).submit(session, **HOW, today=TODAY, evidence=[kept])
        assert make.occurrence(session).submissions[0].evidence[0].name == "bc.pdf"
