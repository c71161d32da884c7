import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import geopandas
import pytest
from sqlalchemy.orm import Session

from geo.errors import InvalidError
from geo.filters import Filters, newest_first
from geo.models import Media, Report
from maps.export import Asked, check, rows, stream
from maps.features import select_public, to_feature

HOSTILE = "Đường \"hỏng\" \\ </script>`${x}`\n\ttab \u202e <img onerror=alert(1)> 'x' %s {y} \u2028 emoji 🚧"


def written(session: Session, filters: Filters | None = None) -> dict:
    return json.loads(b"".join(stream(session.connection(), Asked(filters or Filters()), "geojson")))


def as_text(value: object) -> object:
    if isinstance(value, dict):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(inner) for inner in value]
    return value.timestamp() if isinstance(value, datetime) else value


def test_features_are_those_of_the_public_projection(session: Session, make_report: Callable[..., Report]) -> None:
    make_report(content=HOSTILE, accepted=True, lon=108.123457, lat=15.876543)
    make_report(content="Chưa được tiếp nhận")
    make_report(category="an-ninh-trat-tu", content="Chỗ này là chuyện riêng", accepted=True)
    pictured = make_report(content="Có hình", accepted=True)
    session.add_all(Media(report_id=pictured.id, key=key, width=1, height=1) for key in ("zz", "aa"))
    session.flush()
    expected = [to_feature(row) for row in session.execute(newest_first(select_public()))]
    features = written(session)["features"]
    times = ("created_at", "happened_at", "deadline")
    for feature in features:
        for name in times:
            value = feature["properties"][name]
            feature["properties"][name] = value and datetime.fromisoformat(value)
    assert as_text(features) == as_text(expected)
    assert len(features) == 4
    assert [f["properties"]["photos"] for f in features if f["properties"]["photos"]] == [
        ["/media/zz.jpg", "/media/aa.jpg"]
    ]


def test_nothing_of_the_sender_and_nothing_unpublished(session: Session, make_report: Callable[..., Report]) -> None:
    make_report(content="Bí mật khi chưa tiếp nhận", name="Hồ Văn Kín", phone="+84912345678")
    make_report(category="an-ninh-trat-tu", content="Bí mật luôn luôn", accepted=True, name="Hồ Văn Kín")
    text = json.dumps(written(session), ensure_ascii=False)
    assert "Bí mật" not in text
    assert "Kín" not in text
    assert "912345678" not in text


def test_every_filter_narrows_as_the_list_does(session: Session, make_report: Callable[..., Report]) -> None:
    make_report(category="cay-xanh", area_code="503")
    make_report(category="giao-thong", area_code="502")
    for filters in (Filters(category=("cay-xanh",)), Filters(area="502"), Filters(state="received"), Filters(q="ổ gà")):
        codes = {row.code for row in session.execute(select_public(filters))}
        assert {feature["id"] for feature in written(session, filters)["features"]} == codes


def test_an_empty_answer_is_a_collection_too(session: Session) -> None:
    assert written(session, Filters(category=("none-such",))) == {"type": "FeatureCollection", "features": []}


def test_pieces_join_where_they_meet(
    session: Session, make_report: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(5):
        make_report()
    monkeypatch.setattr(rows, "TEXTS", 2)
    pieces = list(stream(session.connection(), Asked(), "geojson"))
    assert len(pieces) == 5  # the head, three pieces, the tail
    assert len(json.loads(b"".join(pieces))["features"]) == 5


def test_gdal_reads_it(session: Session, make_report: Callable[..., Report], tmp_path: Path) -> None:
    report = make_report(content=HOSTILE, accepted=True, lon=108.3301, lat=15.8801)
    path = tmp_path / "out.geojson"
    with path.open("wb") as file:
        file.writelines(stream(session.connection(), Asked(), "geojson"))
    frame = geopandas.read_file(path)
    assert frame.crs.to_epsg() == 4326
    row = frame[frame["id"] == report.code].iloc[0]
    assert (row.geometry.x, row.geometry.y) == (108.3301, 15.8801)
    assert row["content"] == report.content


def test_a_format_that_is_not_made_yet() -> None:
    check(Asked(), "geojson")
    with pytest.raises(InvalidError, match="geojson") as caught:
        check(Asked(), "dwg")
    assert caught.value.field == "format"
