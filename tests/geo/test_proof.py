"""Results that can be seen are seen: when and where their pictures were taken."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import proof, workflow
from geo.details import Details
from geo.errors import InvalidError
from geo.filters import kept_back
from geo.geometry import element
from geo.models import Event, Media, Report
from geo.permissions import Actor

Make = Callable[..., Any]
DONE = "Đã vá xong sáng nay."


def picture(session: Session, report: Report, event_id: int, **values: Any) -> Media:
    made = Media(report_id=report.id, event_id=event_id, key=f"{event_id:032x}", width=4, height=3, **values)
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize("role", ["officer", "head", "operator", "link"])
def test_a_result_that_can_be_seen_wants_a_picture(session: Session, make_report: Make, role: Any) -> None:
    report = make_report(accepted=True)
    who = Actor(role, unit_id=report.unit_id, report_id=report.id)
    with pytest.raises(InvalidError, match="ảnh kết quả"):
        workflow.apply(session, report, "resolve", who, door="web", details=Details(text=DONE))
    workflow.apply(session, report, "resolve", who, door="web", details=Details(text=DONE, pictures=1))
    assert report.state == "resolved"


def test_what_cannot_be_seen_needs_words_alone(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True, category="giao-duc-dao-tao")
    who = Actor("officer", unit_id=report.unit_id)
    workflow.apply(session, report, "resolve", who, door="web", details=Details(text=DONE))
    assert report.state == "resolved"


def test_the_distance_is_the_geodesic_from_the_pin(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True, lon=108.338, lat=15.8794)
    who = Actor("officer", unit_id=report.unit_id)
    event = workflow.apply(session, report, "resolve", who, door="web", details=Details(text=DONE, pictures=3))
    near = picture(session, report, event, taken_point=element(108.338, 15.8803), taken_at=datetime.now(UTC))
    session.add(
        Media(report_id=report.id, event_id=event, key="f" * 32, width=4, height=3, taken_point=element(108.35, 15.88))
    )
    session.add(Media(report_id=report.id, event_id=event, key="e" * 32, width=4, height=3))
    session.flush()
    first, second, third = proof.proofs(session, report, inside=True)[event]
    assert first.key == near.key
    assert first.metres == pytest.approx(99.6, abs=0.5)  # 0.0009° of latitude at 15.88° on the WGS 84 ellipsoid
    assert (first.far, second.far, third.far) == (False, True, False)
    assert third.metres is None


def test_the_pictures_of_a_proposal_wait_with_it(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True, unit="ubnd-503")
    report.unit.approves_results = True
    officer, head = Actor("officer", unit_id=report.unit_id), Actor("head", unit_id=report.unit_id)
    with pytest.raises(InvalidError, match="ảnh kết quả"):
        workflow.apply(session, report, "resolve", officer, door="web", details=Details(text=DONE))
    event = workflow.apply(session, report, "resolve", officer, door="web", details=Details(text=DONE, pictures=1))
    made = picture(session, report, event)
    waits = select(kept_back()).where(Media.id == made.id).select_from(Media)
    assert session.scalar(waits) is True
    workflow.apply(session, report, "approve", head, door="web")
    session.refresh(made)
    assert session.scalar(waits) is False
    assert report.state == "resolved"
    assert session.get_one(Event, made.event_id).action == "resolve"
