"""Telling other programs: signed, in order, once each, tried again, nothing confidential."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from sqlmodel import select

from notifications import hooks
from tests import make
from tests.conftest import Office
from workflow.access.roles import Grant, Role
from workflow.audit import By
from workflow.errors import BadInput, NotFound, NotPermitted
from workflow.message import Message, MessageStatus

AT = make.at("2025-09-20 10:00")
BOSS = By("Trần Bình", "api", frozenset({Grant(Role.ADMINISTRATOR)}))


@contextmanager
def listening(*answers: int) -> Iterator[tuple[str, list[tuple[Any, bytes]]]]:
    """A program on loopback that keeps what it is told; it answers with these numbers, then with 204."""
    got: list[tuple[Any, bytes]] = []
    left = list(answers)

    class Program(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            status = left.pop(0) if left else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_what: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Program)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/nhan-tin?k=1", got
    finally:
        server.shutdown()
        server.server_close()


def _hook(office: Office, address: str, *acts: str) -> str:
    with office.database.transaction() as session:
        return hooks.add(session, address, list(acts), by=BOSS, at=AT)[1]


def _entries(got: list[tuple[Any, bytes]]) -> list[dict[str, Any]]:
    return [entry for _headers, body in got for entry in json.loads(body)["entries"]]


def test_what_happens_is_told_in_order_once_and_signed(office: Office) -> None:
    with listening() as (address, got):
        with office.database.transaction() as session:
            make.enacted(session, make.task(), make.task("I.2"))
        secret = _hook(office, address)
        office.tick("2025-09-20 10:05")
        assert {entry["act"] for entry in _entries(got)} <= {"add webhook"}, "what was before is not told"
        with office.database.transaction() as session:
            make.occurrence(session).start(session, by=make.BY, at=AT)
        office.tick("2025-09-20 10:10")
        office.tick("2025-09-20 10:15")
        told = _entries(got)
        assert [entry["act"] for entry in told if entry["act"] == "start"] == ["start"]
        assert [entry["id"] for entry in told] == sorted({entry["id"] for entry in told})
        started = next(entry for entry in told if entry["act"] == "start")
        assert (started["subject"], started["status_after"]) == ("KH27-I.1/2025-Q3", "in_progress")
        headers, body = got[-1]
        moment = int(headers["Dondoc-Signature"].split(",")[0].removeprefix("t="))
        assert headers["Dondoc-Signature"] == hooks.signature(secret, moment, body)
        assert headers["Dondoc-Signature"] != hooks.signature("x", moment, body)


def test_what_is_not_answered_well_is_tried_again_with_the_same_name(office: Office) -> None:
    with listening(500, 302) as (address, got):
        _hook(office, address, "start")
        with office.database.transaction() as session:
            make.enacted(session, make.task())
            make.occurrence(session).start(session, by=make.BY, at=AT)
        for moment in ("10:05", "10:06", "10:15", "10:40", "11:30"):
            office.tick(f"2025-09-20 {moment}")
        assert len(got) == 3, "twice not well, the third time well, and no redirect followed"
        assert len({headers["Dondoc-Delivery"] for headers, _body in got}) == 1
        assert len({body for _headers, body in got}) == 1
        assert [entry["act"] for entry in _entries(got[-1:])] == ["start"]
    with office.database.transaction() as session:
        message = session.exec(select(Message).where(Message.kind == hooks.KIND)).one()
        assert (message.status, message.attempts) == (MessageStatus.SENT, 3)
    assert not [letter for letter in office.mailer.letters if letter.recipient.startswith("webhook")]


def test_a_program_that_is_away_stops_no_letter_and_no_other_program(office: Office) -> None:
    with listening() as (address, got):
        _hook(office, "http://127.0.0.1:9/nobody")
        _hook(office, address, "start")
        with office.database.transaction() as session:
            make.enacted(session, make.task())
            make.occurrence(session).start(session, by=make.BY, at=AT)
        office.tick("2025-09-25 08:00")
        assert [entry["act"] for entry in _entries(got)] == ["start"]
    assert office.mailer.letters


def test_nothing_confidential_and_nothing_of_signing_in_is_told(office: Office) -> None:
    with listening() as (address, got):
        _hook(office, address)
        with office.database.transaction() as session:
            directive = make.enacted(session, make.task(text="Việc tuyệt mật"))
            directive.confidential = True
            session.flush()
            make.occurrence(session).start(session, by=make.BY, at=AT)
        office.tick("2025-09-20 10:05")
        told = json.dumps(_entries(got), ensure_ascii=False)
        assert "KH27" not in told and "tuyệt mật" not in told


def test_only_an_administrator_names_programs_and_only_what_can_be_one(office: Office) -> None:
    monitor = By("Lê Hoa", "api", frozenset({Grant(Role.MONITOR, 1), Grant(Role.OFFICE)}))
    with pytest.raises(NotPermitted), office.database.transaction() as session:
        hooks.add(session, "https://x.example/a", [], by=monitor, at=AT)
    for address in ("ftp://x.example", "javascript:alert(1)", "https://", "https://a:b@x.example/", "x"):
        with pytest.raises(BadInput), office.database.transaction() as session:
            hooks.add(session, address, [], by=BOSS, at=AT)
    with pytest.raises(BadInput), office.database.transaction() as session:
        hooks.add(session, "https://x.example/", ["sign in"], by=BOSS, at=AT)
    with office.database.transaction() as session:
        made, _secret = hooks.add(session, "https://x.example/", ["start"], by=BOSS, at=AT)
        hooks.end(session, made.id or 0, by=BOSS, at=AT)
        with pytest.raises(NotFound):
            hooks.end(session, 999, by=BOSS, at=AT)
    office.tick("2025-09-20 10:05")
    with office.database.transaction() as session:
        assert not session.exec(select(Message).where(Message.kind == hooks.KIND)).all()
