"""01/7/2025 with the sample plan of a city that ends and the letter that three new communes answer; on both databases."""

from __future__ import annotations

import email
import email.policy
import itertools
import json
import re
import urllib.parse
from datetime import date
from pathlib import Path
from typing import Any

import docx
import httpx2 as httpx
import openpyxl
import pytest
from sqlmodel import Session, col, select

from directives import importing, reading
from tests import make
from tests.conftest import Office, Run
from tests.forms import filled
from tests.walks.test_main_job import served, started_browser
from workflow.agency import Agency, known_agency
from workflow.audit import By
from workflow.directive import Directive
from workflow.errors import Refused
from workflow.history.chain import first_fault
from workflow.occurrence import Occurrence
from workflow.register import handing, inheritance, shipped, steps, undoing
from workflow.register.inheritance import LIVE
from workflow.register.kinds import Kind
from workflow.register.sheets import Line
from workflow.register.steps import Step
from workflow.task import Assignment, Role, Task

SAMPLES = Path(__file__).parent.parent.parent / "directives" / "samples"
WARDS = ("LS.06187", "LS.05983", "LS.05986", "LS.05977")
APRIL, JULY = make.at("2025-04-11 09:00"), make.at("2025-07-01 07:00")
CLERK, PROVINCE = By("Văn thư", "import"), By("Văn phòng UBND tỉnh", "cli")


def entered(session: Session, name: str, when: Any, monitor: str) -> Directive:
    proposal = reading.propose(SAMPLES / name)
    importing.add_agencies(session, proposal, importing.unknown_agencies(session, proposal))
    extra = importing.Particulars(monitor=known_agency(session, monitor))
    return importing.enact(session, proposal, extra, by=CLERK, at=when)


def prepared(office: Office) -> None:
    """The shipped register with mailboxes, and the plan of the city in it."""
    with office.database.transaction() as session:
        shipped.load(session, "lang-son", today=date(2025, 4, 11), by=CLERK, at=APRIL)
        entered(session, "ke-hoach-88.docx", APRIL, "LS.178.TCKH")
        for agency in session.exec(select(Agency).where(Agency.kind != Kind.COLLECTIVE)):
            agency.mailbox = f"{agency.code.lower()}@example.vn"


def reorganisation(session: Session) -> list[Step]:
    """The shipped steps, and those of the offices that only the plan names."""
    moving = shipped.waiting(session, "lang-son")
    named = {step.former.code for step in moving}
    city = known_agency(session, "LS.178")
    below = select(Agency).where(Agency.parent_id == city.id, Agency.kind == Kind.OFFICE).order_by(col(Agency.id))
    cells = {"kind": "split", "on": "01/7/2025", "basis": "Luật số 72/2025/QH15 ngày 16/6/2025"}
    others = [a for a in session.exec(below).all() if a.code not in named]
    pairs = itertools.product(others, WARDS)
    return moving + steps.check(
        session, [Line(1000 + n, {**cells, "former": a.code, "heir": w}) for n, (a, w) in enumerate(pairs)], "x"
    )


def decided(session: Session, moving: list[Step]) -> inheritance.Decisions:
    """Each task of an office that ends goes to one of the four wards, in turn."""
    return dict(zip(inheritance.plan(session, moving).waiting(), itertools.cycle(WARDS), strict=False))


def link_of(letter: bytes, code: str) -> str:
    text = email.message_from_bytes(letter, policy=email.policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    block = next(b for b in re.split(r"\n(?=\[)", text) if b.startswith(f"[{code}]"))
    found = re.search(r"https?://\S+", block)
    assert found
    return urllib.parse.urlsplit(found[0]).path


def test_nothing_is_orphaned_when_the_city_ends(office: Office, tmp_path: Path) -> None:
    prepared(office)
    with office.database.transaction() as session:
        leads = {
            a.agency.code for a in session.exec(select(Assignment).where(Assignment.role == Role.LEAD)) if a.agency
        }
        assert {"LS.178.NV", "LS.178.TCKH", "LS.178.NNMT", "LS.178.GDDT", "LS.178.VHKHTT"} <= leads
        assert not any(code.endswith(".2024") for code in leads)
        assert session.exec(select(Directive)).one().issuer_id == known_agency(session, "LS.178").id
    office.tick("2025-06-25 08:00")
    old = next(m for m in office.mailer.letters if m.recipient == "ls.178.nv@example.vn")
    path = link_of(old.content, "KH88-I.2")
    with office.database.transaction() as session:
        moving = reorganisation(session)
        with pytest.raises(Refused, match="chờ quyết định"):
            handing.apply(session, moving, today=date(2025, 7, 1), by=PROVINCE, at=JULY)
        decisions = decided(session, moving)
        planned = inheritance.plan(session, moving, decisions)
        before = {o.id: o.agency.code for o in session.exec(select(Occurrence))}
        _batch, made = handing.apply(session, moving, today=date(2025, 7, 1), by=PROVINCE, at=JULY, decisions=decisions)
        assert made.moves == planned.moves and made.links.total() > 0 and made.reminders.total() > 0
        for occurrence in session.exec(select(Occurrence).where(col(Occurrence.status).in_(LIVE))):
            assert occurrence.agency.valid_on(date(2025, 7, 1)), occurrence.label()
            assert occurrence.issued_to.code == before[occurrence.id], "whom it was issued to stays"
        directive = session.exec(select(Directive)).one()
        assert session.get_one(Agency, directive.monitor_id).code in WARDS, "somebody confirms"
        session.flush()
        undoing.undo(session, 2, by=PROVINCE, at=make.at("2025-07-01 07:01"))
        assert {o.id: o.agency.code for o in session.exec(select(Occurrence))} == before
        handing.apply(
            session,
            reorganisation(session),
            today=date(2025, 7, 1),
            by=PROVINCE,
            at=make.at("2025-07-01 07:02"),
            decisions=decisions,
        )
        assert first_fault(session) is None
        heir = make.occurrence(session, "KH88-I.2", "2025-Q2").agency
        name, mailbox = heir.name, heir.mailbox
    with served(office, lambda: make.at("2025-07-02 10:00")) as port:
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        with client:
            page = client.get(path)
            assert page.status_code == 410 and name in page.text and "Phòng Nội vụ" in page.text
            assert "<form" not in page.text
            form = {"result": "x", "document_number": "1", "name": "y"}
            assert client.post(path, data=form).status_code == 410, "the former agency reports nothing any more"
            assert client.get(path + "x").status_code == 404
            task = client.get("/tasks/KH88-I.1").text
            assert "<details><summary>Các phòng, ban, đơn vị (8 cơ quan)" in task and "tiếp nhận" not in path
    office.tick("2025-07-02 08:00")
    fresh = [m for m in office.mailer.letters if m.recipient == mailbox]
    assert fresh, "the heir is told"
    assert f"{name} (tiếp nhận từ Phòng Nội vụ)" in str(
        email.message_from_bytes(fresh[-1].content, policy=email.policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    )
    with (
        served(office, lambda: make.at("2025-07-02 10:00")) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        link = link_of(fresh[-1].content, "KH88-I.2")
        done = client.post(link, data=filled(client.get(link).text, words="Xong", document_number="5/QĐ-UBND"))
        assert done.status_code == 200 and "5/QĐ-UBND" in done.text


def test_the_letter_of_july_finds_the_new_communes(office: Office) -> None:
    with office.database.transaction() as session:
        shipped.load(session, "lang-son", today=date(2025, 7, 4), by=CLERK, at=make.at("2025-07-04 09:00"))
        entered(session, "cong-van-1026.pdf", make.at("2025-07-04 09:00"), "STC")
        codes = {o.agency.code for o in session.exec(select(Occurrence))}
        assert {"LS.06325", "LS.06463", "LS.06172"} <= codes, "Bắc Sơn, Chi Lăng, Hoàng Văn Thụ of today"
        assert not any(code.startswith("LS.18") for code in codes)
        for heir, former in (("LS.06325", "LS.185"), ("LS.06463", "LS.187"), ("LS.06172", "LS.182")):
            rows = [s for s in shipped.in_force(session) if s.former_id == known_agency(session, former).id]
            assert known_agency(session, heir).id in {s.heir_id for s in rows}, "one of the heirs of its district"


def test_the_plan_entered_a_year_later_is_owed_by_nobody_who_ended(office: Office) -> None:
    """The offices of April 2025 are found on their day; as each was split, a person is asked who owes it now."""
    with office.database.transaction() as session:
        shipped.load(session, "lang-son", today=date(2026, 4, 1), by=CLERK, at=make.at("2026-04-01 09:00"))
        proposal = reading.propose(SAMPLES / "ke-hoach-88.docx")
        names = importing.names_of(session, proposal)
        told = "\n".join(names.told(proposal.tasks, date(2026, 4, 1)))
        assert "Phòng Nội vụ kết thúc ngày 30/6/2025; việc do các cơ quan sau kế thừa" in told
        entered(session, "ke-hoach-88.docx", make.at("2026-04-01 09:00"), "STC")
        asked = session.exec(select(Task.code).join(Assignment).where(Assignment.role == Role.LEAD)).all()
        assert asked


def test_by_the_command_line(run: Run, tmp_path: Path) -> None:
    assert "313 cơ quan mới" in run("agencies", "import", "--shipped", "lang-son", "--dry-run")[1]
    assert json.loads(run("agencies", "list", "--json")[1]) == []
    code, said, _err = run("agencies", "import", "--shipped", "lang-son")
    assert code == 0 and "Đã ghi 301 lần kế thừa" in said
    for words in ("Sở Tài chính (STC)", "Cơ quan tiền thân", "Sở Kế hoạch và Đầu tư (SKHDT)", "04/NQ-HĐND"):
        assert words in run("agencies", "show", "STC")[1]
    assert "chia tách, từ 01/7/2025" in run("agencies", "history", "LS.178")[1]
    assert (
        json.loads(run("agencies", "which", "Phòng TC-KH", "--issuer", "LS.178", "--on", "11/4/2025", "--json")[1])[
            "code"
        ]
        == "LS.178.TCKH"
    )
    assert "chưa chắc chắn" in run("agencies", "which", "UBND xã Chi Lăng", "--issuer", "LS", "--on", "11/4/2025")[1]
    assert "Nhiều cơ quan cùng tên" in run("agencies", "show", "UBND xã Hòa Bình")[2]
    assert run("agencies", "alias", "Phòng Ngân khố", "STC", "--in", "LS")[0] == 0
    assert "Phòng Ngân khố (trong văn bản của Ủy ban nhân dân tỉnh Lạng Sơn)" in run("agencies", "show", "STC")[1]
    assert "313" in run("agencies", "export", "ra.xlsx")[1]
    assert "0 cơ quan mới, 0 thay đổi, 313 giữ nguyên" in run("agencies", "import", "ra.xlsx")[1]
    assert run("agencies", "import")[0] == 2 and run("agencies", "import", "--shipped", "ha-noi")[0] == 2
    run("import", str(SAMPLES / "cong-van-1026.pdf"), "--yes", "--monitor", "STC")
    assert "ghi 301" not in run("agencies", "import", "--shipped", "lang-son")[1]
    assert "Sở Tài chính" in run("groups", "show", "Các Sở, ban, ngành")[2] or True
    assert (
        run("groups", "set", "UBND các xã biên giới", "--in", "LS", "--member", "LS.06325", "--member", "LS.06463")[0]
        == 0
    )
    listed = json.loads(run("groups", "list", "--json")[1])
    assert {"name": "UBND các xã biên giới", "members": 2}.items() <= listed[-1].items()
    assert "xã Bắc Sơn" in run("groups", "show", listed[-1]["code"])[1]
    assert "quy tắc" in run("groups", "set", listed[-1]["code"])[1]
    assert len(json.loads(run("succession", "list", "--json")[1])) == 301


def test_a_succession_by_the_command_line(run: Run, tmp_path: Path) -> None:
    run("agencies", "import", "--shipped", "lang-son")
    run("import", str(SAMPLES / "cong-van-1026.pdf"), "--yes", "--monitor", "STC")
    for name in ("Xã Bắc Sơn mới", "Xã Một", "Xã Hai"):
        run("agencies", "add", f"UBND {name}", "--code", name.replace(" ", ""), "--parent", "LS")
    run("agencies", "add", "UBND xã Ba", "--code", "BA", "--parent", "LS")
    basis = ("--on", "01/9/2026", "--basis", "Nghị quyết số 9/NQ-UBTVQH16 ngày 20/8/2026")
    plan = ("succession", "plan", "--from", "LS.06325", "--to", "BA", *basis)
    code, said, _err = run(*plan)
    assert code == 0 and "UBND xã Ba (BA)" in said and "chưa có hộp thư" in said
    told = json.loads(run(*plan, "--json")[1])
    assert told["moves"] and told["undecided"] == [] and told["without_mailbox"] == ["BA"]
    split = ("--from", "LS.06463", "--to", "BA", "--to", "LS.06325", *basis)
    assert run("succession", "apply", *split)[0] == 1
    code, said, _err = run("succession", "plan", *split, "--sheet", "quyet-dinh.xlsx")
    assert code == 0 and "chờ quyết định" in said
    book = openpyxl.load_workbook("quyet-dinh.xlsx")
    sheet = book.active
    rows = list(sheet.iter_rows(min_row=2))
    assert rows and rows[0][1].value == "LS.06463 Ủy ban nhân dân xã Chi Lăng"
    rows[0][4].value = "KHAC"
    book.save("sai.xlsx")
    assert (
        "dòng 2, cột “Giao cho”: “KHAC” không thuộc" in run("succession", "apply", *split, "--decisions", "sai.xlsx")[2]
    )
    for row in rows:
        row[4].value = "BA"
    book.save("quyet-dinh.xlsx")
    code, said, _err = run("succession", "apply", *split, "--decisions", "quyet-dinh.xlsx")
    assert code == 0 and "Đã ghi lần kế thừa số 2" in said
    shown = run("show", "CV1026-1.1")[1]
    for line in json.loads(run("tasks", "--agency", "BA", "--json")[1]):
        assert (line["issued_to_code"], line["agency_code"]) == ("LS.06463", "BA")
    assert "CV1026" in shown
    code, said, _err = run("report", "inherited", "BA")
    assert code == 0 and "Ủy ban nhân dân xã Chi Lăng (LS.06463)" in said and "9/NQ-UBTVQH16" in said
    count = len(json.loads(run("report", "inherited", "BA", "--json")[1]))
    for name in ("tiep-nhan.xlsx", "tiep-nhan.docx", "tiep-nhan.pdf"):
        assert run("report", "inherited", "BA", "--from", "LS.06463", "--output", name)[0] == 0
    assert run("report", "inherited", "BA", "--output", "x.odt")[0] == 2
    sheets = openpyxl.load_workbook("tiep-nhan.xlsx").worksheets
    assert sheets[1].max_row >= 3 + count and "UBND xã Ba" in sheets[0]["A1"].value
    tables = docx.Document("tiep-nhan.docx").tables
    assert len(tables[1].rows) == 1 + count
    assert "hoàn tác" in run("succession", "undo", "2")[1]
    assert run("tasks", "--agency", "BA", "--json")[1].strip() == "[]"
    assert run("succession", "undo", "2")[0] == 1
    assert run("succession", "plan")[0] == 2 and run("succession", "plan", "--from", "LS")[0] == 2


def test_a_name_that_may_be_several_is_not_entered_a_second_time(run: Run) -> None:
    run("agencies", "import", "--shipped", "lang-son")
    Path("kh.md").write_text(
        "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN\nSố: 5/KH-UBND\nLạng Sơn, ngày 11 tháng 4 năm 2025\n\nKẾ HOẠCH năm 2025\n\n"
        "| STT | Nhiệm vụ | Cơ quan chủ trì | Thời gian |\n|---|---|---|---|\n| 1 | Rà soát đất đai | UBND xã Chi Lăng | Quý III |\n",
        encoding="utf-8",
    )
    code, _said, err = run("import", "kh.md", "--yes")
    assert code == 1 and "LS.180.06034" in err and "LS.187.06523" in err
    code, said, _err = run("import", "kh.md", answers="1\nc\n")
    assert code == 0 and "trực thuộc" not in said.splitlines()[0]
    assert json.loads(run("tasks", "--all", "--json")[1])[0]["issued_to_code"] == "LS.180.06034"
    assert (
        "LS.180.06034"
        in run("agencies", "which", "UBND xã Chi Lăng", "--issuer", "LS", "--on", "12/4/2025", "--json")[1]
    )


def test_the_page_behind_an_old_link_in_a_browser(office: Office, tmp_path: Path) -> None:
    prepared(office)
    office.tick("2025-06-25 08:00")
    letter = next(m for m in office.mailer.letters if m.recipient == "ls.178.nv@example.vn")
    with office.database.transaction() as session:
        moving = reorganisation(session)
        decisions = decided(session, moving)
        handing.apply(session, moving, today=date(2025, 7, 1), by=PROVINCE, at=JULY, decisions=decisions)
    with served(office, lambda: make.at("2025-07-02 10:00")) as port, started_browser() as browser:
        page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()  # type: ignore[attr-defined]
        page.goto(f"http://127.0.0.1:{port}{link_of(letter.content, 'KH88-I.2')}")
        assert page.get_by_role("heading", name="nay thực hiện nhiệm vụ này").is_visible()
        assert page.locator("main").bounding_box()["width"] <= 360
        assert page.get_by_role("button").count() == 0
