import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from boundaries import diff, editions, importing
from boundaries.models import Activation, Area, AreaPart, Edition
from geo.errors import ConflictError, NotFoundError, SetupError
from geo.models import Unit


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def empty(session: Session) -> None:
    session.execute(delete(Activation))
    session.execute(delete(Edition))


def test_a_new_installation_has_2020_active_and_two_drafts(session: Session) -> None:
    found = {one.code: (one.state, one.valid_from, one.valid_until) for one in editions.every(session)}
    assert found == {
        "2020": ("active", date(2020, 2, 1), None),
        "2025-01": ("draft", date(2025, 1, 1), None),
        "2025-07": ("draft", date(2025, 7, 1), None),
    }
    query = select(Edition.code, Area.level, func.count()).join(Area.edition).group_by(Edition.code, Area.level)
    assert {(code, level): count for code, level, count in session.execute(query)} == {
        ("2020", "district"): 18,
        ("2020", "commune"): 241,
        ("2020", "neighbour"): 4,
        ("2025-01", "district"): 17,
        ("2025-01", "commune"): 233,
        ("2025-01", "neighbour"): 4,
        ("2025-07", "commune"): 78,
        ("2025-07", "neighbour"): 3,
    }
    for one in editions.every(session):
        assert not one.redistributable
        assert "GADM" in one.source
        assert one.attribution


def test_every_area_is_whole_valid_and_has_parts_of_the_same_size(session: Session) -> None:
    bad = session.scalar(
        text("""
        SELECT count(*) FROM areas WHERE NOT ST_IsValid(geometry) OR NOT ST_IsValid(outline) OR ST_IsEmpty(outline)
            OR abs(ST_Area(geometry::geography) / area_m2 - 1) > 1e-6
        """)
    )
    assert bad == 0
    worst = session.scalar(
        text("""
        SELECT max(abs(p.size / ST_Area(ST_Transform(a.geometry, 32648)) - 1))
        FROM areas a JOIN (SELECT area_id, sum(ST_Area(geometry)) size FROM area_parts GROUP BY 1) p ON p.area_id = a.id
        """)
    )
    assert worst < 1e-9
    assert session.scalar(select(func.max(func.ST_NPoints(AreaPart.geometry)))) <= 64
    assert session.scalar(select(func.count()).where(~select(1).where(AreaPart.area_id == Area.id).exists())) == 0


def test_outlines_are_small_and_neighbours_still_share_them(session: Session) -> None:
    sizes = {
        (code, level): size
        for code, level, size in session.execute(
            text("""
            SELECT e.code, level, sum(length(ST_AsGeoJSON(outline, 5))) FROM areas JOIN editions e ON e.id = edition_id
            GROUP BY 1, 2
            """)
        )
    }
    assert sizes["2020", "district"] < 60_000
    assert sizes["2020", "commune"] < 250_000
    overlap = session.scalar(
        text("""
        SELECT sum(ST_Area(ST_Intersection(a.outline, b.outline))) FROM areas a JOIN areas b
        ON a.edition_id = b.edition_id AND a.level = b.level AND a.id < b.id AND ST_Intersects(a.outline, b.outline)
        WHERE a.level = 'district'
        """)
    )
    assert overlap == 0


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (108.3380, 15.8794, {"2020": {"503", "20410"}, "2025-01": {"503", "20410"}, "2025-07": {"20410"}}),
        (108.474, 15.5736, {"2020": {"502", "20335"}, "2025-01": {"502", "20335"}, "2025-07": {"20335"}}),
        (108.053, 15.7247, {"2020": {"519", "20656"}, "2025-01": {"509", "20656"}, "2025-07": {"20656"}}),  # Nông Sơn
        (108.5155, 15.957, {"2020": {"503", "20434"}, "2025-01": {"503", "20434"}, "2025-07": {"20434"}}),  # Chàm
        (108.1301, 15.0668, {"2020": {"516", "20956"}, "2025-01": {"516", "20956"}, "2025-07": {"20944"}}),  # Trà Don
    ],
)
def test_known_places(session: Session, lon: float, lat: float, expected: dict[str, set[str]]) -> None:
    query = text("""
        SELECT e.code, a.code FROM area_parts p JOIN areas a ON a.id = p.area_id JOIN editions e ON e.id = a.edition_id
        WHERE ST_Covers(p.geometry, ST_Transform(ST_SetSRID(ST_Point(:lon, :lat), 4326), 32648))
        """)
    found: dict[str, set[str]] = {}
    for edition, area in session.execute(query, {"lon": lon, "lat": lat}):
        found.setdefault(edition, set()).add(area)
    assert found == expected


def test_each_routed_area_has_its_committee(session: Session) -> None:
    missing = (
        select(func.count())
        .select_from(Area)
        .join(Area.edition)
        .where(Area.level == Edition.routing_level, ~select(1).where(Unit.code == "ubnd-" + Area.code).exists())
    )
    assert session.scalar(missing) == 0
    assert unit(session, "ubnd-503").name == "UBND thành phố Hội An"
    assert unit(session, "ubnd-507").name == "UBND thị xã Điện Bàn"
    # 20410 was phường Sơn Phong: its code lives on in another ward, which alone has a committee here.
    assert unit(session, "ubnd-20410").name == "UBND phường Hội An"
    assert session.scalar(select(func.count()).where(Unit.kind == "committee")) == 18 + 78


def test_loading_again_changes_nothing(session: Session) -> None:
    before = session.scalar(select(func.max(Area.id)))
    assert editions.load_defaults(session) is None
    assert session.scalar(select(func.max(Area.id))) == before


def test_without_the_default_data_the_database_stays_usable(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(session)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    lacking = editions.load_defaults(session)
    assert isinstance(lacking, SetupError)
    assert "quangnam boundaries import" in str(lacking)
    assert editions.every(session) == []
    with pytest.raises(SetupError, match="quangnam boundaries import"):
        editions.find(session)


def test_an_edition_is_found_by_name_whatever_its_state_else_by_day(session: Session) -> None:
    assert editions.find(session, "2025-07").state == "draft"
    assert editions.find(session).code == "2020"
    assert editions.find(session, on=date(2026, 1, 1)).code == "2020"
    with pytest.raises(NotFoundError, match="2025-07"):
        editions.find(session, "2031")
    with pytest.raises(NotFoundError, match="2020-01-31"):
        editions.find(session, on=date(2020, 1, 31))


@pytest.mark.parametrize("order", [("2025-01", "2025-07"), ("2025-07", "2025-01")])
def test_activation_leaves_no_day_without_an_edition_nor_with_two(session: Session, order: tuple[str, str]) -> None:
    for code in order:
        editions.activate(session, code)
    found = [(one.code, one.valid_from, one.valid_until) for one in editions.every(session)]
    assert found == [
        ("2020", date(2020, 2, 1), date(2025, 1, 1)),
        ("2025-01", date(2025, 1, 1), date(2025, 7, 1)),
        ("2025-07", date(2025, 7, 1), None),
    ]
    days = [date(2024, 6, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [editions.find(session, on=day).code for day in days] == ["2020", "2020", "2025-01", "2025-01", "2025-07"]


def test_committees_answer_on_the_days_of_their_editions(session: Session) -> None:
    nong_son, que_son, hoi_an = (unit(session, code) for code in ("ubnd-519", "ubnd-509", "ubnd-20410"))
    assert (nong_son.valid_from, nong_son.valid_until) == (None, None)
    assert hoi_an.valid_from == hoi_an.valid_until  # known to a draft alone: on no day
    editions.activate(session, "2025-01")
    assert nong_son.valid_until == date(2025, 1, 1)
    assert que_son.valid_until is None
    editions.activate(session, "2025-07")
    assert que_son.valid_until == date(2025, 7, 1)
    assert (hoi_an.valid_from, hoi_an.valid_until) == (date(2025, 7, 1), None)


def test_activating_twice_is_the_same_as_once(session: Session) -> None:
    first = editions.activate(session, "2025-01").activated_at
    assert editions.activate(session, "2025-01").activated_at == first


def test_an_edition_that_cannot_route_is_not_activated(session: Session) -> None:
    values = {"name": "x", "routing_level": "district", "source": "", "licence": "", "attribution": ""}
    session.add(Edition(code="empty", valid_from=date(2030, 1, 1), redistributable=True, **values))
    with pytest.raises(ConflictError, match="chưa có đơn vị hành chính"):
        editions.activate(session, "empty")
    session.add(Edition(code="twin", valid_from=date(2020, 2, 1), redistributable=True, **values))
    session.flush()
    copy = text("""
        INSERT INTO areas (edition_id, level, code, name, kind, coastal, area_m2, geometry, outline)
        SELECT t.id, level, a.code, a.name, kind, coastal, area_m2, geometry, outline
        FROM areas a, editions e, editions t
        WHERE a.edition_id = e.id AND e.code = '2020' AND t.code = 'twin' AND level = 'district'
        """)
    session.execute(copy)
    with pytest.raises(ConflictError, match="2020"):
        editions.activate(session, "twin")


def test_an_active_edition_never_changes(session: Session) -> None:
    with pytest.raises(ConflictError, match="đang hiệu lực"):
        importing.write(session, editions.find(session, "2020"), [])


def test_a_diff_tells_what_became_of_each_area(session: Session) -> None:
    old, new = (editions.find(session, code) for code in ("2020", "2025-01"))
    changes = diff.diff(session, old, new)
    said = {(one.level, one.what, tuple(a.name for a in one.old), tuple(a.name for a in one.new)) for one in changes}
    assert ("district", "merged", ("Quế Sơn", "Nông Sơn"), ("Quế Sơn",)) in said
    assert ("district", "kept", ("Hội An",), ("Hội An",)) in said
    assert ("commune", "merged", ("Hiệp Hòa", "Hiệp Thuận"), ("Quế Tân",)) in said
    assert ("commune", "renamed", ("Quế Trung",), ("Trung Phước",)) in said
    assert ("commune", "moved", ("Quế Lâm",), ("Quế Lâm",)) in said
    counts = {what: sum(one.what == what and one.level == "commune" for one in changes) for what in diff.WHATS}
    assert counts == {
        "kept": 216, "renamed": 6, "recoded": 0, "moved": 3, "redrawn": 0, "merged": 8, "split": 0, "new": 0, "gone": 0,
    }  # fmt: skip
    back = {
        (one.what, tuple(a.name for a in one.old), tuple(a.name for a in one.new))
        for one in diff.diff(session, new, old)
    }
    assert ("split", ("Quế Tân",), ("Hiệp Hòa", "Hiệp Thuận")) in back
    assert all(one.what == "kept" for one in diff.diff(session, old, old))


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("2020", "district"),
        ("2020", "commune"),
        ("2025-01", "district"),
        ("2025-01", "commune"),
        ("2025-07", "commune"),
    ],
)
def test_outlines_of_neighbours_leave_no_gap_and_do_not_overlap(session: Session, code: str, level: str) -> None:
    areas = session.scalars(select(Area).join(Edition).where(Edition.code == code, Area.level == level)).all()
    outlines, whole = ([to_shape(getattr(area, name)) for area in areas] for name in ("outline", "geometry"))
    assert shapely.coverage_is_valid(np.array(outlines, object))

    def holes(shapes: list[shapely.Geometry]) -> int:
        return sum(len(part.interiors) for part in shapely.get_parts(shapely.union_all(shapes)))

    assert holes(outlines) == holes(whole)
