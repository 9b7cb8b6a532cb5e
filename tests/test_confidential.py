"""A confidential directive is seen by the agencies it names, and no word of it stands in a letter."""

from __future__ import annotations

import email
import email.policy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from tests import make
from tests.conftest import Office, Run
from workflow.message import ActionLink

SECRET = "Rà soát phương án bí mật"
HOW: dict[str, Any] = {"by": make.BY, "at": make.at("2025-04-12 10:00")}


@pytest.fixture
def secret(run: Run, office: Office) -> None:
    """KH27 is confidential and Phòng Nội vụ has a part in it; KH28 is open; three people hold roles."""
    with office.database.transaction() as session:
        make.enacted(session, make.task(text=SECRET, timing="30/9/2025", deliverable="Đề án mật"))
        make.enacted(
            session, make.task(text="Việc thường", timing="01/10/2025", lead="Phòng Tư pháp"), number="28/KH-UBND"
        )
        make.agency(session, "Văn phòng UBND", new=True)
        codes = [make.agency(session, name).code for name in ("Phòng Nội vụ", "Phòng Tư pháp")]
    run("people", "add", "Quản Trị", "--role", "administrator")
    for name, agency in (("Lê Hoa", codes[0]), ("Vũ Nam", codes[1])):
        run("people", "add", name, "--role", "head", "--agency", agency, "--by", "Quản Trị")
    run("people", "add", "Văn Thư", "--role", "office", "--agency", "Văn phòng UBND", "--by", "Quản Trị")
    mark = ["policy", "KH27", "--confidential", "--reason", "Văn bản mật", "--by", "Văn Thư"]
    code, _said, err = run(*mark)
    assert (code, "--reader" in err) == (1, True), "nobody hides a directive from themself"
    code, said, err = run(*mark, "--reader", "Văn phòng UBND")
    assert (code, "văn bản mật" in said) == (0, True), err


LISTS = (
    ("tasks",),
    ("tasks", "--json"),
    ("tasks", "--as-of", "1/5/2025"),
    ("overdue",),
    ("overdue", "--json"),
    ("overdue", "--by", "directive"),
    ("directives",),
    ("directives", "--json"),
    ("questions", "--json"),
    ("requests", "list", "--all", "--json"),
    ("parts", "list", "--all", "--json"),
    ("period", "list", "2025-Q3", "--json"),
    ("evidence", "list", "--json"),
    ("event", "list", "--json"),
    ("audit", "show"),
    ("audit", "show", "--json"),
    ("bulk", "sheet", "hand-on", "x.csv"),
    ("start", "KH27-I.1"),
    ("done", "KH27-I.9"),
    ("withdraw", "KH27-I.1", "--period", "2031"),
    ("extend", "KH27-I.1", "--to", "1/1/2026", "--reason", "x", "--basis", "1/CV ngày 1/4/2025"),
    ("parts", "give", "KH27-I.1", "--part", "9", "--result", "x"),
    ("bulk", "confirm", "KH27-I.1"),
    (
        "succession",
        "plan",
        "--from",
        "Phòng Nội vụ",
        "--to",
        "Phòng Tư pháp",
        "--kind",
        "merged",
        "--on",
        "1/1/2026",
        "--basis",
        "Nghị quyết 1/NQ-HĐND ngày 1/12/2025",
    ),
)


def test_no_command_shows_it_to_somebody_it_does_not_name(
    run: Run, secret: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in LISTS:
        for person in ("Vũ Nam", "Quản Trị", "Người lạ"):
            if (person, command[0]) != ("Quản Trị", "succession"):  # whoever records successions moves this, too
                monkeypatch.setenv("DONDOC_ACTOR", person)
                _shows_nothing(run, command, person)
        monkeypatch.setenv("DONDOC_ACTOR", "Lê Hoa")
        if command[0] in ("tasks", "overdue", "directives", "audit"):
            assert "27" in run(*command)[1], command


def _shows_nothing(run: Run, command: tuple[str, ...], person: str) -> None:
    _code, said, err = run(*command)
    sheet = Path("x.csv").read_text("utf-8") if Path("x.csv").exists() else ""
    Path("x.csv").unlink(missing_ok=True)
    shown = said + sheet + err
    assert "KH27" not in shown or "KH27-I" in " ".join(command), (person, command, shown)
    for words in ("27/KH-UBND", SECRET, "Phòng Nội vụ", "2025-09-30"):
        assert words not in shown, (person, command, shown)


@pytest.mark.parametrize(
    "command",
    [
        ("show", "KH27-I.1"),
        ("tasks", "--directive", "KH27"),
        ("policy", "KH27"),
        ("audit", "show", "KH27-I.1"),
        ("overdue", "--directive", "27/KH-UBND"),
        ("targets", "list", "KH27"),
        ("targets", "form", "KH27", "--output", "x.xlsx"),
    ],
    ids=" ".join,
)
def test_asked_for_by_name_it_does_not_exist(
    run: Run, secret: None, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DONDOC_ACTOR", "Vũ Nam")
    code, said, err = run(*command)
    assert code == 2
    assert SECRET not in said + err
    monkeypatch.setenv("DONDOC_ACTOR", "Lê Hoa")
    assert run(*command)[0] == 0


@pytest.mark.parametrize(
    "command",
    [
        ("targets", "set", "KH27", "--name", "x"),
        ("targets", "actual", "KH27", "CT1", "--period", "2025-Q2", "--value", "1"),
        ("targets", "money", "KH27", "--purpose", "x", "--stage", "paid", "--source", "local", "--amount", "1 tỷ"),
        ("targets", "drop", "KH27", "CT1", "--reason", "x"),
        ("targets", "set", "KH28", "--name", "x", "--task", "KH27-I.1"),
    ],
    ids=" ".join,
)
def test_no_figure_is_stated_of_what_one_does_not_see(
    run: Run, secret: None, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DONDOC_ACTOR", "Vũ Nam")
    code, _said, err = run(*command)
    assert code == 2 and SECRET not in err and "KH27-I.1" not in err.replace("KH27-I.1", "", 1)


def test_a_listed_reader_sees_it(run: Run, secret: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_ACTOR", "Vũ Nam")
    assert run("show", "KH27-I.1")[0] == 2
    assert run("policy", "KH27", "--reader", "Phòng Tư pháp", "--reason", "Phối hợp", "--by", "Văn Thư")[0] == 0
    assert SECRET in run("show", "KH27-I.1")[1]


def test_no_word_of_it_stands_in_a_letter_and_no_link_opens_it(office: Office, secret: None) -> None:
    office.tick("2025-09-29 08:00")
    letters = {letter.recipient: letter.content for letter in office.mailer.letters}
    assert len(letters) == 2
    for recipient, content in letters.items():
        message = email.message_from_bytes(content, policy=email.policy.default)
        texts = [message["Subject"]] + [
            str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"
        ]
        whole = "\n".join(texts)
        assert SECRET not in whole and "Đề án mật" not in whole and "27/KH-UBND" not in whole
        if recipient.startswith("pnv"):
            assert "KH27-I.1" in whole and "văn bản mật" in whole
            assert "/v/" not in whole, "no link"
        else:
            assert "Việc thường" in whole and "/v/" in whole
    with office.database.transaction() as session:
        assert {link.recipient for link in session.exec(select(ActionLink))} == {
            r for r in letters if not r.startswith("pnv")
        }


def test_links_that_were_out_end_when_it_becomes_confidential(office: Office) -> None:
    from workflow.access import policy
    from workflow.directive import find_directive

    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"))
    office.tick("2025-09-29 08:00")
    with office.database.transaction() as session:
        assert session.exec(select(ActionLink).where(col(ActionLink.revoked_at).is_(None))).all()
        policy.change(session, find_directive(session, "KH27"), {"confidential": True}, [], **HOW, reason="mật")
        assert not session.exec(select(ActionLink).where(col(ActionLink.revoked_at).is_(None))).all()


def test_before_anybody_holds_a_role_everybody_sees_everything(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(text=SECRET, timing="30/9/2025")).confidential = True
    assert SECRET in run("show", "KH27-I.1")[1]
    assert date(2025, 9, 30) > date(2025, 4, 12)
