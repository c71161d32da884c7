"""A power company's clerk without an account works from the letter's link."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import work_links, workflow
from geo.details import Details
from geo.models import Event, Report, Unit, WorkLink
from geo.permissions import SYSTEM

Make = Callable[..., Any]


@pytest.fixture
def report(session: Session, make_report: Make) -> Report:
    made: Report = make_report(unit="ubnd-503")
    company = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
    workflow.apply(session, made, "forward", SYSTEM, door="cli", details=Details(unit_id=company.id))
    return made


def token_of(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def test_the_link_leads_to_one_report_and_its_steps(client: TestClient, session: Session, report: Report) -> None:
    other_address = f"/work/reports/{report.code}"
    assert client.get(other_address).status_code == 404
    token = work_links.make(session, report)
    told = client.get(f"/work/{token}", follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (303, other_address)
    page = client.get(other_address).text
    assert report.content in page
    # The end of the number: a few digits alone may stand in a nonce.
    for name in ("Trần Thị Bưởi", "5123456", "5 123 456"):
        assert name not in page
    form = {"token": token_of(page), "version": report.version}
    assert client.post(f"{other_address}/accept", data=form).status_code == 200
    session.refresh(report)
    assert report.state == "in_progress"
    form = {"token": form["token"], "version": report.version, "text": "Đã thay bóng đèn."}
    assert client.post(f"{other_address}/resolve", data=form).status_code == 409  # without a picture
    shot = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(shot, "JPEG")
    client.post(f"{other_address}/resolve", data=form, files={"media": ("a.jpg", shot.getvalue(), "image/jpeg")})
    session.refresh(report)
    assert report.state == "resolved"
    doors = session.scalars(select(Event.door).where(Event.report_id == report.id).order_by(Event.id)).all()
    assert doors[-2:] == ["link", "link"]
    # Over HTTP the same cookie speaks, and for nothing that a link may not do.
    possible = client.get(f"/api/v1/reports/{report.code}/actions").json()["possible"]
    assert possible == []


def test_a_link_may_not_forward_nor_look_at_the_sender(client: TestClient, session: Session, report: Report) -> None:
    client.get(f"/work/{work_links.make(session, report)}", follow_redirects=False)
    page = client.get(f"/work/reports/{report.code}").text
    form = {"token": token_of(page), "version": report.version, "unit": "ubnd-502"}
    assert client.post(f"/work/reports/{report.code}/forward", data=form).status_code == 409
    assert client.get(f"/queue/{report.code}").status_code == 401


def test_it_ends_when_the_report_goes_on_or_the_time_is_over(
    client: TestClient, session: Session, report: Report
) -> None:
    token = work_links.make(session, report)
    client.get(f"/work/{token}", follow_redirects=False)
    link = session.scalars(select(WorkLink)).one()
    link.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    session.flush()
    assert client.get(f"/work/{token}").status_code == 404
    link.expires_at = datetime.now(UTC) + timedelta(days=1)
    session.flush()
    page = client.get(f"/work/reports/{report.code}").text
    form = {"token": token_of(page), "version": report.version, "text": "Không phải lưới điện của chúng tôi."}
    told = client.post(f"/work/reports/{report.code}/return", data=form, follow_redirects=False)
    assert told.headers["location"] == f"/reports/{report.code}"
    assert client.get(f"/work/reports/{report.code}").status_code == 404
    assert client.get(f"/work/{token}").status_code == 404
