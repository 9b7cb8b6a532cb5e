"""Acting on the page of a link: each choice, its receipt, taking it back, codes, files; and what the office sees of it."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from notifications import links
from notifications.signing import rotate
from tests import make, test_web
from tests.conftest import Office, Run
from tests.forms import filled
from tests.test_web import Site, token
from workflow.access import policy
from workflow.agency import FocalPoint, add_focal_point
from workflow.basis import Basis
from workflow.duties.note import Note
from workflow.duties.passing import hand_on
from workflow.duties.request import Request
from workflow.history.chain import first_fault
from workflow.history.replay import differences
from workflow.message import ActionLink, LinkCode, Message, MessageStatus, Upload
from workflow.snapshot import Snapshot
from workflow.standing import Status

site = test_web.site
PDF = b"%PDF-1.7 noi dung"


def letters(site: Site, kind: str) -> list[Message]:
    with site.office.database.transaction() as session:
        return list(session.exec(select(Message).where(Message.kind == kind).order_by(Message.id)))  # type: ignore[arg-type]


def words(message: Message) -> str:
    read = email.message_from_bytes(message.content, policy=email.policy.default)
    return str(read.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def link_in(message: Message) -> str:
    found = re.search(r"/v/\S+", words(message))
    assert found, words(message)
    return found[0]


def sound(site: Site) -> None:
    """The history is whole and every state is what it tells."""
    with site.office.database.transaction() as session:
        assert first_fault(session) is None and list(differences(session)) == []


def monitored(site: Site) -> None:
    with site.office.database.transaction() as session:
        monitor = make.agency(session, "Sở Tài chính", new=True)
        monitor.mailbox = "stc@example.vn"
        make.directive(session).monitor_id = monitor.id


def test_partly_done_is_noted_and_the_task_stays_open(site: Site) -> None:
    path = f"/v/{token(site)}"
    for _n in range(2):  # twice is once
        answer = site.press(path, choice="partly", words="Đã lấy ý kiến 5/8 đơn vị")
        assert answer.status_code == 200 and "5/8 đơn vị" in answer.text and "vẫn đang thực hiện" in answer.text
    with site.office.database.transaction() as session:
        assert make.occurrence(session).status is Status.IN_PROGRESS
        assert [note.words for note in session.exec(select(Note))] == ["Đã lấy ý kiến 5/8 đơn vị"]
    assert len(letters(site, "receipt")) == 1
    assert site.press(path, choice="partly", words=" ").status_code == 422
    assert site.press(path, words="Xong cả").status_code == 200, "and can be reported done after it"
    sound(site)


def test_more_time_is_asked_for_and_somebody_else_decides(site: Site) -> None:
    path = f"/v/{token(site)}"
    assert "ngày xin gia hạn" in site.press(path, choice="more_time", words="chờ số liệu").text
    assert site.press(path, choice="more_time", words="", until="2025-10-30").status_code == 422, "a reason is needed"
    assert site.press(path, choice="more_time", words="chờ", until="2025-09-01").status_code == 422
    asked: dict[str, Any] = {"choice": "more_time", "words": "Chờ số liệu cấp xã", "until": "2025-10-30"}
    numbered = {"document_number": "12/PNV", "document_on": "2025-09-25"}
    for _n in range(2):
        answer = site.press(path, **asked, **numbered)
        assert answer.status_code == 200 and "30/10/2025" in answer.text and "12/PNV" in answer.text
    with site.office.database.transaction() as session:
        request = session.exec(select(Request)).one()
        assert (request.reason, request.basis_number, request.channel) == ("Chờ số liệu cấp xã", "12/PNV", "link")
        assert make.occurrence(session).due_on == make.at("2025-09-30 00:00").date(), (
            "nothing moves before it is decided"
        )
    assert len(letters(site, "receipt")) == 1
    sound(site)


def test_not_our_task_names_whose_it_may_be(site: Site) -> None:
    with site.office.database.transaction() as session:
        make.agency(session, "Phòng Kinh tế", new=True)
    answer = site.press(f"/v/{token(site)}", choice="not_ours", words="", agency="Phòng Kinh tế")
    assert answer.status_code == 200
    with site.office.database.transaction() as session:
        request = session.exec(select(Request)).one()
        assert request.asked_agency_id == make.agency(session, "Phòng Kinh tế").id
        assert "Không phải nhiệm vụ" in request.reason


@pytest.mark.parametrize(
    "typed",
    [{"choice": ""}, {"choice": "confirm"}, {"name": " "}, {"choice": "done", "words": ""}, {"choice": "more_time"}],
)
def test_without_a_choice_and_a_name_nothing_is_recorded(site: Site, typed: dict[str, str]) -> None:
    before = site.entries()
    answer = site.press(f"/v/{token(site)}", **{"words": "x", **typed})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert (site.status(), site.entries()) == (Status.NOT_STARTED, before)


def test_the_receipt_goes_to_the_mailbox_and_the_monitor_and_takes_back(site: Site) -> None:
    monitored(site)
    path = f"/v/{token(site)}"
    site.press(path, words="Đã ban hành", document_number="45/QĐ")
    receipts = {one.recipient: one for one in letters(site, "receipt")}
    assert sorted(receipts) == ["pnv@example.vn", "stc@example.vn"]
    assert "45/QĐ" in words(receipts["stc@example.vn"]) and "/v/" not in words(receipts["stc@example.vn"])
    undo = link_in(receipts["pnv@example.vn"])
    assert "Lê Văn B" in words(receipts["pnv@example.vn"])
    page = site.client.get(undo)
    assert page.status_code == 200 and site.status() is Status.SUBMITTED
    assert site.client.post(undo, data=filled(page.text, choice="done")).status_code == 422, "the other form's choice"
    taken = site.client.post(undo, data=filled(page.text, choice="not_us", words="Người lạ bấm"))
    assert taken.status_code == 200 and "Đã rút báo cáo" in taken.text
    assert site.status() is Status.IN_PROGRESS
    again = site.client.post(undo, data=filled(page.text, choice="not_us"))
    assert again.status_code == 200 and "Đã rút báo cáo" in again.text and site.status() is Status.IN_PROGRESS
    assert "<form" not in site.client.get(undo).text, "nothing is left to take back"
    assert site.client.get(path).status_code == 404, "whoever had the letter cannot press again"
    assert len(letters(site, "receipt")) == 4, "both are told that it was withdrawn"
    sound(site)


def test_what_was_confirmed_is_not_taken_back(site: Site) -> None:
    site.press(f"/v/{token(site)}", words="Đã ban hành")
    undo = link_in(letters(site, "receipt")[0])
    page = site.client.get(undo).text
    with site.office.database.transaction() as session:
        make.occurrence(session).confirm(session, by=make.BY, at=site.moment)
    assert "<form" not in site.client.get(undo).text
    answer = site.client.post(undo, data=filled(page, choice="not_us"))
    assert (answer.status_code, site.status()) == (422, Status.COMPLETED)
    assert make.BY.name in answer.text


def test_it_was_not_us_lives_three_days(site: Site) -> None:
    site.press(f"/v/{token(site)}", words="Đã ban hành")
    undo = link_in(letters(site, "receipt")[0])
    sent = site.moment
    site.moment = sent.replace(day=29, hour=8)
    assert site.client.get(undo).status_code == 200
    site.moment = sent.replace(day=29, hour=10)
    assert site.client.get(undo).status_code == 404


def test_a_request_is_taken_back_too(site: Site) -> None:
    site.press(f"/v/{token(site)}", choice="more_time", words="chờ", until="2025-10-30")
    undo = link_in(letters(site, "receipt")[0])
    answer = site.client.post(undo, data=filled(site.client.get(undo).text, choice="not_us"))
    assert answer.status_code == 200
    with site.office.database.transaction() as session:
        assert session.exec(select(Request)).one().outcome.value == "withdrawn"
    sound(site)


def test_a_code_from_the_mailbox_stops_a_forward(site: Site) -> None:
    with site.office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").link_policy = "code"
    path = f"/v/{token(site)}"
    first = site.press(path, words="Đã ban hành", document_number="45/QĐ")
    assert first.status_code == 200 and 'name="code"' in first.text and site.status() is Status.NOT_STARTED
    (letter,) = letters(site, "code")
    digits = re.sub(r"\D", "", re.findall(r"\d{3} \d{3}", words(letter))[0])
    assert digits[:3] not in letter.subject, "the list of letters does not tell it"
    assert letter.recipient == "pnv@example.vn" and len(digits) == 6
    typed = {"words": "Đã ban hành", "document_number": "45/QĐ"}
    wrong = site.client.post(path, data=filled(first.text, **typed, code="000000" if digits != "000000" else "111111"))
    assert 'role="alert"' in wrong.text and site.status() is Status.NOT_STARTED
    with site.office.database.transaction() as session:
        assert digits not in str([row.code_hash for row in session.exec(select(LinkCode))])
    done = site.client.post(path, data=filled(wrong.text, **typed, code=f"{digits[:3]} {digits[3:]}"))
    assert "45/QĐ" in done.text and site.status() is Status.SUBMITTED
    with site.office.database.transaction() as session:
        assert session.exec(select(LinkCode)).all() == []


def test_an_agency_that_asks_for_a_login_gets_no_links(site: Site, run: Run) -> None:
    assert run("agencies", "links", "PNV", "login")[0] == 0
    assert site.client.get(f"/v/{token(site)}").status_code == 404
    site.office.tick("2025-09-29 08:00")
    assert "/v/" not in str(site.office.mailer.letters[-1].content)
    assert run("agencies", "links", "PNV", "maybe")[0] == 2
    assert '"link_policy": "login"' in run("agencies", "--json")[1] or "login" in run("agencies", "show", "PNV")[1]


def test_a_new_link_goes_to_the_registered_mailbox_only(site: Site) -> None:
    path = f"/v/{token(site)}"
    site.moment = make.at("2025-10-20 09:00")
    dead = site.client.get(path)
    assert dead.status_code == 404 and dead.text == site.client.get("/v/never-was").text
    assert site.client.post(path, data={"step": "again"}).status_code == 422
    known, unknown = (site.client.post(p, data={"step": "again", "choice": "send"}) for p in (path, "/v/never-was"))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text) == (200, unknown.text)
    (letter,) = letters(site, "link")
    assert letter.recipient == "pnv@example.vn"
    assert site.client.get(link_in(letter)).status_code == 200
    for _n in range(5):
        site.client.post(path, data={"step": "again", "choice": "send"})
    assert len(letters(site, "link")) == 3, "a mailbox is not flooded"


def test_a_link_ends_with_what_it_was_given_for(site: Site, run: Run) -> None:
    """Each of these ends the links of the letter, whatever way it comes about."""

    def alive(change: Any) -> bool:
        with site.office.database.transaction() as session:
            kept = session.begin_nested()
            change(session)
            session.flush()
            view = Snapshot.within(session)
            found = links.look(
                view, site.office.keys, site.office.settings, token(site), at=site.moment, today=site.moment.date()
            )
            assert found
            kept.rollback()
            session.expire_all()
            return found.alive

    how: dict[str, Any] = {"by": make.BY, "at": site.moment}
    basis = Basis("120/UBND", site.moment.date())

    def other_mailbox(session: Any) -> None:
        make.agency(session, "Phòng Nội vụ").mailbox = "moi@example.vn"

    def handed(session: Any) -> None:
        heir = make.agency(session, "Phòng Kinh tế", new=True)
        hand_on(session, make.occurrence(session), heir, **how, today=site.moment.date(), reason="x", basis=basis)

    def secret(session: Any) -> None:
        policy.change(session, make.directive(session), {"confidential": True}, [], **how, reason="mật")

    assert alive(lambda _session: None)
    assert not alive(other_mailbox)
    assert not alive(handed)
    assert not alive(secret)
    assert not alive(lambda s: make.occurrence(s).cancel(s, **how, reason="thôi", basis=basis))
    assert not alive(lambda s: make.occurrence(s).redate(s, make.at("2025-10-30 00:00").date(), **how, reason="x"))


def test_links_are_listed_and_revoked(site: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.clock.now", lambda: site.moment)
    code, said, _err = run("links", "list")
    assert code == 0 and "KH27-I.1" in said and "pnv@example.vn" in said and token(site) not in said
    assert run("links", "revoke", "--reason", "x")[0] == 2, "of everything nothing is revoked"
    assert run("links", "revoke", "--task", "KH27-I.1")[0] == 2, "a reason is needed"
    assert "1 liên kết" in run("links", "revoke", "--address", "PNV@example.vn", "--reason", "Lộ thư")[1]
    assert site.client.get(f"/v/{token(site)}").status_code == 404
    assert run("links", "revoke", "1", "--reason", "x")[0] == 1
    assert "[]" in run("links", "list", "--json")[1]


def test_keys_are_changed_and_links_of_before_go_on(site: Site, run: Run, tmp_path: Path) -> None:
    path = f"/v/{token(site)}"
    config = tmp_path / "config.yaml"
    config.write_text(f"links:\n  key_file: {site.office.settings.links.key_file}\n", encoding="utf-8")
    code, said, _err = run("--config", str(config), "keys", "rotate")
    assert code == 0 and "2 khóa" in said
    assert site.client.get(path).status_code == 200, "the running pages know both"
    run("--config", str(config), "keys", "rotate")
    assert site.client.get(path).status_code == 200
    assert run("--config", str(config), "keys", "list", "--json")[1].count("number") == 3
    assert site.office.settings.links.key_file.stat().st_mode & 0o077 == 0


def test_files_stay_when_the_form_was_not_complete(site: Site) -> None:
    path = f"/v/{token(site)}"
    first = site.press(path, choice="", files={"evidence": ("quyết định.pdf", PDF)})
    assert first.status_code == 422 and "quyết định.pdf" in first.text
    number = re.search(r'name="keep" value="(\d+)" checked', first.text)
    assert number
    attached = site.press(
        path, step="attach", files={"evidence": ("phụ lục.pdf", PDF + b"2")}, shown=[number[1]], keep=[number[1]]
    )
    assert attached.status_code == 200 and "phụ lục.pdf" in attached.text and site.status() is Status.NOT_STARTED
    sent = [("evidence", ("x.exe", b"MZ\x90\x00")), ("evidence", ("thêm.pdf", PDF + b"3"))]
    bad = site.press(path, step="attach", files=sent)
    assert bad.status_code == 422 and "x.exe" in bad.text
    assert re.search(r"checked> thêm\.pdf", bad.text), "one that is refused costs the others nothing"
    seen = re.findall(r'name="shown" value="(\d+)"', attached.text)
    done = site.press(path, words="Đã ban hành", shown=seen, keep=seen[:1])
    assert "quyết định.pdf" in done.text and "phụ lục.pdf" not in done.text, "what is not ticked is left out"
    with site.office.database.transaction() as session:
        assert {one.at.year for one in session.exec(select(Upload))} == {2000}, "the tick takes away what is left"


def test_what_another_person_sends_meanwhile_stays(site: Site) -> None:
    path = f"/v/{token(site)}"
    mine = site.client.get(path).text
    site.press(path, step="attach", files={"evidence": ("của người khác.pdf", PDF)})
    done = site.client.post(path, data=filled(mine, words="Đã ban hành"))
    assert "của người khác.pdf" not in done.text, "a report brings what its sender saw"


def test_a_file_in_parts_goes_on_where_the_line_broke(site: Site) -> None:
    path, content = f"/v/{token(site)}/files", PDF + b"x" * 700_000
    told = {"name": "lớn.pdf", "size": len(content), "mark": "lớn.pdf:1"}
    json_ = {"accept": "application/json"}
    number = site.client.post(path, json=told, headers=json_).json()["id"]
    first = site.client.put(f"{path}/{number}", content=content[:300_000], headers={**json_, "Upload-Offset": "0"})
    assert first.json() == {"received": 300_000, "whole": False}
    twice = site.client.put(f"{path}/{number}", content=content[:300_000], headers={**json_, "Upload-Offset": "0"})
    assert (twice.status_code, twice.json()["received"]) == (409, 300_000), "a lost answer costs nothing"
    again = site.client.post(path, json=told, headers=json_).json()
    assert again == {"id": number, "received": 300_000, "whole": False}, "the same file is known again"
    rest = site.client.put(f"{path}/{number}", content=content[300_000:], headers={**json_, "Upload-Offset": "300000"})
    assert rest.json() == {"received": len(content), "whole": True}
    over = site.client.put(f"{path}/{number}", content=b"x", headers={**json_, "Upload-Offset": str(len(content))})
    assert over.json() == {"received": len(content), "whole": True}, "the lost answer to the last part costs nothing"
    assert "problem" in site.client.put(f"{path}/999", content=b"x", headers={**json_, "Upload-Offset": "0"}).json()
    assert site.client.post(path, json={**told, "size": 10**9, "mark": "z"}, headers=json_).status_code == 400
    assert "lớn.pdf" in site.press(f"/v/{token(site)}", words="Đã ban hành").text
    with site.office.database.transaction() as session:
        assert [file.size for file in make.occurrence(session).submissions[0].evidence] == [len(content)]


def test_what_is_begun_and_never_finished_is_forgotten(site: Site) -> None:
    site.press(f"/v/{token(site)}", step="attach", files={"evidence": ("a.pdf", PDF)})
    store = site.office.settings.evidence.folder
    (kept,) = store.glob("??/*")
    os.utime(kept, (1, 1))
    site.office.tick("2025-09-29 10:00")
    with site.office.database.transaction() as session:
        assert session.exec(select(Upload)).all() == []
    assert list(store.glob("??/*")) == []


def test_a_link_acts_for_a_focal_point_only_while_that_one_is_named(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
        point = add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Lan", "lan@example.vn")
        number = point.id
    office.tick(test_web.SENT)
    made = Site(office)
    with office.database.transaction() as session:
        own = session.exec(select(ActionLink).where(ActionLink.recipient == "lan@example.vn")).one()
        letter = session.get_one(Message, own.message_id)
    with made.client:
        path = link_in(letter)
        assert made.client.get(path).status_code == 200
        with office.database.transaction() as session:
            session.get_one(FocalPoint, number).valid_to = make.at("2025-09-25 00:00").date()
        assert made.client.get(path).status_code == 404


def test_the_setting_of_the_office_holds_for_agencies_without_a_rule(site: Site) -> None:
    stricter = replace(site.office.settings, links=replace(site.office.settings.links, policy="login"))
    site.office.settings = stricter
    assert Site(site.office).client.get(f"/v/{token(site)}").status_code == 404


def test_going_back_to_an_old_mailbox_does_not_revive_its_links(site: Site) -> None:
    def move(mailbox: str, moment: str) -> None:
        with site.office.database.transaction() as session:
            make.agency(session, "Phòng Nội vụ").mailbox = mailbox
        site.office.tick(moment)

    path = f"/v/{token(site)}"
    move("moi@example.vn", "2025-09-26 08:00")
    move("pnv@example.vn", "2025-09-26 08:05")
    assert site.client.get(path).status_code == 404


def test_taking_back_asks_for_the_code_too_and_a_note_is_taken_back_once(site: Site) -> None:
    site.press(f"/v/{token(site)}", choice="partly", words="Được một nửa")
    undo = link_in(letters(site, "receipt")[0])
    assert "Được một nửa" in site.client.get(undo).text, "it shows what it takes back"
    with site.office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").link_policy = "code"
    asked = site.client.post(undo, data=filled(site.client.get(undo).text, choice="not_us"))
    assert 'name="code"' in asked.text
    digits = re.sub(r"\D", "", re.findall(r"\d{3} \d{3}", words(letters(site, "code")[0]))[0])
    rotate(site.office.settings.links.key_file, today=site.moment.date(), days=20)
    done = site.client.post(undo, data=filled(asked.text, choice="not_us", code=digits))
    assert done.status_code == 200 and "<form" not in done.text
    site.client.post(undo, data=filled(asked.text, choice="not_us"))
    with site.office.database.transaction() as session:
        assert sorted(note.kind.value for note in session.exec(select(Note))) == ["comment", "progress"]


def test_a_directive_that_becomes_confidential_keeps_back_what_answers_acts(site: Site) -> None:
    site.press(f"/v/{token(site)}", words="Đã ban hành")
    with site.office.database.transaction() as session:
        for letter in session.exec(select(Message).where(Message.kind == "receipt")):
            letter.status = MessageStatus.QUEUED
    with site.office.database.transaction() as session:
        how: dict[str, Any] = {"by": make.BY, "at": site.moment, "reason": "mật"}
        policy.change(session, make.directive(session), {"confidential": True}, [], **how)
    assert {(one.status.value, one.content) for one in letters(site, "receipt")} == {("dropped", b"")}


def test_links_of_an_earlier_version_can_be_renewed(site: Site) -> None:
    number = "abcdefghijklmnopqrstuv"
    old = f"{number}.{site.office.keys.signer('report_done').get_signature(number).decode()}"
    with site.office.database.transaction() as session:
        link = session.exec(select(ActionLink)).one()
        link.token_hash, link.act, link.deadline_version = hashlib.sha256(old.encode()).hexdigest(), "report_done", 0
    assert site.client.get(f"/v/{old}").status_code == 404
    site.client.post(f"/v/{old}", data={"step": "again", "choice": "send"})
    assert len(letters(site, "link")) == 1
