from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import queue
from geo.models import Report, Unit
from geo.permissions import Actor
from geo.queue import Asked

Make = Callable[..., Report]
OPERATOR = Actor("operator")


def test_what_is_done_is_counted_up_to_a_bound_and_what_is_open_exactly(
    session: Session, make_report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for state in ("closed", "resolved", "merged", "rejected", "withdrawn", "in_progress", "received"):
        report = make_report()
        report.state, report.settled_at = state, now
        report.resolve_due = report.accept_due = now - timedelta(hours=1)
    session.flush()
    found = queue.counts(session, OPERATOR, Asked(), now)
    assert {tab: found[tab] for tab in ("open", "new", "late", "today", "done")} == {
        "open": 2, "new": 1, "late": 2, "today": 0, "done": 4,
    }  # fmt: skip
    monkeypatch.setattr(queue, "COUNTED", 2)
    found = queue.counts(session, OPERATOR, Asked(), now)
    assert (found["done"], found["open"]) == (3, 2)


def test_every_count_is_that_of_its_tab(session: Session, make_report: Make) -> None:
    now = datetime.now(UTC)
    unit_id = session.scalars(select(Unit.id).where(Unit.code == "ioc")).one()
    for number, state in enumerate(("received", "in_progress", "needs_info", "closed")):
        report = make_report(needs_confirmation=number % 2 == 0)
        report.state, report.questions = state, 2
        report.accept_due, report.resolve_due = now + timedelta(minutes=1), now - timedelta(hours=number)
        report.waiting = {"action": "resolve"} if state == "in_progress" else None
    session.flush()
    for who in (OPERATOR, Actor("officer", unit_id=unit_id)):
        counts = queue.counts(session, who, Asked(), now)
        for tab in queue.TABS:
            assert counts[tab] == len(session.scalars(queue.in_queue(who, Asked(tab=tab), now)).all()), tab
