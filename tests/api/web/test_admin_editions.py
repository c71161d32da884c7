"""The administrator's page of one edition: what it is, what it would change, and the acts that put it in force."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from api import rerouting, undoing
from boundaries import activation, due, editions, lookup
from boundaries.models import Activation, Edition
from geo.models import Category, Report, Rule, Unit, User
from geo.settings import Settings

Make = Callable[..., Any]
PATH = "/admin/boundaries"
NONG_SON = (107.99, 15.70)  # the district that joined Quế Sơn


@pytest.fixture(autouse=True)
def administrator(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("administrator")
    sign_in(client, user)
    client.headers["accept"] = "text/html"
    return user


@pytest.fixture
def report(session: Session, settings: Settings, make_report: Make) -> Report:
    """An open report in Nông Sơn, with its committee."""
    made: Report = make_report(lon=NONG_SON[0], lat=NONG_SON[1], unit="ubnd-519", area_code="519")
    return made


def act(client: TestClient, code: str, action: str, page: str = "", **form: str) -> Any:
    shown = client.get(f"{PATH}/{code}{page}").text
    hidden = dict(re.findall(r'name="(token|seen)" value="([^"]*)"', shown))
    return client.post(f"{PATH}/{code}", data=hidden | {"action": action} | form)


def unit_of(session: Session, report: Report) -> str:
    session.expire_all()
    return session.get_one(Unit, session.get_one(Report, report.id).unit_id).code


def test_an_edition_is_shown_with_its_checks_and_what_it_changes(client: TestClient) -> None:
    page = client.get(f"{PATH}/2025-01").text
    assert "17 huyện, 233 xã" in page
    assert "Mọi đa giác hợp lệ" in page
    assert "So với 2020" in page
    assert re.search(
        r"<td>huyện: hợp nhất</td><td lang=\"vi\">huyện Quế Sơn \(509\), huyện Nông Sơn \(519\)</td>", page
    )
    assert '"outlines": "/api/v1/boundaries/2025-01/district?v=' in page
    assert "Xem trước và kích hoạt" in page
    assert "Hoàn tác" not in client.get(f"{PATH}/2020").text  # nothing was in force before it
    assert client.get(f"{PATH}/1802").status_code == 404


def test_rules_that_would_lose_their_area_are_listed_before_an_activation(client: TestClient, session: Session) -> None:
    category = session.scalars(select(Category).where(Category.code == "dien-chieu-sang")).one()
    unit = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
    for area in ("519", "503"):
        session.add(Rule(category_id=category.id, area_code=area, unit_id=unit.id, replaces=True, priority=0))
    session.flush()
    ahead = client.get(f"{PATH}/2025-01/activation").text
    assert "1 quy tắc điều phối sẽ không còn địa bàn" in ahead
    assert f"huyện Nông Sơn (519): {category.name} → {unit.name}" in ahead


def test_rules_that_would_get_other_ground_are_listed_before_an_activation(
    client: TestClient, session: Session
) -> None:
    category = session.scalars(select(Category).where(Category.code == "giao-thong")).one()
    unit = session.scalars(select(Unit).where(Unit.code == "so-xay-dung")).one()
    session.add(Rule(category_id=category.id, area_code="20401", unit_id=unit.id, replaces=True, priority=0))
    session.flush()
    ahead = client.get(f"{PATH}/2025-07/activation").text
    assert "1 quy tắc điều phối sẽ áp dụng cho địa bàn khác" in ahead
    assert f"phường Tân An → phường Hội An Tây (20401): {category.name} → {unit.name}" in ahead
    assert "trước 1,21 km², sau 17,83 km²" in ahead
    english = client.get(f"{PATH}/2025-07/activation?lang=en").text
    assert "1 routing rules will apply to other ground" in english
    assert "1.21 km² before, 17.83 km² after" in english


def test_units_that_could_not_see_their_reports_are_named_until_they_can(
    client: TestClient, session: Session, settings: Settings, report: Report, make_user: Make
) -> None:
    said = "1 đơn vị nhận phản ánh mà chưa ai xem được"
    ahead = client.get(f"{PATH}/2025-01/activation").text
    assert said in ahead
    assert '<span lang="vi">UBND huyện Quế Sơn</span>: 1 phản ánh' in ahead
    activation.activate(session, "2025-01", settings=settings)
    assert said in client.get(f"{PATH}/2025-01").text
    make_user("officer", unit="ubnd-509")
    assert said not in client.get(f"{PATH}/2025-01").text


def test_reports_that_an_older_release_left_behind_are_moved_by_the_worker(
    client: TestClient,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    report: Report,
    administrator: User,
) -> None:
    said = "có hiệu lực từ một bản phần mềm cũ"
    assert said not in client.get(f"{PATH}/2020").text  # nothing was in force before it
    editions.activate(session, "2025-01")  # as such a release did
    session.commit()
    assert said in client.get(f"{PATH}/2025-01").text
    ahead = client.get(f"{PATH}/2025-01/activation").text
    assert "Định tuyến lại theo 2025-01" in ahead
    assert re.search(r"<dd>1</dd><dt>chuyển sang đơn vị khác</dt>", ahead)
    assert "Hẹn giờ kích hoạt" not in ahead
    unsure = act(client, "2025-01", "reroute", "/activation")
    assert unsure.status_code == 422
    assert "Nếu định tuyến lại bây giờ" in unsure.text
    page = act(client, "2025-01", "reroute", "/activation", sure="true")
    assert "Đang định tuyến lại…" in page.text
    assert unit_of(session, report) == "ubnd-519"
    stamp = client.get(f"{PATH}/2025-01/state").json()["stamp"]
    for _again in range(2):  # a worker that was killed does it once more
        rerouting.do(sessions, settings, "2025-01", administrator.id)
    assert client.get(f"{PATH}/2025-01/state").json()["stamp"] != stamp
    page = client.get(f"{PATH}/2025-01?done=rerouting")
    assert "Đã định tuyến lại." in page.text
    assert said not in page.text
    assert unit_of(session, report) == "ubnd-509"
    assert session.scalars(select(Activation.user_id).where(Activation.counts.has_key("open"))).all() == [
        administrator.id
    ]
    assert client.get(f"{PATH}/2025-01/activation").status_code == 409


def test_it_is_previewed_activated_by_the_worker_and_undone(
    client: TestClient,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    report: Report,
    administrator: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ahead = client.get(f"{PATH}/2025-01/activation").text
    assert re.search(r"<dd>1</dd><dt>chuyển sang đơn vị khác</dt>", ahead)
    assert re.search(r"UBND huyện Nông Sơn</td><td lang=\"vi\">UBND huyện Quế Sơn</td><td class=\"num\">1<", ahead)
    unsure = act(client, "2025-01", "activate", "/activation")
    assert unsure.status_code == 422
    assert "Hãy đánh dấu vào ô xác nhận." in unsure.text
    assert "Nếu kích hoạt bây giờ" in unsure.text
    page = act(client, "2025-01", "activate", "/activation", sure="true")
    assert "Đang kích hoạt…" in page.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text
    assert f"user {administrator.id}: boundaries activate 2025-01" in caplog.text
    stamp = client.get(f"{PATH}/2025-01/state").json()["stamp"]
    assert due.activate(sessions, settings, datetime.now(UTC)) == ["2025-01"]
    assert client.get(f"{PATH}/2025-01/state").json()["stamp"] != stamp
    page = client.get(page.url.path + "?done=working")
    assert "Đã kích hoạt." in page.text
    assert "1 phản ánh đổi đơn vị" in page.text
    assert administrator.name in page.text
    assert unit_of(session, report) == "ubnd-509"
    # And back.
    undone = act(client, "2025-01", "undo", sure="true")
    assert "Đang hoàn tác…" in undone.text
    undoing.do(sessions, settings, "2025-01", administrator.id)
    assert "Đã hoàn tác; phiên bản lại là bản nháp." in client.get(f"{PATH}/2025-01?done=undoing").text
    assert unit_of(session, report) == "ubnd-519"
    kinds = select(Activation.kind, Activation.user_id).join(Edition, Edition.id == Activation.edition_id)
    rows = session.execute(kinds.where(Edition.code == "2025-01").order_by(Activation.id)).all()
    assert [tuple(row) for row in rows] == [("activate", administrator.id), ("undo", administrator.id)]
    # What was in force once stays in the history of reports, so it is not offered to be removed.
    assert "Xóa bản nháp" not in client.get(f"{PATH}/2025-01").text


def test_an_activation_is_scheduled_and_cancelled(client: TestClient, session: Session) -> None:
    assert f'min="{lookup.today().isoformat()}"' in client.get(f"{PATH}/2025-01/activation").text
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    page = act(client, "2025-01", "schedule", "/activation", day=tomorrow, hour="00:30")
    assert "Đã hẹn giờ kích hoạt." in page.text
    assert "Được kích hoạt lúc 00:30" in page.text
    assert "Hủy lịch" in client.get(PATH).text
    assert act(client, "2025-01", "unschedule").status_code == 200
    session.expire_all()
    assert editions.find(session, "2025-01").state == "draft"
    for day, hour, said in (
        ("", "", "Hãy chọn ngày và giờ."),
        ("2020-01-01", "00:00", "trong tương lai"),
        ("2126-01-01", "00:00", "trong tương lai"),
    ):
        refused = act(client, "2025-01", "schedule", "/activation", day=day, hour=hour)
        assert refused.status_code == 422
        assert said in refused.text
        assert "Hẹn giờ kích hoạt" in refused.text


def test_an_edition_of_the_future_is_scheduled_only(client: TestClient, session: Session) -> None:
    editions.find(session, "2025-07").valid_from = datetime.now(UTC).date() + timedelta(days=40)
    session.commit()
    ahead = client.get(f"{PATH}/2025-07/activation").text
    assert "Kích hoạt ngay" not in ahead
    assert "phiên bản này chỉ hiệu lực từ" in ahead
    assert act(client, "2025-07", "activate", "/activation", sure="true").status_code == 422


def test_what_hindered_an_activation_is_told(
    client: TestClient, session: Session, sessions: sessionmaker[Session], settings: Settings, administrator: User
) -> None:
    act(client, "2025-01", "activate", "/activation", sure="true")
    session.execute(text("DELETE FROM areas WHERE edition_id = (SELECT id FROM editions WHERE code = '2025-01')"))
    # As importing does, or the process would remember it so for the tests that follow.
    session.execute(text("UPDATE editions SET created_at = clock_timestamp() WHERE code = '2025-01'"))
    session.commit()
    assert due.activate(sessions, settings, datetime.now(UTC)) == []
    page = client.get(f"{PATH}/2025-01").text
    assert "Lần trước không thành:" in page
    assert "Máy chủ thử lại mỗi phút" in page
    assert "Đã hủy lịch" in act(client, "2025-01", "unschedule").text
    undoing.do(sessions, settings, "2020", administrator.id)
    assert "không hoàn tác được" in client.get(f"{PATH}/2020?done=undoing").text


def test_a_draft_is_removed_once_somebody_is_sure(client: TestClient, session: Session) -> None:
    assert act(client, "2025-07", "remove").status_code == 422
    assert "Đã xóa bản nháp." in act(client, "2025-07", "remove", sure="true").text
    assert session.scalar(select(Edition).where(Edition.code == "2025-07")) is None
    act(client, "2025-01", "schedule", "/activation", day="2027-01-01", hour="00:00")
    refused = act(client, "2025-01", "remove", sure="true")
    assert refused.status_code == 409
    assert "chỉ xóa được bản nháp" in refused.text
    assert act(client, "2025-01", "nonsense").status_code == 404


def test_two_administrators_at_once_are_told_so(client: TestClient, session: Session) -> None:
    shown = client.get(f"{PATH}/2025-01/activation").text
    form = dict(re.findall(r'name="(token|seen)" value="([^"]*)"', shown)) | {"sure": "true"}
    act(client, "2025-01", "schedule", "/activation", day="2027-01-01", hour="00:00")
    for action in ("activate", "remove", "undo"):
        refused = client.post(f"{PATH}/2025-01", data=form | {"action": action})
        assert refused.status_code == 409
        assert "Người khác vừa thay đổi phiên bản 2025-01." in refused.text
    assert client.post(f"{PATH}/2025-01", data=form | {"token": "x", "action": "activate"}).status_code == 403
