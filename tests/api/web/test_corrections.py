"""Corrections of borders in the administration, over HTTP and without scripts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from fastapi.testclient import TestClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from boundaries import activation, corrections, editions, settlements
from boundaries.metric import to_degrees
from boundaries.models import Correction, ReportArea
from geo.settings import Settings
from tests.api.web.administering import post
from tests.boundaries.settling import settling

Make = Callable[..., Any]


def test_a_suggestion_is_applied_undone_and_applied_again(
    client: TestClient,
    session: Session,
    settings: Settings,
    make_report: Make,
    make_user: Make,
    sign_in: Make,
) -> None:
    settling(session, settings, make_report)(3)
    sign_in(client, make_user("administrator"))
    page = client.get("/admin/corrections").text
    assert "3 phản ánh từ 2 số điện thoại được xác nhận ở đây" in page
    assert "hai số có thể là của một người" in page
    config = orjson.loads(page.partition('id="config">')[2].partition("</script>")[0])
    (place,) = config["places"]
    assert (place["properties"]["state"], place["geometry"]["type"]) == ("suggested", "Polygon")
    assert "ghim tiếp theo ở đây sẽ chắc chắn" in post(client, "corrections", key=place["id"], action="accept").text
    row = session.scalars(select(Correction)).one()
    assert (row.state, row.area_code) == ("accepted", "507")
    assert "Đã hoàn tác" in post(client, "corrections", key=str(row.id), action="undo").text
    session.refresh(row)
    assert row.state == "undone"
    post(client, "corrections", key=str(row.id), action="accept")
    session.refresh(row)
    assert row.state == "accepted"


def test_what_was_applied_is_told_before_another_edition_comes_and_then_listed_with_the_name_of_its_own(
    client: TestClient, session: Session, settings: Settings, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    settling(session, settings, make_report)(3)
    user = make_user("administrator")
    then = editions.find(session, "2020")
    row = corrections.decide(session, then, settlements.suggestions(session, then)[0], accepted=True, user_id=user.id)
    sign_in(client, user)
    assert "hiện không có hiệu lực" not in client.get("/admin/corrections").text
    ahead = client.get("/admin/boundaries/2025-01/activation", headers={"accept": "text/html"}).text
    assert "1 điều chỉnh ranh giới đang áp dụng sẽ không còn áp dụng" in ahead
    assert '<a href="/admin/corrections">' in ahead.partition("1 điều chỉnh ranh giới")[2].partition("</p>")[0]
    activation.activate(session, "2025-01", settings=settings)
    page = client.get("/admin/corrections").text
    assert f"của phiên bản {then.name}, hiện không có hiệu lực" in page
    assert "Đã hoàn tác" in post(client, "corrections", key=str(row.id), action="undo").text
    session.refresh(row)
    assert row.state == "undone"


def test_the_page_reads_what_was_settled_once(
    client: TestClient, session: Session, settings: Settings, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    settling(session, settings, make_report)(3)
    sign_in(client, make_user("administrator"))
    asked: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert "Gợi ý" in client.get("/admin/corrections").text
    assert len([one for one in asked if "FROM assignments" in one]) == 1


def test_what_is_no_suggestion_any_more_is_refused(client: TestClient, make_user: Make, sign_in: Make) -> None:
    sign_in(client, make_user("administrator"))
    for key in ("0123456789abcdef", "9", "x"):
        assert "không còn nữa" in post(client, "corrections", key=key, action="accept").text


def test_a_decision_has_the_reports_in_its_place_counted_anew_and_no_others(
    client: TestClient, session: Session, settings: Settings, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    settling(session, settings, make_report)(3)
    then = editions.find(session, "2020")
    then.placed_until = datetime(2026, 1, 1, tzinfo=UTC)
    (one,) = settlements.suggestions(session, then)
    lon, lat = to_degrees(np.array([one.polygon.centroid.x]), np.array([one.polygon.centroid.y]))
    here, far = make_report(lon=float(lon[0]), lat=float(lat[0])), make_report(lon=108.474, lat=15.5736)
    session.add_all(ReportArea(report_id=it.id, edition_id=then.id, area_code="519") for it in (here, far))
    sign_in(client, make_user("administrator"))

    def areas() -> list[str]:
        session.expire_all()
        assert then.placed_until == datetime(2026, 1, 1, tzinfo=UTC)
        return [session.get_one(ReportArea, (it.id, then.id)).area_code for it in (here, far)]

    post(client, "corrections", key=one.key, action="decline")
    assert areas() == ["519", "519"]
    row = session.scalars(select(Correction)).one()
    post(client, "corrections", key=str(row.id), action="accept")
    assert areas() == ["507", "519"]
    post(client, "corrections", key=str(row.id), action="undo")
    assert areas() == ["503", "519"]
