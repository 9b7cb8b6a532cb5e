"""Documents handed in on a page: read apart, corrected beside the page they stand on, entered whole or put aside."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import col, select

from directives import intake
from tests import doors
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, LEADER, MONITOR, OFFICE, House, hidden
from workflow.directive import Directive
from workflow.doctor import examine
from workflow.history.chain import first_fault
from workflow.received import ReceivedDocument, State
from workflow.task import Question, Task

SAMPLES = Path(intake.__file__).parent / "samples"
LETTER, PLAN = SAMPLES / "cong-van-1026.pdf", SAMPLES / "ke-hoach-88.docx"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def handed_in(browser: Any, file: Path | tuple[str, bytes]) -> str:
    """Hand a document in and wait until it is read; returns its path."""
    name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file
    seal = hidden(browser.get("/proposals").text, "seal")
    answer = browser.post("/proposals", data={"seal": seal}, files={"file": (name, content)})
    assert answer.status_code == 303, plain(answer)
    for _try in range(300):
        page = browser.get(answer.headers["location"])
        if "refresh" not in page.headers:
            return str(answer.headers["location"])
        time.sleep(0.2)
    raise AssertionError("it is never read")


def plain(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def stamp(browser: Any, path: str, **more: Any) -> dict[str, Any]:
    """What every form of a page carries."""
    page = browser.get(path).text
    return {"seal": hidden(page, "seal"), "seen": hidden(page, "seen"), **more}


def typed(browser: Any, path: str, **more: Any) -> dict[str, Any]:
    """The form of a task as it is, with some fields typed anew."""
    page = browser.get(path).text
    fields = {
        name: unescape(value) for name, value in re.findall(r'<textarea id="(\w+)"[^>]*>(.*?)</textarea>', page, re.S)
    }
    for name in ("no", "section", "due", "reason"):
        found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', page)
        assert found, name
        fields[name] = unescape(found[1])
    return {**fields, "seal": hidden(page, "seal"), "seen": hidden(page, "seen"), "act": "save", **more}


def new_names(browser: Any, path: str) -> dict[str, Any]:
    """That every unknown name is a new agency."""
    names = [unescape(name) for name in re.findall(r'name="name" value="([^"]*)"', browser.get(path).text)]
    return {"name": names, "mean": ["new"] * len(names), "other": [""] * len(names)}


def directives(house: House) -> list[str]:
    with house.office.database.transaction() as session:
        return list(session.exec(select(Directive.number).order_by(col(Directive.id))))


def test_a_pdf_is_read_shown_beside_its_page_corrected_and_entered(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, LETTER)
    before = directives(house)
    page = plain(browser.get(path))
    assert "1026/UBND-KT" in page and "04/7/2025" in page and "Tiếp nhận hồ sơ" in page
    form = browser.get(f"{path}/tasks/1")
    shown = re.search(r'<img src="([^"]+)"', form.text)
    assert shown
    picture = browser.get(unescape(shown[1]))
    assert picture.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(picture.content)) as drawn:
        assert drawn.width > 800 and len(drawn.getcolors(256) or ()) > 3  # a page with print on it
    answer = browser.post(
        f"{path}/tasks/1", data=typed(browser, f"{path}/tasks/1", lead="Sở Y tế", deliverable="Báo cáo")
    )
    assert answer.status_code == 303
    answer = browser.post(f"{path}/tasks/2", data=typed(browser, f"{path}/tasks/2", act="leave_out"))
    assert answer.status_code == 303
    assert directives(house) == before  # nothing is recorded before somebody enters it
    answer = browser.post(f"{path}/enter", data=stamp(browser, path, **new_names(browser, path), code="cv1026"))
    assert answer.headers.get("location") == "/directives/CV1026", plain(answer)
    with house.office.database.transaction() as session:
        tasks = {task.no: task for task in session.exec(select(Task).join(Directive).where(Directive.code == "CV1026"))}
        assert tasks["1.1"].deliverable == "Báo cáo" and "1.2" not in tasks
        assert [part.words for part in tasks["1.1"].assignments] == ["Sở Y tế"]
        kept = session.exec(select(ReceivedDocument)).one()
        assert kept.state is State.RECORDED and kept.settled_by == "Vũ Văn Thư"
        assert first_fault(session) is None
    assert house.acts().count("receive document") == 1
    assert "CV1026" in plain(browser.get(path)) and "Ghi vào hồ sơ" not in plain(browser.get(path))


def test_a_word_file_shows_the_row_that_is_meant(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, PLAN)
    form = browser.get(f"{path}/tasks/4").text
    assert re.search(r'<tr class="marked">.*?Rà soát, trình công bố danh mục thủ tục', form, re.S)
    assert form.count('class="marked"') == 1


def test_doubts_are_settled_one_after_the_other_and_what_is_left_becomes_a_question(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, PLAN)
    for number in (2, 5):  # words that leave a doubt keep the form open
        form = f"{path}/tasks/{number}"
        assert browser.post(form, data=typed(browser, form, timing="Định kỳ")).headers["location"] == form
    doubtful = [n for n in range(1, 12) if 'class="problem"' in browser.get(f"{path}/tasks/{n}").text]
    assert doubtful == [1, 2, 5]
    form = f"{path}/tasks/1"
    answer = browser.post(form, data=typed(browser, form, due="Hằng quý"))
    assert answer.status_code == 422 and "căn cứ" in plain(answer)  # a deadline needs a ground
    answer = browser.post(form, data=typed(browser, form, due="khi nào xong thì báo", reason="Ý kiến Chủ tịch"))
    assert answer.status_code == 422 and "khi nào xong thì báo" in answer.text  # what was typed is still there
    answer = browser.post(form, data=typed(browser, form, due="Hằng quý", reason="Ý kiến Chủ tịch UBND thành phố"))
    assert answer.headers["location"] == f"{path}/tasks/{doubtful[1]}"  # on to the next that is doubtful
    form = answer.headers["location"]
    stays = browser.post(form, data=typed(browser, form, act="confirm"))
    assert stays.headers["location"] == form  # a time that gives no day is nothing that one could confirm
    given = typed(browser, form, due="Hằng tháng", reason="Ý kiến Chủ tịch UBND thành phố")
    assert browser.post(form, data=given).headers["location"] == f"{path}/tasks/{doubtful[2]}"
    assert "Hằng tháng" in browser.get(form).text and 'class="good"' in browser.get(form).text
    taken_back = typed(browser, form, due="", reason="")
    assert (
        browser.post(form, data=taken_back).headers["location"] == form and 'class="problem"' in browser.get(form).text
    )
    browser.post(form, data=given | stamp(browser, form))
    answer = browser.post(f"{path}/enter", data=stamp(browser, path, **new_names(browser, path)))
    assert answer.status_code == 303, plain(answer)
    with house.office.database.transaction() as session:
        first = session.exec(select(Task).where(Task.code == "KH88-I.1")).one()
        assert first.recurs and not first.undecided
        asked = session.exec(select(Question).join(Task).where(Task.code == "KH88-I.1")).all()
        assert [one.answer for one in asked] == ["Ý kiến Chủ tịch UBND thành phố"]
        left = session.exec(select(Task.position).join(Question).where(col(Question.answered_at).is_(None))).all()
        assert [n for n in left if n in doubtful] == [5]


def test_a_task_is_added_one_is_taken_back_and_the_head_completed(house: House) -> None:
    browser = house.signed_in(OFFICE)
    content = PLAN.read_bytes()
    path = handed_in(browser, ("ke-hoach.docx", content))
    added = typed(browser, f"{path}/new", no="V.1", text="Tổ chức sơ kết năm", lead="Phòng Nội vụ", timing="Quý IV")
    assert browser.post(f"{path}/new", data=added).headers["location"] == f"{path}?said=saved"
    empty = browser.post(f"{path}/new", data=typed(browser, f"{path}/new", no="V.2"))
    assert empty.status_code == 422 and "nội dung công việc" in plain(empty)
    order = re.findall(r'/tasks/\d+">([^<]+)</a></td>', browser.get(path).text)
    assert order[-1] == "V.1"
    browser.post(f"{path}/tasks/2", data=typed(browser, f"{path}/tasks/2", act="leave_out"))
    assert re.findall(r'/tasks/\d+">([^<]+)</a></td>', browser.get(path).text) == [no for no in order if no != order[1]]
    browser.post(f"{path}/left-out/1", data=stamp(browser, path))
    assert re.findall(r'/tasks/\d+">([^<]+)</a></td>', browser.get(path).text) == order  # where it stood
    answer = browser.post(f"{path}/head", data=stamp(browser, path, number="90/KH-UBND", issued="2025-05-05"))
    assert answer.status_code == 303
    page = plain(browser.get(path))
    assert "90/KH-UBND" in page and "05/5/2025" in page
    wrong = browser.post(f"{path}/head", data=stamp(browser, path, issued="32/13/2025"))
    assert wrong.status_code == 422 and "32/13/2025" in plain(wrong)


def test_of_two_who_correct_at_once_the_second_is_told(house: House) -> None:
    one, other = house.signed_in(OFFICE), house.signed_in(OFFICE)
    path = handed_in(one, LETTER)
    form = f"{path}/tasks/1"
    mine, theirs = typed(one, form, lead="Sở Y tế"), typed(other, form, lead="Sở Nội vụ")
    assert one.post(form, data=mine).status_code == 303
    late = other.post(form, data=theirs)
    assert late.status_code == 409 and "Đã có người chỉnh sửa" in plain(late)
    assert "Sở Y tế" in one.get(form).text and "Sở Nội vụ" not in one.get(form).text
    stale = stamp(one, path, **new_names(one, path), seen="1")
    assert one.post(f"{path}/enter", data=stale).status_code in (409, 422)
    assert directives(house) == ["27/KH-UBND", "28/KH-UBND"]  # not even the agencies of it were entered
    with house.office.database.transaction() as session:
        assert session.exec(select(ReceivedDocument)).one().state is State.PROPOSED


def test_names_must_be_told_before_anything_is_entered(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, LETTER)
    answer = browser.post(f"{path}/enter", data=stamp(browser, path))
    assert answer.status_code == 422 and "là cơ quan nào" in plain(answer)
    names = new_names(browser, path)
    wrong = {**names, "other": ["Cơ quan không ai biết", *names["other"][1:]]}
    answer = browser.post(f"{path}/enter", data=stamp(browser, path, **wrong))
    assert answer.status_code == 422 and "Cơ quan không ai biết" in plain(answer)
    at = names["name"].index("Sở Tài chính") if "Sở Tài chính" in names["name"] else 0
    said = {**names, "other": ["Phòng Nội vụ" if n == at else "" for n in range(len(names["name"]))]}
    answer = browser.post(f"{path}/enter", data=stamp(browser, path, **said))
    assert answer.status_code == 303, plain(answer)
    assert directives(house)[-1] == "1026/UBND-KT"


def test_a_corrected_copy_changes_what_is_recorded_where_a_person_agrees(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, PLAN)
    assert browser.post(f"{path}/enter", data=stamp(browser, path, **new_names(browser, path))).status_code == 303
    again = browser.post(
        "/proposals",
        data={"seal": hidden(browser.get("/proposals").text, "seal")},
        files={"file": ("khac-ten.docx", PLAN.read_bytes())},
    )
    assert again.status_code == 409 and "KH88" in plain(again)  # the very same file is in the record
    copy = handed_in(browser, ("ke-hoach-dinh-chinh.docx", altered(PLAN)))
    form = f"{copy}/tasks/4"
    browser.post(form, data=typed(browser, form, timing="trước ngày 15/8/2025"))
    page = browser.get(copy)
    assert "KH88-I.4" in plain(page) and "trước ngày 15/8/2025" in plain(page)
    none = browser.post(f"{copy}/enter", data=stamp(browser, copy, **new_names(browser, copy)))
    assert none.status_code == 422  # nothing is agreed to
    answer = browser.post(f"{copy}/enter", data=stamp(browser, copy, **new_names(browser, copy), all="1"))
    assert answer.headers.get("location") == "/directives/KH88", plain(answer)
    with house.office.database.transaction() as session:
        assert session.exec(select(Task.timing_words).where(Task.code == "KH88-I.4")).one() == "trước ngày 15/8/2025"


def altered(file: Path) -> bytes:
    """The same document as another file: one more property in its package."""
    import zipfile

    out = io.BytesIO(file.read_bytes())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("docProps/note.txt", "ban dinh chinh")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("hong.pdf", b"%PDF-1.7 khong phai la van ban", "hỏng"),
        ("../../etc/passwd", b"%PDF-1.7 x", "passwd"),
        ("ke-hoach.docx", b"PK\x03\x04khong", ""),
        ("macro.html", b"<script>alert(1)</script>", ""),
        ("rong.pdf", b"", ""),
    ],
)
def test_what_is_no_document_is_told_and_breaks_nothing(house: House, name: str, content: bytes, said: str) -> None:
    browser = house.signed_in(OFFICE)
    seal = hidden(browser.get("/proposals").text, "seal")
    answer = browser.post("/proposals", data={"seal": seal}, files={"file": (name, content)})
    if answer.status_code == 303:
        page = browser.get(answer.headers["location"])
        assert page.status_code == 200 and said in plain(page) and "Không nhập văn bản này" in plain(page)
        dropped = browser.post(f"{answer.headers['location']}/drop", data=stamp(browser, answer.headers["location"]))
        assert dropped.status_code == 303
    else:
        assert answer.status_code == 422 and Path(name).name in plain(answer) and "Văn bản chờ nhập" in plain(answer)
    assert directives(house) == ["27/KH-UBND", "28/KH-UBND"]
    assert browser.post("/proposals", data={"seal": seal}).status_code == 422  # no file at all


def test_names_and_words_of_a_document_run_nowhere(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, LETTER)
    form, evil = f"{path}/tasks/1", "<script>alert(1)</script>{{7*7}}"
    browser.post(form, data=typed(browser, form, text=evil, lead=evil, section=evil, no="<b>1"))
    for address in (path, form, "/proposals"):
        page = browser.get(address).text
        assert "<script>alert" not in page and "<b>1" not in page and "49" not in re.findall(r"\}\}(\d+)", page)


def test_only_who_may_enter_documents_sees_them(house: House) -> None:
    path = handed_in(house.signed_in(OFFICE), LETTER)
    for address in (FOCAL, MONITOR, LEADER, ADMIN):
        browser = house.signed_in(address)
        for wanted in ("/proposals", path, f"{path}/tasks/1", f"{path}/pages/1", f"{path}/file", f"{path}/new"):
            assert browser.get(wanted).status_code == 403, (address, wanted)
        seal = hidden(browser.get("/overdue").text, "seal")
        for act in ("", "/head", "/tasks/1", "/new", "/enter", "/drop", "/left-out/1"):
            sent = browser.post(f"{path}{act}" if act else "/proposals", data={"seal": seal, "seen": 1, "no": "1", "text": "x"}, files={"file": ("a.pdf", LETTER.read_bytes())} if not act else None)  # fmt: skip
            assert sent.status_code == 403, (address, act)
        assert 'href="/proposals"' not in browser.get("/directives").text
    assert house.browser().get(path).status_code == 303  # to the sign-in


def test_what_is_put_aside_is_gone_from_the_list_and_may_come_again(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, LETTER)
    twin = browser.post(
        "/proposals",
        data={"seal": hidden(browser.get("/proposals").text, "seal")},
        files={"file": ("lan-hai.pdf", LETTER.read_bytes())},
    )
    assert twin.status_code == 409 and "đã chờ kiểm tra" in plain(twin)
    assert browser.post(f"{path}/drop", data=stamp(browser, path)).status_code == 303
    assert "1026/UBND-KT" not in browser.get("/proposals").text.split("<details>")[0]
    late = browser.post(
        f"{path}/tasks/1", data={"seal": hidden(browser.get("/me").text, "seal"), "seen": 2, "no": "1", "text": "x"}
    )
    assert late.status_code == 409
    assert handed_in(browser, LETTER) != path
    state = [one for one in examine(house.settings) if "Minh chứng" in one.name]
    assert state and state[0].state == "good" and "không báo cáo nào" not in state[0].words


def test_a_reading_that_nobody_ended_is_begun_again(house: House) -> None:
    browser = house.signed_in(OFFICE)
    path = handed_in(browser, LETTER)
    number = int(path.rsplit("/", 1)[1])
    with house.office.database.transaction() as session:
        one = session.get_one(ReceivedDocument, number)
        one.state, one.proposal, one.read_at = State.READING, None, house.moment
    assert "Đang đọc" in plain(browser.get(path))
    house.moment += timedelta(seconds=house.settings.reading.timeout_seconds + 60)
    assert "refresh" in browser.get(path).headers
    assert "1026/UBND-KT" in plain(browser.get(path))


def test_a_document_that_takes_too_long_says_so(office: Office) -> None:
    with office.database.transaction() as session:
        doors.register(session)
    house = House(office, reading=replace(office.settings.reading, timeout_seconds=0))
    with house.client:
        browser = house.signed_in(OFFICE)
        path = handed_in(browser, LETTER)
        assert "mất hơn 0 giây" in plain(browser.get(path))
        assert "mất hơn 0 giây" in plain(browser.get("/proposals"))
