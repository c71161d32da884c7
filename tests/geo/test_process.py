"""Random walks through the process: whatever people try in whatever order, its promises hold."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.effects import FINAL, MOST_EXTENSIONS, REASONS, Details
from geo.errors import QuangnamError
from geo.filters import published
from geo.models import Event, Report, Unit
from geo.permissions import PUBLIC, Actor, may
from geo.transitions import INNER, TRANSITIONS, Action, possible

Walk = list[tuple[Action, str, int, int, int]]
TEXT = "Một câu đủ dài."
START = datetime.fromisoformat("2026-02-13T15:45:00+07:00")  # the last Friday before Tết

walks = st.lists(
    st.tuples(
        st.sampled_from([action for action in get_args(Action) if action != "receive"]),
        st.sampled_from(["sender", "officer", "stranger", "operator", "system", "public"]),
        st.integers(0, 3),  # which unit
        st.integers(0, 400),  # hours until then
        st.integers(0, 6),  # stars, days
    ),
    max_size=25,
)


def actor(who: str, report: Report) -> Actor:
    return {
        "sender": Actor("sender", report_id=report.id),
        "officer": Actor("officer", unit_id=report.unit_id),
        "stranger": Actor("officer", unit_id=report.unit_id + 1),
        "operator": Actor("operator"),
        "system": Actor("system"),
        "public": PUBLIC,
    }[who]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=walks)
def test_promises(session: Session, make_report: Callable[..., Report], walk: Walk) -> None:
    units = session.scalars(select(Unit.id).order_by(Unit.id).limit(4)).all()
    report = make_report(now=START)
    moment, first_due = START, report.resolve_due
    for action, who, unit, hours, number in walk:
        moment += timedelta(hours=hours)
        before = (report.state, report.version, report.unit_id, report.resolve_due, report.forwards)
        by = actor(who, report)
        allowed = may(by, action, report)
        said = Details(
            text="Một câu đủ dài.", reason=next(iter(REASONS)), unit_id=units[unit], days=number, stars=number
        )
        try:
            workflow.apply(session, report, action, by, door="api", details=said, now=moment)
        except QuangnamError:
            after = (report.state, report.version, report.unit_id, report.resolve_due, report.forwards)
            assert after == before
            continue
        # A step that no door offers is still one of the table's, and only for the roles that may.
        assert action in INNER or action in possible(before[0], by.role)  # type: ignore[arg-type]
        assert allowed
        assert report.state == TRANSITIONS[before[0], action]
        assert report.version == before[1] + 1
        if action in ("forward", "return"):
            assert report.resolve_due is not None
            assert before[0] == "needs_info" or report.resolve_due == before[3]
    assert report.extensions <= MOST_EXTENSIONS
    assert report.forwards <= FINAL
    assert report.unit_id in session.scalars(select(Unit.id)).all()
    assert report.resolve_due is not None
    assert first_due is not None
    assert report.resolve_due >= first_due
    lines = session.scalars(select(Event).where(Event.report_id == report.id).order_by(Event.id)).all()
    # The history alone tells the state, the unit and whether anything may be public.
    assert (lines[-1].to_state, lines[-1].unit_id, len(lines)) == (report.state, report.unit_id, report.version)
    assert all(one.to_state == next_.from_state for one, next_ in pairwise(lines))
    shown = session.scalar(select(published()).select_from(Report).where(Report.id == report.id))
    last = [line.action for line in lines if line.action in ("hide", "show")][-1:]
    assert shown == (any(line.action == "accept" for line in lines) and last != ["hide"])
