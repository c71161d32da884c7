"""The handover log: added to, counted, never changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geo import logbook, workflow
from geo.deadlines import ZONE
from geo.details import Details
from geo.errors import ConflictError, InvalidError, NotFoundError
from geo.models import User
from geo.permissions import SYSTEM

Make = Callable[..., Any]


@pytest.fixture
def operator(make_user: Make) -> User:
    user: User = make_user("operator")
    return user


@pytest.mark.parametrize(
    "sql", ["UPDATE log_entries SET text = 'x'", "DELETE FROM log_entries", "TRUNCATE log_entries"]
)
def test_the_database_itself_refuses_to_change_it(session: Session, operator: User, sql: str) -> None:
    logbook.note(session, operator, "Cầu Cẩm Nam ngập.")
    with pytest.raises(DBAPIError, match="only added to"), session.begin_nested():
        session.execute(text(sql))


def test_a_note_names_reports_and_a_correction_its_line(session: Session, operator: User, make_report: Make) -> None:
    report = make_report()
    note = logbook.note(session, operator, "Đã rào cầu.", report.code.lower().removeprefix("qn-"))
    better = logbook.note(session, operator, "Rào cả hai đầu.", corrects_id=note.id)
    assert (note.kind, note.codes, better.kind, better.corrects_id) == ("note", [report.code], "correction", note.id)
    for wrong in ("QN-0000-0000", "x"):
        with pytest.raises(InvalidError):
            logbook.note(session, operator, "Đã rào cầu.", wrong)
    with pytest.raises(NotFoundError):
        logbook.note(session, operator, "Đã rào cầu.", corrects_id=note.id + 1_000)
    today = datetime.now(ZONE).date()
    assert [one.id for one in logbook.of_day(session, today)] == [note.id, better.id]
    assert logbook.of_day(session, today - timedelta(days=1)) == []


def test_a_shift_ends_with_what_it_has_seen(session: Session, operator: User, make_report: Make) -> None:
    before = make_report()
    workflow.apply(session, before, "reject", SYSTEM, door="cli", details=Details(text="Ngoài tỉnh.", reason="khac"))
    with pytest.raises(ConflictError):
        logbook.end_shift(session, operator, "Hết ca.", datetime.now(UTC))
    logbook.begin_shift(session, operator)
    with pytest.raises(ConflictError):
        logbook.begin_shift(session, operator)
    start = datetime.now(UTC) + timedelta(seconds=1)  # a test is one transaction, whose now() stands still
    lead, follower, urgent = (make_report(now=start) for _number in range(3))
    urgent.urgent = True
    urgent.accept_due = start
    workflow.apply(session, follower, "merge", SYSTEM, door="cli", details=Details(lead_id=lead.id))
    workflow.apply(session, lead, "accept", SYSTEM, door="cli")
    workflow.apply(session, lead, "resolve", SYSTEM, door="cli", details=Details(text="Đã vá xong."))
    ended = logbook.end_shift(session, operator, "Còn một việc khẩn.", start + timedelta(hours=1))
    assert ended.data == {"received": 3, "urgent": 1, "late": 1, "merged": 1, "answered": 1, "open": 1}
    assert logbook.shift(session, operator) is None
