"""Every refusal of the life of a task: each sentence is met by somebody, in both languages, and says what to do."""

from __future__ import annotations

import ast
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session

from tests import make, refused_reports
from tests.conftest import Office, Run
from tests.refused_targets import REFUSED
from workflow import i18n
from workflow.access import people, policy
from workflow.access.roles import Grant, Role
from workflow.audit import By
from workflow.basis import Basis, need_basis, need_reason
from workflow.config import EvidenceSettings
from workflow.database import Database
from workflow.duties import bulk
from workflow.duties.carrying import carry_out
from workflow.duties.note import leave_comment, report_progress, settle
from workflow.duties.order import Order
from workflow.duties.part import ask_part, find_part, give_part
from workflow.duties.passing import hand_on
from workflow.duties.period_key import period_key
from workflow.duties.period_report import close_period, open_period, report_period
from workflow.duties.request import Wish, ask, find_request, grant, refuse
from workflow.errors import Problem
from workflow.evidence import EvidenceStore
from workflow.finding import choose
from workflow.history.chain import first_fault
from workflow.lifecycle import next_status
from workflow.moving import duties, write
from workflow.names import bounded
from workflow.register.kinds import Kind
from workflow.register.sheets import Line
from workflow.standing import Status

ROOT = Path(__file__).parent.parent / "workflow"
FILES = [
    *(
        file
        for part in ("access", "duties", "history", "reporting", "targets")
        for file in sorted((ROOT / part).glob("*.py"))
    ),
    *(ROOT / f"{name}.py" for name in ("moving", "occurrence", "basis", "evidence", "names", "lifecycle", "finding")),
    ROOT / "commands_evidence.py",
]
TODAY = date(2025, 9, 20)
AT = make.at("2025-09-20 10:00")
HOW: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": AT}
CHIEF: dict[str, Any] = {"by": By("Phạm Tài", "cli"), "at": AT}
BASIS = Basis("45/PNV", date(2025, 9, 19))
WHY: dict[str, Any] = {"reason": "vì", "basis": BASIS}
DUE = date(2025, 10, 15)


def sentences() -> set[str]:
    """The keys of every refusal that the life of a task can meet."""
    found = set()
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "Refused",
                "BadInput",
                "NotPermitted",
                "NotFound",
            )
            if named and node.args and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                found.add(str(node.args[0].value))  # type: ignore[attr-defined]
    return found


def extension(session: Session, code: str = "KH27-1", due: date | None = DUE, **more: Any) -> Any:
    made = ask(
        session, make.occurrence(session, code), Wish.EXTENSION, **{**HOW, "today": TODAY, **WHY, **more}, due=due
    )
    session.flush()
    return made


def submitted(session: Session, code: str = "KH27-1") -> Any:
    found = make.occurrence(session, code)
    found.submit(session, **HOW, today=TODAY, result="xong")
    return found


def administrator(session: Session, **more: Any) -> Any:
    return people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **HOW, today=TODAY, **more)


def row(session: Session, act: str, *cells: dict[str, str]) -> None:
    """Do something in bulk and raise what the last line was told."""
    made = bulk.carry_out(session, act, [Line(n, one) for n, one in enumerate(cells, 2)], **CHIEF, today=TODAY)
    raise Problem(made.failed[-1].words)


def confidential(session: Session) -> None:
    stranger = By("Vũ Nam", "cli", frozenset({Grant(Role.OFFICE)}))
    policy.change(session, make.directive(session), {"confidential": True}, [], by=stranger, at=AT, reason="mật")


def permitted(session: Session) -> None:
    make.occurrence(session, "KH27-1").start(session, by=By("Vũ Nam", "cli", frozenset({Grant(Role.LEADER)})), at=AT)


def own_report(session: Session) -> None:
    monitor = By("Lê Hoa", "cli", frozenset({Grant(Role.MONITOR, None)}))
    submitted(session).confirm(session, by=monitor, at=AT)


def twice_inherited(session: Session) -> None:
    heir = make.agency(session, "Phòng C")
    for name in ("Phòng A", "Phòng B"):
        hand_on(session, make.occurrence(session, "KH27-5", agency=name), heir, **CHIEF, today=TODAY, **WHY)
    choose(session, make.occurrence_task(session, "KH27-5"), agency=heir)


def closed(session: Session, period: str = "2025-Q2") -> Any:
    return close_period(session, make.directive(session), period, **HOW)


def part(session: Session) -> Any:
    return ask_part(session, make.occurrence(session, "KH27-1"), what="số liệu", **HOW, person="Vũ Nam")


def given(session: Session, **more: Any) -> None:
    give_part(session, part(session), **HOW, today=TODAY, **more)


def comment(session: Session) -> int:
    made = leave_comment(session, make.occurrence(session, "KH27-1"), **HOW, words="x", verified=True)
    return made.id or 0


def ended(session: Session) -> None:
    one = part(session)
    make.occurrence(session, "KH27-1").cancel(session, **HOW, reason="thôi")
    give_part(session, one, **HOW, today=TODAY, result="x")


def dropped(session: Session) -> None:
    one = part(session)
    for _n in (1, 2):
        give_part(session, one, **HOW, today=TODAY, result="x")


def store(tmp: str, content: bytes, name: str = "a.pdf") -> None:
    EvidenceStore(EvidenceSettings(folder=Path(tmp), max_megabytes=1)).keep(name, io.BytesIO(content))


def line(session: Session, code: str = "KH27-3", period: str = "2025-Q2", **more: Any) -> None:
    report_period(session, make.occurrence(session, code), period, **HOW, today=TODAY, **{"result": "x", **more})


def seen_too_late(session: Session) -> None:
    found = make.occurrence(session, "KH27-1")
    seen = found.version
    found.start(session, **HOW)
    found.duty(session, seen)


def legal(status: str, act: str) -> Any:
    return next_status(SimpleNamespace(status=Status(status), was_returned=False, was_started=False), act)


def collective(session: Session) -> None:
    many = make.agency(session, "Phòng C")
    many.kind = Kind.COLLECTIVE
    hand_on(session, make.occurrence(session, "KH27-1"), many, **CHIEF, today=TODAY, **WHY)


def gone(session: Session) -> None:
    former = make.agency(session, "Phòng C")
    former.valid_to = date(2025, 6, 30)
    hand_on(session, make.occurrence(session, "KH27-1"), former, **CHIEF, today=TODAY, **WHY)


def submit(session: Session, code: str = "KH27-1", **more: Any) -> None:
    make.occurrence(session, code).submit(session, **HOW, today=TODAY, **more)


def refusing(session: Session) -> None:
    make.directive(session).deliverable = "refuse"
    submit(session, "KH27-4", result="xong")


def two_waiting(session: Session) -> None:
    make.occurrence(session, "KH27-2", "2025-Q2").start(session, **HOW)
    choose(session, make.occurrence_task(session, "KH27-2"), today=date(2025, 12, 1))


# Each ends in a refusal: who does what, with a fresh record in which KH27 has five tasks.
MET: list[Callable[[Session], object]] = [
    lambda s: carry_out(s, Order("grant"), **HOW, today=TODAY),
    lambda s: people.appoint(s, " ", Role.OFFICE, **HOW, today=TODAY),
    lambda s: people.appoint(s, "A", Role.OFFICE, **HOW, today=TODAY),
    lambda s: (administrator(s), people.appoint(s, "A", Role.HEAD, **HOW, today=TODAY)),
    lambda s: (administrator(s), administrator(s)),
    lambda s: people.dismiss(s, administrator(s), **HOW, today=TODAY),
    lambda s: (one := administrator(s), administrator(s, email="b@x.vn"), people.dismiss(s, one, **HOW, today=TODAY), people.dismiss(s, one, **HOW, today=TODAY)),
    lambda s: (administrator(s), administrator(s, email="b@x.vn"), people.acting(s, "Trần Bình", "cli", TODAY)),
    lambda s: (administrator(s), people.acting(s, "Ai đó", "cli", TODAY)),
    permitted,
    lambda s: policy.change(s, make.directive(s), {"confirmation": "never"}, [], **HOW, reason="x"),
    confidential,
    lambda _s: need_basis(None, AT),
    lambda _s: need_basis(Basis("1/CV", date(2026, 1, 1)), AT),
    lambda _s: need_reason(" "),
    lambda _s: Basis.read("công văn"),
    lambda s: row(s, "confirm", {"code": "KH27-2", "period": "2031"}),
    lambda s: row(s, "extend", {"code": "KH27-1", "basis": "1/CV ngày 1/9/2025"}),
    lambda s: row(s, "confirm", {"code": "KH1"}),
    lambda s: (submitted(s, "KH27-2"), make.occurrence(s, "KH27-2", "2025-Q4").submit(s, **HOW, today=TODAY, result="x"), row(s, "confirm", {"code": "KH27-2"})),
    lambda s: (submitted(s), row(s, "confirm", {"code": "KH27-1"}, {"code": "KH27-1"})),
    lambda s: (closed(s), line(s)),
    lambda s: line(s, "KH27-1"),
    lambda s: ask_part(s, make.occurrence(s, "KH27-1"), what=" ", **HOW, person="A"),
    lambda s: ask_part(s, make.occurrence(s, "KH27-1"), what="x", **HOW),
    lambda s: (submitted(s), ask_part(s, make.occurrence(s, "KH27-1"), what="x", **HOW, person="A")),
    lambda s: ask_part(s, make.occurrence(s, "KH27-1"), what="x", **HOW, person="A", due=date(2026, 1, 1)),
    given,
    dropped,
    ended,
    lambda s: find_part(s, make.occurrence(s, "KH27-1"), 7),
    lambda s: report_progress(s, make.occurrence(s, "KH27-1"), **HOW, words=" "),
    lambda s: (submitted(s), report_progress(s, make.occurrence(s, "KH27-1"), **HOW, words="x")),
    lambda s: settle(s, 99, **HOW, reason="x"),
    lambda s: (one := comment(s), settle(s, one, **HOW, reason="x"), settle(s, one, **HOW, reason="x")),
    lambda s: hand_on(s, make.occurrence(s, "KH27-1"), make.agency(s, "Phòng A"), **CHIEF, today=TODAY, **WHY),
    collective,
    gone,
    lambda s: hand_on(s, submitted(s), make.agency(s, "Phòng B"), **CHIEF, today=TODAY, **WHY),
    lambda _s: period_key("quý 9"),
    lambda s: line(s, nothing_arose=True),
    lambda s: line(s, period="2025-Q4"),
    lambda s: line(s, period="2020-Q4"),
    lambda s: (submitted(s, "KH27-3"), line(s)),
    lambda s: (closed(s), closed(s)),
    lambda s: (submitted(s), closed(s, "2025-Q3")),
    lambda s: open_period(s, make.directive(s), "2025-Q2", **HOW, reason="x"),
    lambda s: (submitted(s), extension(s)),
    lambda s: extension(s, due=None),
    lambda s: extension(s, due=date(2025, 9, 1)),
    lambda s: extension(s, "KH27-2", due=date(2025, 8, 1)),
    lambda s: (extension(s), extension(s)),
    lambda s: extension(s, "KH27-3"),
    lambda s: grant(s, ask(s, make.occurrence(s, "KH27-1"), Wish.HAND_ON, **HOW, today=TODAY, **WHY), **CHIEF, today=TODAY, basis=BASIS),
    lambda s: refuse(s, extension(s), **HOW, reason="x"),
    lambda s: (one := extension(s), refuse(s, one, **CHIEF, reason="x"), refuse(s, one, **CHIEF, reason="x")),
    lambda s: find_request(s, 99),
    lambda s: (one := extension(s), submitted(s), grant(s, one, **CHIEF, today=TODAY, basis=BASIS)),
    lambda _s: EvidenceStore(EvidenceSettings()).refuse_many(99),
    lambda _s: EvidenceStore(EvidenceSettings()).keep_all([Path("không-có.pdf")]),
    lambda s: choose(s, make.occurrence_task(s, "KH27-6")),
    lambda s: choose(s, make.occurrence_task(s, "KH27-1"), period="2031"),
    lambda s: choose(s, make.occurrence_task(s, "KH27-5")),
    lambda s: (submitted(s, "KH27-2"), choose(s, make.occurrence_task(s, "KH27-2"), today=date(2025, 12, 1))),
    twice_inherited,
    lambda s: choose(s, make.occurrence_task(s, "KH27-2"), statuses=(Status.COMPLETED,), today=date(2025, 12, 1)),
    two_waiting,
    lambda s: first_fault(s, ["hôm qua"]),
    lambda _s: legal("completed", "start"),
    seen_too_late,
    lambda s: write(s, [duties(s, [1])[0]._replace(version=99)], {"due_on": TODAY}),
    lambda s: (submitted(s), submitted(s)),
    own_report,
    lambda _s: bounded("x" * 30, 20),
    lambda s: submit(s, "KH27-3", nothing_arose=True),
    lambda s: submit(s, nothing_arose=True),
    lambda s: make.occurrence(s, "KH27-2").submit(s, **HOW, today=TODAY, result="x", document_on=date(2026, 1, 1)),
    lambda s: submit(s, "KH27-4"),
    refusing,
]  # fmt: skip


def record(session: Session) -> None:
    make.enacted(
        session,
        make.task("1", lead="Phòng A"),
        make.task("2", timing="Quý II và IV", lead="Phòng A"),
        make.task("3", timing="Thường xuyên", lead="Phòng B"),
        make.task("4", lead="Phòng A", deliverable="Quyết định"),
        make.task("5", lead="Phòng A; Phòng B"),
        make.task("6", timing="Định kỳ", lead="Phòng C"),
    )


def test_every_refusal_is_met_in_both_languages_and_says_what_to_do(
    database: Database, run: Run, office: Office, tmp_path: Path
) -> None:
    with database.transaction() as session:
        record(session)
    met: dict[str, str] = {}
    with database.transaction() as session:
        for number, deed in enumerate([*MET, *REFUSED, *refused_reports.REFUSED]):
            nested = session.begin_nested()
            with pytest.raises(Problem) as refused:
                deed(session)
                pytest.fail(f"number {number} was not refused")
            told = refused.value
            for language in ("vi", "en"):
                i18n.set_language(language)
                words = str(told)
                assert len(words) > 10 and "{" not in words.replace("{n}", ""), (number, words)
            i18n.set_language("vi")
            met[told.message] = str(told)
            nested.rollback()
            session.expire_all()
    bulk_words = set(met.values())
    for content, name in ((b"", "a.pdf"), (b"%PDF" + b"x" * 2_000_000, "a.pdf"), (b"MZ", "a.exe")):
        with pytest.raises(Problem) as refused:
            store(str(tmp_path / "kho"), content, name)
        met[refused.value.message] = str(refused.value)
    met |= _on_the_command_line(run, office)
    lacking = {key for key in sentences() if key not in met and not _said_in_bulk(key, bulk_words)}
    assert lacking == set()


def _said_in_bulk(key: str, words: set[str]) -> bool:
    """A line of a bulk run carries the sentence itself, not its key."""
    head = i18n.translate(key).split("{", 1)
    tail = i18n.translate(key).rsplit("}", 1)[-1]
    return any(word.startswith(head[0]) and word.endswith(tail) for word in words)


def _on_the_command_line(run: Run, office: Office) -> dict[str, str]:
    """What only a command refuses."""
    Path("co.xlsx").write_bytes(b"x")
    Path("rong.csv").write_text("Nhiệm vụ\n", encoding="utf-8")
    Path("bc.pdf").write_bytes(b"%PDF-1.7")
    assert run("done", "KH27-1", "--evidence", "bc.pdf", "--result", "xong", "--by", "Lê Hoa")[0] == 0
    commands = {
        "“{value}” is none of: {known}.": ("people", "add", "A", "--role", "boss"),
        "There is no role number {n}; see `dondoc people list`.": ("people", "end", "9"),
        "There is no file number {n}; see `dondoc evidence list`.": ("evidence", "export", "9", "x.pdf"),
        "{name} is in quarantine: nobody has confirmed its report yet. Say --quarantined to take it all the same.": ("evidence", "export", "1", "x.pdf"),
        "{file} exists already; name another file.": ("bulk", "sheet", "confirm", "co.xlsx"),
        "{name} must end in .xlsx.": ("targets", "form", "KH27", "--output", "bieu.csv"),
        "Name the tasks, or a sheet with --from.": ("bulk", "confirm"),
        "“{text}” is no KEY=TEXT; write it like CT1=26.": ("period", "answer", "KH27-BC.2025-Q3", "--set", "CT1"),
        "Name the report and say what to fill in, or bring a form with --from.": ("period", "answer"),
        "{name} has no line; fill in at least one.": ("bulk", "confirm", "--from", "rong.csv"),
        "The history says nothing of “{subject}”; give the code of a task, a directive or an agency.": ("audit", "show", "KH99"),
    }  # fmt: skip
    met = {}
    for key, command in commands.items():
        code, _said, err = run(*command)
        pattern = i18n.translate(key).rsplit("}", 1)[-1]
        assert code in (1, 2) and pattern in err, (command, err)
        met[key] = err
    for file in office.settings.evidence.folder.glob("??/*"):
        file.unlink()
    key = "{name} is missing or is not what was sent; see `dondoc doctor`."
    code, _said, err = run("evidence", "export", "1", "y.pdf", "--quarantined")
    assert code == 1 and "dondoc doctor" in err
    return {**met, key: err}
