"""The register of exports, as administrators read it."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from api.cli import root
from geo import exports
from geo.database import build_engine
from geo.exports import Order
from geo.models import Export, User

ORDER = Order("csv", 5899, ("state", "content"), {"category": "giao-thong"}, exact=True)


def test_an_administrator_sees_who_took_what(
    client: TestClient, session: Session, make_user: Callable[..., User], sign_in: Callable[[TestClient, User], None]
) -> None:
    planner = make_user("planner", email="quyhoach@example.vn")
    exports.note(session, planner, ORDER)
    exports.note(session, None, ORDER)
    assert client.get("/admin/exports").status_code == 401
    sign_in(client, planner)
    assert client.get("/admin/exports").status_code == 403
    mine = client.get("/planner").text
    assert "Các lần xuất của tôi" in mine
    assert "EPSG:5899" in mine
    client.cookies.clear()
    sign_in(client, make_user("administrator"))
    text = client.get("/admin/exports").text
    for said in ("quyhoach@example.vn", "người đọc không đăng nhập", "EPSG:5899", "vị trí chính xác"):
        assert said in text
    assert "category=giao-thong" in text


def test_downloads_of_anybody_push_nobody_out_of_sight(
    client: TestClient, session: Session, make_user: Callable[..., User], sign_in: Callable[[TestClient, User], None]
) -> None:
    exports.note(session, make_user("planner", email="quyhoach@example.vn"), ORDER)
    for _number in range(520):
        exports.note(session, None, Order("csv", 4326, ("state",), {}))
    sign_in(client, make_user("administrator"))
    text = client.get("/admin/exports").text
    assert "quyhoach@example.vn" in text
    assert text.count("người đọc không đăng nhập") == 100


def test_what_nobody_asks_for_any_more_is_forgotten(session: Session, make_user: Callable[..., User]) -> None:
    now = datetime.now(UTC)
    planner = make_user("planner")
    days = {(None, 29): True, (None, 31): False, (planner, 399): True, (planner, 401): False}
    made = {}
    for user, age in days:
        made[user, age] = one = exports.note(session, user, ORDER)
        one.created_at, one.state = now - timedelta(days=age), "expired"
    session.flush()
    exports.forget(session, now)
    session.expire_all()
    left = set(session.scalars(select(Export.id)))
    assert {
        key: one_id in left for key, one_id in ((key, inspect(one).identity[0]) for key, one in made.items())
    } == days


def test_the_register_comes_as_csv(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = build_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        user = User(role="planner", email="quyhoach@example.vn", name="Lê Thị Sen")
        session.add(user)
        session.flush()
        exports.ended(session, exports.note(session, user, ORDER).id, 12, "ready")
    engine.dispose()
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("QUANGNAM_DATA_DIR", str(tmp_path))
    out = tmp_path / "exports.csv"
    done = CliRunner().invoke(root, ["user", "exports", "--since", "2026-01-01", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8-sig") as file:
        [row] = csv.DictReader(file)
    assert row["user"] == "quyhoach@example.vn"
    assert (row["format"], row["crs"], row["exact"], row["rows"]) == ("csv", "5899", "True", "12")
    assert (row["filters"], row["fields"]) == ("category=giao-thong", "state content")
