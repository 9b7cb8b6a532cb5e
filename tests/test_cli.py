"""The command line as people type it: what it prints, what it refuses, how fast it starts."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import typer

import cli
from tests import documents, make
from tests.conftest import Begun, Office, Run
from workflow.snapshot import HEAD
from workflow.standing import Status

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "directives" / "samples"


def test_from_a_document_to_a_confirmed_result(run: Run) -> None:
    code, said, _err = run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    assert (code, "Đã ghi nhận KH88: 15 nhiệm vụ" in said) == (0, True)
    assert run("agencies", "mailbox", "Phòng Nội vụ", "pnv@langson.gov.vn")[0] == 0
    assert run("focal-points", "add", "PNV", "Lê Văn B", "b@langson.gov.vn", "--position", "Chuyên viên")[0] == 0
    assert "b@langson.gov.vn" in run("agencies", "list")[1]
    assert run("agencies") == run("agencies", "list")
    assert run("agencies", "--json")[1] == run("agencies", "list", "--json")[1]
    assert "đang thực hiện" in run("start", "kh88-i.2", "--period", "2025-Q2")[1]
    Path("qd.pdf").write_bytes(b"%PDF-1.7 noi dung")
    code, _said, err = run("done", "KH88-I.2", "--result", "x")
    assert (code, "2025-Q2, 2025-Q4" in err) == (1, True)
    code, said, _err = run(
        "done",
        "KH88-I.2",
        "--period",
        "2025-Q2",
        "--result",
        "Đã khen thưởng",
        "--document-number",
        "12/QĐ-UBND",
        "--evidence",
        "qd.pdf",
    )
    assert (code, "quý II năm 2025" in said, "chờ xác nhận" in said) == (0, True, True)
    assert "bị trả lại" in run("return", "KH88-I.2", "--reason", "Thiếu danh sách")[1]
    assert "chờ xác nhận" in run("done", "KH88-I.2", "--period", "2025-Q2", "--result", "Đã bổ sung")[1]
    assert "đã hoàn thành" in run("confirm", "KH88-I.2", "--note", "Đạt")[1]
    shown = run("show", "KH88-I.2")[1]
    for words in (
        "12/QĐ-UBND",
        "qd.pdf",
        "Thiếu danh sách",
        "Đã bổ sung",
        "quý IV năm 2025",
        "bảng 2, dòng 4",
        "Nguyễn Thị An",
    ):
        assert words in shown
    assert "đang thực hiện" in run("reopen", "KH88-I.2", "--period", "2025-Q2", "--reason", "Làm lại")[1]
    grounds = ["--reason", "x", "--basis", "Công văn 120/UBND-VP ngày 3/9/2025"]
    for verb, words in (("suspend", "tạm dừng"), ("resume", "đang thực hiện"), ("cancel", "đã hủy")):
        code, said, err = run(verb, "KH88-I.2", "--period", "2025-Q2", *([] if verb == "resume" else grounds))
        assert (code, words in said) == (0, True), err


def test_lists_for_people_and_programs(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    code, said, _err = run("overdue", "--as-of", "15/10/2025")
    assert (code, "KH88-II.5" in said, "nhiệm vụ quá hạn của" in said) == (0, True, True)
    rows = json.loads(run("overdue", "--as-of", "2025-10-15", "--json")[1])
    assert f"{len(rows)} nhiệm vụ quá hạn" in said
    tally = json.loads(run("overdue", "--as-of", "2025-10-15", "--by", "agency", "--json")[1])
    assert sum(row["overdue"] for row in tally) == len(rows)
    assert json.loads(run("overdue", "--as-of", "2025-10-15", "--by", "directive", "--json")[1])[0]["overdue"] == len(
        rows
    )
    for row in tally:
        if row["overdue"]:
            assert (
                len(json.loads(run("overdue", "--as-of", "2025-10-15", "--agency", row["code"], "--json")[1]))
                == row["overdue"]
            )
    undecided = json.loads(run("tasks", "--standing", "undecided", "--json")[1])
    assert [row["code"] for row in undecided] == ["KH88-I.1", "KH88-IV.2"]
    assert undecided[0]["agency"] == "Các phòng, ban, đơn vị"
    assert [r["code"] for r in json.loads(run("tasks", "--search", "ban do so", "--json")[1])] == ["KH88-II.7"]
    assert len(json.loads(run("tasks", "--directive", "88/KH-UBND", "--all", "--json")[1])) == 18
    assert json.loads(run("directives", "--json")[1])[0]["tasks"] == 15
    assert "KH88" in run("directives")[1]
    assert (
        "KH88-III.3" in run("tasks", "--status", "not_started", "--agency", "Phòng Văn hóa, Khoa học và Thông tin")[1]
    )
    assert json.loads(run("show", "KH88-I.4", "--json")[1])["occurrences"][0]["due_on"] == "2025-07-14"


def test_a_person_decides_open_deadlines(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    assert run("done", "KH88-I.1", "--result", "x")[0] == 1
    code, said, _err = run("cycle", "set", "KH88-I.1", "--half-yearly", "--reason", "Chế độ báo cáo")
    assert (code, "16/12/2025" in said) == (0, True)
    code, said, _err = run("deadline", "set", "KH88-IV.2", "--on", "31/12/2025", "--reason", "CV 5")
    assert (code, "31/12/2025" in said) == (0, True)
    assert json.loads(run("tasks", "--standing", "undecided", "--json")[1]) == []
    assert run("deadline", "set", "KH88-IV.2", "--none", "--reason", "x")[0] == 0
    assert run("deadline", "set", "KH88-IV.2", "--none", "--on", "1/1/2026", "--reason", "x")[0] == 2
    assert run("cycle", "set", "KH88-I.1", "--sometimes", "--reason", "x")[0] == 2
    assert "Cần quyết định" not in run("show", "KH88-I.1")[1]


def test_importing_asks_and_writes_nothing_without_a_yes(run: Run) -> None:
    sample = str(SAMPLES / "cong-van-1026.pdf")
    assert run("import", sample, answers="n\n")[0] == 1
    assert run("import", sample, answers="y\nn\n")[0] == 1
    assert json.loads(run("directives", "--json")[1]) == []
    code, said, _err = run("import", sample, "--yes", "--dry-run")
    assert (code, "Chạy thử" in said) == (0, True)
    assert json.loads(run("directives", "--json")[1]) == []
    assert run("import", sample, answers="y\ny\n")[0] == 0
    code, _said, err = run("import", sample, "--yes")
    assert (code, "CV1026" in err) == (1, True)


def test_a_document_without_number_and_day_gets_them_from_the_person(run: Run) -> None:
    text = documents.LETTER.replace("Số: 812/UBND-VX", "Số:       /UBND-VX").replace(
        "ngày 05 tháng 8 năm 2025", "ngày    tháng 8 năm 2025"
    )
    Path("a.txt").write_text(text, encoding="utf-8")
    assert run("import", "a.txt", "--yes")[0] == 2
    assert "bỏ trống" in run("read", "a.txt")[1]
    assert (
        run(
            "import",
            "a.txt",
            "--yes",
            "--number",
            "812/UBND-VX",
            "--issued",
            "05/8/2025",
            "--code",
            "CVYT",
            "--monitor",
            "Không Có",
        )[0]
        == 2
    )
    assert run("import", "a.txt", "--number", "812/UBND-VX", "--code", "CVYT", answers="05/8/2025\ny\ny\n")[0] == 0
    assert json.loads(run("directives", "--json")[1])[0]["issued_on"] == "2025-08-05"


def test_reading_prints_for_people_and_programs_and_writes_nothing(run: Run, office: Office) -> None:
    said = run("read", str(SAMPLES / "ke-hoach-88.docx"))[1]
    for words in (
        "88/KH-UBND",
        "▌ II. Chuyển đổi số",
        "⚠  I.1",
        "30/6/2025, 31/12/2025",
        "Cần xem lại (2)",
        "15 nhiệm vụ",
    ):
        assert words in said
    plain = json.loads(run("read", str(SAMPLES / "ke-hoach-88.docx"), "--json")[1])
    assert plain["number"] == "88/KH-UBND" and len(plain["tasks"]) == 15
    assert json.loads(run("directives", "--json")[1]) == []
    assert office.settings


def test_a_proposal_is_corrected_in_a_sheet_and_imported(run: Run) -> None:
    code, said, _err = run("read", str(SAMPLES / "ke-hoach-88.docx"), "--sheet", "sua.xlsx")
    assert (code, "sua.xlsx" in said) == (0, True)
    code, said, _err = run("import", "--from-sheet", "sua.xlsx", "--yes")
    assert (code, "KH88: 15 nhiệm vụ" in said) == (0, True)
    code, _said, err = run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    assert (code, "KH88" in err) == (1, True), "it is the same document"
    assert run("import", "--yes")[0] == 2
    assert run("import", "x.docx", "--from-sheet", "sua.xlsx")[0] == 2


def test_doubts_are_asked_one_by_one(run: Run) -> None:
    answers = [
        "c",  # go through them
        *(
            "7",
            "sometimes",
            "CV 5",
            "7",
            "Hằng quý",
            "Chế độ báo cáo",
        ),  # I.1: a deadline that is none, then one that is
        *("5", "Kế hoạch", "6", "Quý IV"),  # IV.2: nothing wrong with the product; the time was misread
        *("c", "c"),  # agencies, tasks
    ]
    code, said, _err = run("import", str(SAMPLES / "ke-hoach-88.docx"), answers="\n".join(answers) + "\n")
    assert (code, "chưa nêu được thời hạn" in said, "[2/2]" in said) == (0, True, True)
    assert json.loads(run("questions", "--json")[1]) == []
    rows = {row["code"]: row for row in json.loads(run("tasks", "--all", "--json")[1])}
    assert rows["KH88-IV.2"]["due_on"] == "2025-12-31" and rows["KH88-I.1"]["due_on"] == "2025-12-31"
    shown = run("show", "KH88-I.1")[1]
    assert "“Định kỳ”" in shown and "Chế độ báo cáo" in shown, "the words of the document stay"


def test_a_row_that_is_no_task_is_left_out_and_the_rest_waits(run: Run) -> None:
    code, _said, _err = run("import", str(SAMPLES / "ke-hoach-88.docx"), answers="c\n8\n9\nc\nc\n")
    assert code == 0
    codes = {row["code"] for row in json.loads(run("tasks", "--all", "--json")[1])}
    assert len(codes) == 14 and "KH88-I.1" not in codes
    waiting = json.loads(run("questions", "--directive", "KH88", "--json")[1])
    assert [row["subject"] for row in waiting] == ["KH88-IV.2"]
    assert run("answer", "KH88-IV.2")[0] == 2, "a reason is needed"
    assert run("answer", "KH88-IV.2", "--reason", "Đã xem bản giấy")[0] == 0
    assert run("answer", "KH88-IV.2", "--reason", "x")[0] == 1
    assert "0 dòng" in run("questions")[1]


def test_an_amending_document_changes_what_is_recorded(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    Path("qd.html").write_text(documents.AMENDMENT, encoding="utf-8")
    assert run("import", "qd.html", answers="c\n3\n")[0] == 1, "stopped: nothing is written"
    assert "Chạy thử" in run("import", "qd.html", "--dry-run")[1]
    # the new lead of II.4 is a new agency; the lead of the added task is known with the level it belongs to
    code, said, _err = run("import", "qd.html", answers="c\n1\n1\nc\n")
    assert (code, "[2/2]" in said, "KH88: đã ghi nhận 2 thay đổi" in said) == (0, True, True)
    assert "Phòng Nội vụ thành phố → Phòng Nội vụ (PNV)" in said
    assert run("import", "qd.html")[0] == 1, "the same file again"
    shown = run("show", "KH88-II.4")[1]
    for words in (
        "30/11/2025",
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "131/QĐ-UBND ngày 20/6/2025",
        "Tháng 9/2025 → Tháng 11/2025",
    ):
        assert words in shown
    assert "(PNV)" in run("show", "KH88-2")[1], "the longer name means Phòng Nội vụ"
    assert json.loads(run("directives", "--json")[1])[0]["amended_by"] == "131/QĐ-UBND"
    assert [row["subject"] for row in json.loads(run("questions", "--json")[1])] == ["KH88-I.1", "KH88-IV.2", "KH88-2"]


def test_an_amending_document_may_stand_for_itself(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    Path("qd.html").write_text(documents.AMENDMENT, encoding="utf-8")
    code, said, _err = run("import", "qd.html", answers="k\nk\nc\nc\n")
    assert (code, "QĐ131" in said or "QD131" in said) == (0, True)
    Path("khac.html").write_text(documents.AMENDMENT.replace("88/KH-UBND", "87/KH-UBND"), encoding="utf-8")
    code, said, _err = run("import", "khac.html", "--amends", "KH88", "--number", "132/QĐ-UBND", "--yes")
    assert (code, "KH88: đã ghi nhận 2 thay đổi" in said) == (0, True)
    assert run("import", "khac.html", "--amends", "KH99", "--yes", "--number", "1/QĐ-UBND")[0] in (1, 2)


def test_a_sheet_corrected_again_is_compared(run: Run) -> None:
    import openpyxl

    run("read", str(SAMPLES / "ke-hoach-88.docx"), "--sheet", "sua.xlsx")
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    code, _said, err = run("import", "--from-sheet", "sua.xlsx")
    assert (code, "không có gì khác" in err) == (1, True)
    book = openpyxl.load_workbook("sua.xlsx")
    book.worksheets[1]["G8"].value = "Tháng 10/2025"
    book.save("sua.xlsx")
    code, said, _err = run("import", "--from-sheet", "sua.xlsx", answers="1\n")
    assert (code, "Tháng 9/2025 → Tháng 10/2025" in said) == (0, True)
    shown = run("show", "KH88-II.4")[1]
    assert "bảng 2, dòng" in shown, "the place in the document is kept"


def test_a_folder_is_read(run: Run) -> None:
    code, said, _err = run("read", str(SAMPLES))
    assert (code, "Đã đọc 2 tệp, 21 nhiệm vụ" in said) == (0, True)
    assert [line["tasks"] for line in json.loads(run("read", str(SAMPLES), "--json")[1])] == [6, 15]


def test_phrases_are_explained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run("timing", "Quý II và IV", "--issued", "11/4/2025")[1]
    assert "30/6/2025" in said and "31/12/2025" in said
    assert json.loads(run("timing", "trước ngày 15/7/2025", "--issued", "2025-05-01", "--json")[1])["due"] == [
        "2025-07-14"
    ]
    assert "Cần người quyết định" in run("timing", "Định kỳ")[1]
    lines = '{"phrase": "Hằng quý", "issued": "2025-01-02", "year": 2025}\n\n{"phrase": "Kịp thời", "issued": "2025-01-02"}\n'
    answers = [json.loads(line) for line in run("timing", "--batch", answers=lines)[1].splitlines()]
    assert [a["kind"] for a in answers] == ["recurring", "undetermined"]
    assert len(answers[0]["due"]) == 4
    assert run("timing")[0] == 2


def test_tick_outbox_and_a_mail_server_that_is_away(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    run("agencies", "mailbox", "PNV", "pnv@langson.gov.vn")
    Path("config.yaml").write_text(
        "mail: {transport: smtp, host: 127.0.0.1, port: 1, timeout_seconds: 2}\n", encoding="utf-8"
    )
    code, said, _err = run("tick", "--at", "2025-06-27T08:00")
    assert (code, "1 thư còn chờ" in said, "Chưa có nơi nhận thư" in said) == (1, True, True)
    assert "đang chờ: 1" in run("outbox")[1]
    Path("config.yaml").write_text("mail: {transport: folder}\n", encoding="utf-8")
    code, said, _err = run("tick", "--at", "2025-06-27T08:20")
    assert (code, "Đã gửi: 1" in said) == (0, True)
    assert len(list(Path("outbox").glob("*.eml"))) == 1
    row = json.loads(run("outbox", "--status", "sent", "--json")[1])[0]
    assert row["recipient"] == "pnv@langson.gov.vn"
    assert "Message-ID" in run("outbox", "--show", str(row["id"]))[1]
    assert run("outbox", "--show", "99")[0] == 2
    assert run("outbox", "--status", "lost")[0] == 2
    assert "outbox" in run("outbox")[1]


def test_the_doctor(run: Run, office: Office) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    code, said, _err = run("doctor")
    assert (code, "chuỗi nguyên vẹn" in said, "Chưa có nơi nhận thư".lower() in said.lower()) == (0, True, True)
    from sqlalchemy import text

    with office.database.transaction() as session:
        make.unguard(session)
        session.execute(text("update audit_entry set actor = 'ai đó' where id = 2"))
    code, said, _err = run("doctor", "--json")
    assert code == 1
    assert [f["state"] for f in json.loads(said) if "dòng 2" in f["words"]] == ["bad"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["done", "KH88-II.33"], 2, "KH88-II"),
        (["show", "xyz"], 2, "xyz"),
        (["confirm", "KH88-I.4"], 1, "Hiện có thể"),
        (["done", "KH88-I.4"], 2, "Tờ trình, danh mục"),
        (["done", "KH88-I.4", "--evidence", "missing.pdf"], 2, "missing.pdf"),
        (["overdue", "--directive", "XYZ99"], 2, "KH88"),
        (["overdue", "--as-of", "9999-12-31"], 2, "9999"),
        (["deadline", "set", "KH88-IV.2", "--on", "31/12/2052", "--reason", "x"], 2, "31/12/2052"),
        (["agencies", "add", "Cơ quan mới", "--code", "pnv"], 1, "pnv"),
        (["agencies", "mailbox", "PNV", "a@b.vn;c@d.vn"], 2, "thư điện tử"),
        (["focal-points", "add", "PNV", " ", "a@b.vn"], 2, "tên"),
        (["timing", "--batch"], 2, "1"),
        (["tasks", "--agency", "Sở Tài"], 2, "Sở Tài"),
        (["tasks", "--standing", "late"], 2, "overdue"),
        (["overdue", "--as-of", "mai"], 2, "15/10/2025"),
        (["overdue", "--by", "màu"], 2, "agency, directive"),
        (["tick", "--at", "sáng mai"], 2, "2025-10-15T08:00"),
        (["read", "none.docx"], 2, "none.docx"),
        (["agencies", "mailbox", "PNV", "a@b\nBcc: x"], 2, "thư điện tử"),
        (["agencies", "add", "Phòng Nội vụ"], 1, "Phòng Nội vụ"),
        (["start", "KH88-I.2", "--by", " "], 2, "--by"),
        (["--config", "none.yaml", "tasks"], 2, "none.yaml"),
    ],
)
def test_mistakes_are_answered_with_help_and_change_nothing(
    run: Run, url: str, begun: Begun, arguments: list[str], code: int, words: str
) -> None:
    begun("plan-88", url, lambda: run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes"))
    before = run("show", "KH88-I.2", "--json")[1]
    ended, said, err = run(*arguments, answers="[]\n")
    assert ended == code, (said, err)
    assert words in err
    assert "Traceback" not in err
    assert run("show", "KH88-I.2", "--json")[1] == before


def test_codes_may_be_typed_small_and_undecided_tasks_are_found_by_agency(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    assert json.loads(run("tasks", "--directive", "kh88", "--agency", "pnv", "--json")[1])
    assert [
        r["code"]
        for r in json.loads(
            run("tasks", "--standing", "undecided", "--agency", "Phòng Tài chính - Kế hoạch", "--json")[1]
        )
    ] == ["KH88-I.1", "KH88-IV.2"], "the first as one of “Các phòng, ban, đơn vị”"


def test_what_a_sender_typed_cannot_steer_the_terminal(run: Run) -> None:
    run("import", str(SAMPLES / "ke-hoach-88.docx"), "--yes")
    run("done", "KH88-I.4", "--result", "a\x1b[31mđỏ\x07", "--by", "x\ny")
    assert "\x1b" not in run("show", "KH88-I.4")[1]
    assert "\x1b" not in run("agencies", "add", "Cơ\x1b[2J quan\nhai")[1]


def test_a_file_that_is_no_database_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "junk.db").write_bytes(b"junk " * 2000)
    for url, code in (
        (f"sqlite:///{tmp_path}/junk.db", 2),
        ("mysql://x/y", 2),
        ("foo", 2),
        (f"postgresql://x@/y?host={tmp_path}", 1),
    ):
        monkeypatch.setenv("DONDOC_DATABASE_URL", url)
        for command in (["tasks"], ["tick"], ["done", "KH88-I.4", "--result", "x"]):
            ended, _said, err = run(*command)
            assert ended == code and "Traceback" not in err, (url, command, err)


def test_an_unknown_record_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    code, _said, err = run("tasks")
    assert (code, "dondoc import" in err) == (1, True)
    assert run("doctor")[0] == 0
    assert HEAD in run("upgrade")[1]


def test_every_command_has_help_with_an_example(run: Run) -> None:
    nested = {"agencies": ("list", "add", "mailbox", "links", "import", "export", "show", "history", "alias", "which"),
              "groups": ("list", "show", "set"), "succession": ("plan", "apply", "undo", "list", "decide"),
              "focal-points": ("add",), "people": ("list", "add", "end"), "audit": ("show", "verify", "head"),
              "requests": ("list", "hand-on", "suspend", "cancel", "grant", "refuse", "withdraw"),
              "parts": ("ask", "give", "drop", "list"), "period": ("report", "list", "close", "open"),
              "bulk": ("confirm", "return", "extend", "hand-on", "sheet"), "evidence": ("list", "export", "verify"),
              "cycle": ("set",), "deadline": ("set",), "event": ("list", "set"),
              "notes": ("list", "settle"), "links": ("list", "revoke"), "keys": ("rotate", "list"), "inbox": ("list", "test"),
              "calendar": ("show", "add", "remove", "import", "check", "feed", "feeds", "revoke"),
              "mail": ("test",), "reminders": ("plan",), "letter": ("press", "progress", "list", "write", "number", "drop"),
              "report": ("overdue", "inherited", "proof", "template list", "template export", "template check")}  # fmt: skip
    for name in [name for names in cli.PARTS.values() for name in names]:
        for path in [[name, *inner.split()] for inner in nested.get(name, ())] or [[name]]:
            code, said, _err = run(*path, "--help")
            assert code == 0
            assert "Ví dụ:" in said, path
            assert f"dondoc {' '.join(path)}" in said, path


def test_in_english_where_the_office_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("language: en\n", encoding="utf-8")
    for arguments, words in ((["overdue", "--help"], "Review what is overdue."), (["tasks"], "There is no record yet")):
        ended = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            timeout=60,
        )
        assert words in ended.stdout + ended.stderr


def test_the_parts_offer_what_the_table_says() -> None:
    for part, names in cli.PARTS.items():
        offered = typer.main.get_command(import_module(f"{part}.commands").app)
        assert set(getattr(offered, "commands", {offered.name: offered})) == set(names), part


@pytest.mark.parametrize("command", [["overdue"], ["tasks"], ["show", "KH27-I.1"], ["agencies", "list"], ["outbox"]])
def test_a_list_imports_neither_web_nor_scheduler_nor_mail_nor_mapper(tmp_path: Path, command: list[str]) -> None:
    from workflow.database import Database

    database = Database(f"sqlite:///{tmp_path}/a.db").ready()
    with database.transaction() as session:
        make.enacted(session, make.task())
        assert make.occurrence(session).status == Status.NOT_STARTED
    database.dispose()
    script = f"import sys; sys.argv[1:] = {command!r}\nimport cli\ntry: cli.main()\nexcept SystemExit as e: assert not e.code, e.code\nprint(*sys.modules, file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "DONDOC_DATABASE_URL": f"sqlite:///{tmp_path}/a.db", "PATH": ""},
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    loaded = {name.split(".")[0] for name in ended.stderr.split()}
    assert loaded.isdisjoint(
        {
            "sqlalchemy",
            "sqlmodel",
            "pydantic",
            "fastapi",
            "starlette",
            "uvicorn",
            "apscheduler",
            "aiosmtplib",
            "jinja2",
            "statemachine",
            "asyncio",
            "rich",
            "pdfplumber",
            # a card tells which days were not counted, and the package that knows them loads more
            *(() if command[0] == "show" else ("holidays", "email")),
        }
    )


def test_the_installed_command_is_this_one() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert stated["project"]["scripts"] == {"dondoc": "cli:main"}
    ended = subprocess.run(
        [sys.executable, "-m", "cli", "--help"], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert "Đôn đốc" in ended.stdout
