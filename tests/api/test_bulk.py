import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.bulk import values
from api.bulk.importing import Summary, import_file
from boundaries.routing import route
from geo import deadlines, texts
from geo.database import build_engine
from geo.errors import InvalidError
from geo.geometry import blur, position
from geo.models import Category, Event, Report, ReportUnit, Sender, Unit
from geo.people import normalise_phone
from geo.settings import Settings

GOOD = {
    "category": "giao-thong",
    "content": "Ổ gà lớn trước cổng chợ",
    "lon": "108.3301",
    "lat": "15.8801",
    "created_at": "2024-05-06T08:30:00+07:00",
}
TABLES = ("reports", "events", "assignments", "report_units", "senders")


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(own: Engine) -> Iterator[Session]:
    with Session(own) as session:
        yield session


@pytest.fixture
def bring(own: Engine, settings: Settings, tmp_path: Path) -> Callable[..., Summary]:
    """Writes rows to a CSV file and imports it."""

    def run(*rows: dict[str, Any], delimiter: str = ",", encoding: str = "utf-8", name: str = "reports.csv") -> Summary:
        path = tmp_path / name
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, columns, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return import_file(own, settings, path)

    return run


def counts(session: Session) -> dict[str, int]:
    return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES}


def reasons(summary: Summary) -> dict[int, str]:
    assert summary.rejected_path is not None
    with summary.rejected_path.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}


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
    assert (sender.name, sender.phone, sender.email) == ("Lê Thị Mận", "+84905123456", "man@example.vn")
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


BAD = [
    ({"category": "giao-thongg"}, "giao-thong”?"),
    ({"category": ""}, "thiếu lĩnh vực"),
    ({"content": "  "}, "thiếu nội dung"),
    ({"content": "ngắn"}, "ngắn hơn 10"),
    ({"content": "x" * 5_001}, "dài hơn 5000"),
    ({"lon": "NaN"}, "hữu hạn"),
    ({"lon": "inf"}, "hữu hạn"),
    ({"lat": ""}, "hữu hạn"),
    ({"lat": "mười lăm"}, "hữu hạn"),
    ({"lon": "577453", "lat": "1722531"}, "mét"),
    ({"lon": "15.8801", "lat": "108.3301"}, "đổi chỗ"),
    ({"lon": "105.85", "lat": "21.03"}, "ngoài"),
    ({"accuracy": "-1"}, "accuracy"),
    ({"accuracy": "xa"}, "accuracy"),
    ({"created_at": "hôm qua"}, "created_at"),
    ({"created_at": "2999-01-01"}, "tương lai"),
    ({"happened_at": "1870-01-01"}, "trước năm 2000"),
    ({"state": "resolved"}, "trạng thái"),
    ({"name": "Lê Mận", "phone": "12345"}, "số điện thoại"),
    ({"name": "Lê Mận"}, "cả họ tên và số điện thoại"),
    ({"name": "Lê Mận", "phone": "0905123456", "email": "man@"}, "email"),
    ({"code": "một hai ba"}, "mã"),
]


def test_each_bad_row_is_set_aside_with_its_reason(bring: Callable[..., Summary], session: Session) -> None:
    rows = [GOOD, *(GOOD | change for change, _reason in BAD), GOOD]
    summary = bring(*rows)
    assert (summary.stored, summary.rejected) == (2, len(BAD))
    found = reasons(summary)
    assert list(found) == list(range(3, 3 + len(BAD)))
    for line, (change, reason) in enumerate(BAD, 3):
        assert reason in found[line].lower() or reason in found[line], (change, found[line])
    assert counts(session) == {"reports": 2, "events": 2, "assignments": 2, "report_units": 0, "senders": 0}


def test_a_row_has_all_its_reasons(bring: Callable[..., Summary]) -> None:
    summary = bring(GOOD | {"category": "", "content": "", "lon": ""})
    assert reasons(summary)[2].count(";") == 2


def test_rejected_rows_can_be_corrected_and_imported(
    bring: Callable[..., Summary], own: Engine, settings: Settings
) -> None:
    summary = bring(GOOD, GOOD | {"category": "giao-thongg"})
    assert summary.rejected_path is not None
    corrected = summary.rejected_path.with_name("corrected.csv")
    corrected.write_text(summary.rejected_path.read_text("utf-8-sig").replace("giao-thongg,", "giao-thong,"), "utf-8")
    assert import_file(own, settings, corrected) == Summary(1, 0, 0, None)


def test_rows_of_another_shape(own: Engine, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    good = "giao-thong,{},108.3301,15.8801\n"
    rows = [good.format("Ổ gà trước cổng chợ"), "a,b\n", "\n", good.format('"Ổ gà\nở chợ"'), "1,2,3,4,5,6\n"]
    path.write_text("category,content,lon,lat\n" + "".join(rows), "utf-8")
    summary = import_file(own, settings, path)
    assert summary.stored == 2
    assert reasons(summary) == {3: "số cột khác với dòng đầu", 6: "số cột khác với dòng đầu"}


def test_a_code_comes_once(bring: Callable[..., Summary], session: Session) -> None:
    first = GOOD | {"code": "qn 7k2m 9xq4"}
    assert bring(first, GOOD | {"code": "QN-7K2M-9XQ4"}, GOOD).stored == 2
    again = bring(first, GOOD | {"code": "QN-7K2M-9XQ5"})
    assert (again.stored, reasons(again)) == (1, {2: "mã này đã có"})
    assert {"QN-7K2M-9XQ4", "QN-7K2M-9XQ5"} < set(session.scalars(select(Report.code)))


BROKEN = [
    (b"", "reports.csv"),
    (b"lon,lat\n1,2\n", "reports.csv"),
    (b"category,content,lon,lat,LON\n", "reports.csv"),
    ("category,content,lon,lat\ngiao-thong,Đường hỏng nặng,108,15\n".encode("utf-16"), "reports.csv"),
    (b"category,content,lon,lat\ngiao-thong,\xff\xfe,108,15\n", "reports.csv"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "reports.csv"),
    (b"", "reports.geojson"),
    (b"{}", "reports.geojson"),
    (b"[1, 2]", "reports.geojson"),
    (b'{"type": "FeatureCollection", "features": [', "reports.geojson"),
    (b'{"type": "FeatureCollection", "features": []}', "reports.geojson"),
    (b"not GeoJSON", "reports.geojson"),
]


@pytest.mark.parametrize(("content", "name"), BROKEN)
def test_a_broken_file_is_refused_whole(
    own: Engine, settings: Settings, session: Session, tmp_path: Path, content: bytes, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidError):
        import_file(own, settings, path)
    assert set(counts(session).values()) == {0}
    assert [left.name for left in tmp_path.iterdir() if left.is_file()] == [name]


def test_a_file_that_breaks_late_leaves_nothing(
    own: Engine, settings: Settings, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "late.csv"
    row = ",".join(GOOD.values()) + "\n"
    # Longer than one block, so that batches were written before the fault is met.
    path.write_bytes((",".join(GOOD) + "\n" + row * 250_000).encode() + b"giao-thong,\xff\xff,108,15,2024-01-01\n")
    with pytest.raises(InvalidError, match="UTF-8"):
        import_file(own, settings, path)
    assert set(counts(session).values()) == {0}


def test_no_file(own: Engine, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"none\.csv"):
        import_file(own, settings, tmp_path / "none.csv")


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


def test_phones_as_single_reports_have_them() -> None:
    numbers = ["0905123456", "+84905123456", "84905123456", "0235 3852 811", "(0905) 123.456", "1900 1234",
               "0843123456", "0243123", "+1 202 555 0100", "O905123456", "", "0090512345", "0999999999"]  # fmt: skip

    def single(number: str) -> str | None:
        try:
            return normalise_phone(number)
        except InvalidError:
            return None

    found, wrong = values.phones(pd.Series(numbers, dtype="str"))
    assert [None if pd.isna(number) else number for number in found] == [single(number) for number in numbers]
    assert wrong.tolist() == [single(number) is None for number in numbers]


def test_texts_as_single_reports_have_them() -> None:
    spoilt = ["Đường  hỏng", " đầu", "cuối\t", "một\r\nhai\n\n\n\nba", "hướng\u202eđảo", "a\u0300 \u00a0 b",
              "\ufeffBOM", "sạch sẽ", "điều\x07khiển", "a\u2003b", "đã có\nxuống dòng"]  # fmt: skip
    for lines in (True, False):
        found = values.clean(pd.Series(spoilt, dtype="str"), lines=lines)
        assert found.tolist() == [texts.clean(word, lines=lines) for word in spoilt]


def test_moments() -> None:
    written = [
        "2024-01-02",
        "2024-01-02T03:04:05+07:00",
        "2024-01-02T03:04:05.5Z",
        "02/01/2024 10:00",
        "31/12/2023",
        "x",
    ]
    expected = [
        "2024-01-01 17:00",
        "2024-01-01 20:04:05",
        "2024-01-02 03:04:05.5",
        "2024-01-02 03:00",
        "2023-12-30 17:00",
        None,
    ]
    found = values.moments(pd.Series(written, dtype="str"))
    assert [None if pd.isna(moment) else moment for moment in found] == [
        moment and pd.Timestamp(moment) for moment in expected
    ]


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
