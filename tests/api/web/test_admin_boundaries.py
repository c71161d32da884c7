"""The administrator's pages of the boundaries: a file comes in, is reported on, and is written as it was checked."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions, incoming, unpacking
from boundaries.models import Area, Edition
from geo.models import User
from geo.settings import Settings
from tests.boundaries import as_files

Make = Callable[..., Any]
PATH = "/admin/boundaries"
OWN = {"edition": "2027-01", "name": "Sau sắp xếp năm 2027", "valid_from": "2027-01-01", "redistributable": "no"}


@pytest.fixture(autouse=True)
def administrator(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("administrator")
    sign_in(client, user)
    client.headers["accept"] = "text/html"
    return user


def token(client: TestClient) -> str:
    return client.get(PATH).text.partition('name="token" value="')[2].partition('"')[0]


def send(client: TestClient, data: bytes, file: str = "own.gpkg", **form: str) -> Any:
    return client.post(PATH, data=OWN | form | {"token": token(client)}, files={"file": (file, data)})


def decide(client: TestClient, report: Any, **form: str) -> Any:
    return client.post(report.url.path, data=form | {"token": token(client)})


def good(session: Session, folder: Path) -> bytes:
    return as_files.geopackage(as_files.frame(session, "2025-01"), folder)


def test_all_editions_are_shown_with_what_they_are_today(client: TestClient) -> None:
    page = client.get(PATH).text
    assert "Hôm nay:" in page
    assert "18 huyện, 241 xã" in page
    assert "78 xã" in page
    assert page.count("bản nháp</span>") == 2
    assert page.count("đang hiệu lực</span>") == 1
    assert "Tiếp theo: mở một bản nháp" in page


def test_before_there_is_any_edition_the_page_says_how_to_bring_one(client: TestClient, session: Session) -> None:
    for table in ("activations", "editions"):
        session.connection().exec_driver_sql(f"DELETE FROM {table}")
    session.commit()
    page = client.get(PATH).text
    assert "Chưa có địa giới nào" in page
    assert 'id="import" open' in page


def test_a_damaged_file_is_reported_with_its_place_and_nothing_is_written(
    client: TestClient, session: Session, tmp_path: Path
) -> None:
    data = as_files.geopackage(as_files.with_a_hole(as_files.frame(session, "2025-01")), tmp_path)
    report = send(client, data)
    assert (report.status_code, report.url.path.count("/")) == (200, 4)
    x, y = as_files.LAKE
    assert f"tại {x}, {y}." in report.text
    assert "Các cột được đoán: mã = MA; tên = TEN; loại = LOAI." in report.text
    assert f'"at": [{x}, {y}]' in report.text
    assert "Ghi thành bản nháp" not in report.text
    drawn = client.get(f"{report.url.path}/areas").json()
    assert len(drawn["features"]) == 17
    refused = decide(client, report, action="write")
    assert refused.status_code == 409
    assert "còn lỗi" in refused.text
    assert session.scalar(select(Edition).where(Edition.code == "2027-01")) is None


def test_a_good_file_becomes_a_draft_exactly_as_it_was_checked(
    client: TestClient, session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture, administrator: User
) -> None:
    report = send(client, good(session, tmp_path), source="Sở Nội vụ")
    assert "Tệp dùng được. Chưa có gì được ghi." in report.text
    assert session.scalar(select(Edition).where(Edition.code == "2027-01")) is None
    written = decide(client, report, action="write")
    assert written.url.path == f"{PATH}/2027-01"
    assert "Đã ghi thành bản nháp." in written.text
    edition = editions.find(session, "2027-01")
    assert (edition.state, edition.name, edition.source) == ("draft", OWN["name"], "Sở Nội vụ")
    assert (edition.redistributable, edition.valid_from.isoformat()) == (False, "2027-01-01")
    assert len(session.scalars(select(Area.id).where(Area.edition_id == edition.id)).all()) == 17
    assert f"user {administrator.id}: boundaries import 2027-01" in caplog.text
    assert client.get(report.url.path).status_code == 404


def test_another_level_is_added_to_the_draft_and_its_own_words_stay(
    client: TestClient, session: Session, tmp_path: Path
) -> None:
    decide(client, send(client, good(session, tmp_path)), action="write")
    form = client.get(f"{PATH}?edition=2027-01").text
    assert f'value="{OWN["name"]}"' in form
    communes = as_files.geopackage(as_files.frame(session, "2025-01", "commune"), tmp_path)
    page = decide(client, send(client, communes, file="xa.gpkg", redistributable=""), action="write").text
    assert "17 huyện, 233 xã" in page
    assert "Mọi đa giác hợp lệ" in page


def test_the_file_is_read_again_in_the_system_that_fits_with_one_press(
    client: TestClient, session: Session, tmp_path: Path
) -> None:
    areas = as_files.frame(session, "2025-01").to_crs(5899)
    report = send(client, as_files.shapefile(areas, tmp_path, without=(".prj",)), file="own.zip")
    assert "hãy chọn hệ tọa độ EPSG:5899" in report.text
    again = decide(client, report, crs="EPSG:5899")
    assert "17 huyện" in again.text
    assert "Ghi thành bản nháp" in again.text
    assert decide(client, again, crs="nonsense").status_code == 422
    assert "Không có cột" in (bad := decide(client, again, code_field="KHONG").text) or "không có cột" in bad


def test_a_column_that_was_guessed_wrongly_is_named_in_the_form(
    client: TestClient, session: Session, tmp_path: Path
) -> None:
    areas = as_files.frame(session, "2025-01").rename(columns={"MA": "GHICHU"}).assign(MA="1")
    report = send(client, as_files.geopackage(areas, tmp_path))
    assert "Mã 1 có 17 lần" in report.text
    assert "Ghi thành bản nháp" in decide(client, report, code_field="GHICHU").text


def test_what_the_form_lacks_is_said_before_the_file_is_read(
    client: TestClient, session: Session, tmp_path: Path
) -> None:
    data = good(session, tmp_path)
    for form, said in (
        ({"name": ""}, "cần tên và ngày hiệu lực"),
        ({"valid_from": "mai"}, "Ngày phải có dạng"),
        ({"edition": "của tỉnh"}, "Mã gồm chữ không dấu"),
        ({"edition": "2020"}, "đang hiệu lực nên không sửa được"),
        ({"tolerance": "nan"}, "Dung sai là số"),
        ({"level": "ấp"}, "trong danh sách"),
    ):
        refused = send(client, data, **form)
        assert refused.status_code in (409, 422), form
        assert said in refused.text
    assert "Hãy chọn một tệp." in client.post(PATH, data=OWN | {"token": token(client)}, files={"x": b""}).text
    assert client.post(PATH, data=OWN | {"token": "x"}, files={"file": ("own.gpkg", data)}).status_code == 403


def test_a_file_that_is_too_large_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST", 1_000)
    refused = send(client, b"SQLite format 3\0" + b"x" * 1_000)
    assert refused.status_code == 422
    assert "Tệp quá lớn" in refused.text


def test_nobody_else_comes_near(
    client: TestClient, session: Session, tmp_path: Path, make_user: Make, sign_in: Make
) -> None:
    report = send(client, good(session, tmp_path))
    sent = token(client)
    for role in ("operator", "planner"):
        sign_in(client, make_user(role))
        for path in (PATH, f"{PATH}/2020", f"{PATH}/2020/activation", f"{PATH}/2020/state", report.url.path):
            assert client.get(path).status_code == 403, path
        assert client.get(f"{report.url.path}/areas").status_code == 403
        assert client.post(PATH, data=OWN | {"token": sent}, files={"file": ("x.gpkg", b"x")}).status_code == 403
        for path in (f"{PATH}/2020", report.url.path):
            assert client.post(path, data={"token": sent, "action": "write"}).status_code == 403


def test_two_administrators_at_once_are_told_so(client: TestClient, session: Session, tmp_path: Path) -> None:
    data = good(session, tmp_path)
    first, second = send(client, data), send(client, data)
    decide(client, first, action="write")
    refused = decide(client, second, action="write")
    assert refused.status_code == 409
    assert "Người khác vừa thay đổi phiên bản 2027-01" in refused.text
    # Checked again, it is a file for the draft that the other one made.
    again = decide(client, second, name="Tên khác")
    assert decide(client, again, action="write").status_code == 200
    session.expire_all()
    assert editions.find(session, "2027-01").name == "Tên khác"


def test_a_file_is_forgotten_at_a_word_and_after_a_day(
    client: TestClient, session: Session, settings: Settings, tmp_path: Path
) -> None:
    report = send(client, good(session, tmp_path))
    assert "Đã bỏ tệp" in decide(client, report, action="forget").text
    assert client.get(report.url.path).status_code == 404
    send(client, good(session, tmp_path))
    kept = list((settings.media_dir / "boundaries").iterdir())
    assert len(kept) == 2
    incoming.sweep(settings, datetime.now(UTC))
    assert list((settings.media_dir / "boundaries").iterdir()) == kept
    incoming.sweep(settings, datetime.now(UTC) + timedelta(days=1, seconds=1))
    assert list((settings.media_dir / "boundaries").iterdir()) == []
    assert client.get(f"{PATH}/uploads/..%2f..%2fsecret").status_code == 404


def test_the_report_is_told_in_english(client: TestClient, session: Session, tmp_path: Path) -> None:
    report = send(client, as_files.geopackage(as_files.with_a_hole(as_files.frame(session, "2025-01")), tmp_path))
    english = client.get(f"{report.url.path}?lang=en").text
    assert "Columns that were guessed: code = MA; name = TEN; kind = LOAI." in english
    assert re.search(r"A gap of [\d,.]+ m² beside 510, at 107.55, 15.65\.", english)
