import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.bulk.importing import Summary, import_file
from boundaries.routing import route
from geo import deadlines
from geo.geometry import blur, position
from geo.models import Category, Event, Report, ReportUnit, Rule, Sender, Unit
from geo.secret import secret
from geo.senders import phone_hash, read
from geo.settings import Settings
from tests.api.bulk.rows import GOOD, TABLES, counts, reasons


def test_a_row_becomes_what_the_same_report_would(
    bring: Callable[..., Summary], session: Session, settings: Settings
) -> None:
    row = GOOD | {"accuracy": "12.5", "happened_at": "06/05/2024 08:00", "state": "in_progress", "name": "Lê Thị Mận",
                  "phone": "0905 123 456", "email": "man@example.vn"}  # fmt: skip
    assert bring(row) == Summary(1, 0, 0, None)
    report = session.scalars(select(Report)).one()
    found = route(session, 108.3301, 15.8801, accuracy=12.5, settings=settings)
    created = datetime(2024, 5, 6, 1, 30, tzinfo=UTC)
    category = report.category
    assert report.unit_id == found.unit.id
    assert found.area is not None
    assert found.commune is not None
    assert (
        (report.area_code, report.commune_code) == (found.area.code, found.commune.code) == ("503", report.commune_code)
    )
    assert report.created_at == report.published_at == created
    assert report.happened_at == datetime(2024, 5, 6, 1, 0, tzinfo=UTC)
    assert report.accept_due == deadlines.due(created, category.accept_hours)
    assert report.resolve_due == deadlines.due_in_days(created, category.resolve_days)
    assert position(report.point) == position(report.public_point) == (108.3301, 15.8801)
    assert (report.state, report.version, report.door, report.demo, report.accuracy) == (
        "in_progress", 2, "import", False, 12.5)  # fmt: skip
    assert report.code.startswith("QN-")
    sender = session.scalars(select(Sender)).one()
    contact = read(secret(settings), sender)
    assert (contact.name, contact.phone, contact.email) == ("Lê Thị Mận", "+84905123456", "man@example.vn")
    assert sender.phone_hash == phone_hash(secret(settings), "+84905123456")
    assert (sender.token_hash, sender.notice_version) == (None, "")
    steps = session.execute(select(Event.action, Event.from_state, Event.to_state).order_by(Event.id)).all()
    assert [tuple(step) for step in steps] == [
        ("receive", None, "received"),
        ("accept", "received", "in_progress"),
    ]
    line = session.execute(text("SELECT reason, unit_id, edition_id IS NOT NULL FROM assignments")).one()
    assert tuple(line) == ("inside", report.unit_id, True)


def test_received_is_not_published_and_needs_no_sender(bring: Callable[..., Summary], session: Session) -> None:
    bring(GOOD)
    report = session.scalars(select(Report)).one()
    assert (report.state, report.published_at, report.version) == ("received", None, 1)
    assert counts(session)["senders"] == 0


def test_a_sensitive_place_is_hidden(bring: Callable[..., Summary], session: Session) -> None:
    bring(GOOD | {"category": "An ninh trật tự"})
    report = session.scalars(select(Report)).one()
    assert position(report.public_point) == pytest.approx(blur(108.3301, 15.8801), abs=1e-9)
    assert position(report.point) == (108.3301, 15.8801)


def test_the_order_of_codes_tells_nothing_of_a_hidden_place(bring: Callable[..., Summary], session: Session) -> None:
    lon, lat = blur(108.3301, 15.8801)
    steps = (0.0009, -0.0009, 0.0002, -0.0002)
    rows = [GOOD | {"category": "an-ninh-trat-tu", "lon": lon + step, "lat": lat - step} for step in steps]
    bring(*rows)
    reports = session.scalars(select(Report).order_by(Report.id)).all()
    assert len({position(report.public_point) for report in reports}) == 1
    assert [position(report.point)[0] for report in reports] == pytest.approx([lon + step for step in steps])
    assert [report.code for report in reports] == sorted(report.code for report in reports)


def test_an_uncertain_border_names_its_candidates(
    bring: Callable[..., Summary], session: Session, settings: Settings
) -> None:
    lon, lat = session.execute(
        text(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(ST_Intersection(a.geometry, b.geometry)) AS p"
            " FROM areas a JOIN areas b USING (edition_id) JOIN editions e ON e.id = edition_id"
            " WHERE a.code = '503' AND b.code = '507' AND e.code = '2020'"
            " AND a.level = 'district' AND b.level = 'district') AS border"
        )
    ).one()
    single = route(session, lon, lat, settings=settings)
    assert single.needs_confirmation
    assert bring(GOOD | {"lon": lon, "lat": lat}).to_confirm == 1
    report = session.scalars(select(Report)).one()
    assert report.needs_confirmation
    assert report.unit_id == single.unit.id
    others = {candidate.unit.id for candidate in single.candidates} - {single.unit.id}
    assert set(session.scalars(select(ReportUnit.unit_id).where(ReportUnit.role == "candidate"))) == others
    kept = session.scalar(text("SELECT candidates FROM assignments"))
    assert {one["unit"] for one in kept} == {candidate.unit.code for candidate in single.candidates}


@pytest.mark.parametrize(
    ("encoding", "delimiter", "lon"),
    [
        ("utf-8", ",", "108.3301"),
        ("utf-8-sig", ";", "108,3301"),
        ("utf-8-sig", ",", "108.3301"),
        ("utf-8", "\t", "108.3301"),
    ],
)
def test_spreadsheets_of_all_kinds(
    bring: Callable[..., Summary], session: Session, encoding: str, delimiter: str, lon: str
) -> None:
    row = {"Lĩnh vực": "Giao thông", "Nội dung": 'Đường "hỏng";\nnhiều ổ gà, đi lại khó', "Kinh độ": lon,
           "Vĩ độ": "15.8801", "Ghi chú": "=1+1"}  # fmt: skip
    assert bring(row, encoding=encoding, delimiter=delimiter).stored == 1
    report = session.scalars(select(Report)).one()
    assert report.content == 'Đường "hỏng";\nnhiều ổ gà, đi lại khó'
    assert position(report.point) == (108.3301, 15.8801)


def feature(place: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": place, "properties": properties}


def test_geojson(own: Engine, settings: Settings, session: Session, tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [108.3301, 15.8801]}
    told = {name: GOOD[name] for name in ("category", "content", "created_at")}
    path = tmp_path / "reports.geojson"
    features = [
        feature(point, **told, accuracy=15, other={"nested": [1]}),
        feature(None, **told),
        feature({"type": "LineString", "coordinates": [[108, 15], [108.1, 15.1]]}, **told),
        feature({"type": "Point", "coordinates": [15.8801, 108.3301]}, **told),
        feature(point, **told | {"category": None}),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8-sig")
    summary = import_file(own, settings, path)
    assert summary.stored == 1
    assert list(reasons(summary)) == [2, 3, 4, 5]
    assert "đổi chỗ" in reasons(summary)[4]
    report = session.scalars(select(Report)).one()
    assert (position(report.point), report.accuracy) == ((108.3301, 15.8801), 15.0)
    assert report.created_at == datetime(2024, 5, 6, 1, 30, tzinfo=UTC)


def test_ids_do_not_meet_those_of_later_reports(bring: Callable[..., Summary], session: Session) -> None:
    bring(*[GOOD] * 3)
    last = session.scalar(text("SELECT max(id) FROM reports"))
    assert session.scalar(text("SELECT nextval(pg_get_serial_sequence('reports', 'id'))")) > last


def test_what_is_written_keeps_every_reference(bring: Callable[..., Summary], session: Session) -> None:
    bring(*[GOOD | {"name": "Lê Mận", "phone": "0905123456"}] * 5)
    keys = session.execute(
        text(
            "SELECT conrelid::regclass, conname FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY(CAST(:t AS regclass[]))"
        ),
        {"t": list(TABLES)},
    ).all()
    assert keys
    for table, name in keys:
        # Foreign keys are not checked row by row during an import; here they are, all at once.
        definition = session.scalar(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :n"), {"n": name}
        )
        session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {definition}"))
    assert session.scalar(text("SELECT bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'"))


def test_deadlines_of_every_category(bring: Callable[..., Summary], session: Session) -> None:
    session.execute(text("UPDATE categories SET accept_hours = id % 7 + 1"))
    session.commit()
    codes = session.scalars(select(Category.code)).all()
    start = datetime(2024, 2, 8, 1, tzinfo=UTC)  # the day before Tết
    bring(
        *[
            GOOD | {"category": code, "created_at": (start + timedelta(hours=5 * n)).isoformat()}
            for n, code in enumerate(codes)
        ]
    )
    for report in session.scalars(select(Report)):
        kind = report.category
        assert report.accept_due == deadlines.due(report.created_at, kind.accept_hours, urgent=kind.urgent)
        assert report.resolve_due == deadlines.due_in_days(report.created_at, kind.resolve_days, urgent=kind.urgent)
    assert session.scalar(select(Unit.code).join(Report).limit(1)) is not None


def test_rules_send_rows_where_they_send_reports(bring: Callable[..., Summary], session: Session) -> None:
    category, unit = (
        session.scalars(select(model.id).where(model.code == code)).one()
        for model, code in ((Category, GOOD["category"]), (Unit, "cong-ty-dien-luc"))
    )
    session.add(Rule(category_id=category, unit_id=unit, replaces=True))
    session.commit()
    bring(GOOD)
    report = session.scalars(select(Report)).one()
    assert (report.unit_id, report.needs_confirmation) == (unit, False)
    assert session.scalar(text("SELECT reason FROM assignments")) == "rule"
