"""Where a report lies in each edition, and what changes it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, placed, placing
from boundaries.models import Area, Assignment, Edition, ReportArea
from boundaries.routing import assign, route
from geo.database import build_engine
from geo.filters import Filters, apply_filters
from geo.geometry import element
from geo.models import Report
from geo.settings import Settings
from tests.boundaries import points
from tests.boundaries.halves import halves
from tests.boundaries.opened import receive

HOI_AN, TAM_KY, NONG_SON = (108.338, 15.8794), (108.474, 15.5736), (108.03, 15.7)


def row(session: Session, report: Report, edition: str) -> tuple[str, str | None]:
    found = session.scalars(
        select(ReportArea).where(
            ReportArea.report_id == report.id, ReportArea.edition_id == editions.find(session, edition).id
        )
    ).one()
    return found.area_code, found.commune_code


def test_nothing_is_written_where_nothing_changed(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    make_report()
    session.commit()
    placing.keep(sessions, settings)
    written = "SELECT ctid::text FROM report_areas ORDER BY 1"
    first = session.connection().exec_driver_sql(written).all()
    placing.keep(sessions, settings)
    assert session.connection().exec_driver_sql(written).all() == first


def test_near_a_border_a_report_lies_where_its_sender_said_in_that_edition_alone(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    found = chosen_across(session, settings)
    report = make_report(lon=found["lon"], lat=found["lat"], area_code=found["area"], commune_code=None)
    routing = route(session, found["lon"], found["lat"], area=found["area"], settings=settings)
    assert routing.area is not None
    assert routing.area.code == found["area"]
    assign(session, report, routing)
    session.commit()
    placing.keep(sessions, settings)
    assert row(session, report, "2020") == (found["area"], None)
    assert row(session, report, "2025-01")[0] == found["plain"]
    # The officer's word is another assignment: the place follows.
    report.area_code = found["plain"]
    assign(session, report, route(session, found["lon"], found["lat"], settings=settings))
    session.commit()
    placing.keep(sessions, settings)
    assert row(session, report, "2020")[0] == found["plain"]


def test_what_was_chosen_near_a_border_stays_in_its_edition_when_another_one_routes_the_report(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    found = chosen_across(session, settings)
    report = make_report(lon=found["lon"], lat=found["lat"], area_code=found["area"], commune_code=None)
    assign(session, report, route(session, found["lon"], found["lat"], area=found["area"], settings=settings))
    session.commit()
    placing.keep(sessions, settings)
    editions.activate(session, "2025-01")
    assign(session, report, route(session, found["lon"], found["lat"], edition="2025-01", settings=settings))
    report.area_code = found["plain"]
    session.commit()
    placing.keep(sessions, settings)
    assert row(session, report, "2020") == (found["area"], None)
    assert row(session, report, "2025-01")[0] == found["plain"]


def chosen_across(session: Session, settings: Settings) -> dict[str, Any]:
    """A pin by a border of two districts of both editions, the area it lies in and the other one."""
    wkb = session.scalars(
        select(func.ST_AsBinary(Area.geometry, type_=None))
        .join(Area.edition)
        .where(Edition.code == "2020", Area.level == "district", Area.code == "503")
    ).one()
    for lon, lat in zip(
        *points.near_borders(np.random.default_rng(1), np.array([shapely.from_wkb(bytes(wkb))], object), 200, 20),
        strict=True,
    ):
        try:
            one = route(session, float(lon), float(lat), settings=settings)
        except Exception:
            continue
        others = [c.area.code for c in one.candidates if one.area and c.area.code != one.area.code]
        if others and one.area:
            return {"lon": float(lon), "lat": float(lat), "plain": one.area.code, "area": others[0]}
    raise AssertionError


def test_a_sensitive_report_lies_where_its_public_point_lies_and_nowhere_else(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    report = make_report(category="an-ninh-trat-tu", lon=HOI_AN[0], lat=HOI_AN[1], area_code="503")
    session.add(
        Assignment(
            report_id=report.id,
            edition_id=editions.find(session, "2020").id,
            area_code="503",
            unit_id=report.unit_id,
            reason="inside",
        )
    )
    report.public_point = element(*TAM_KY)
    session.commit()
    placing.keep(sessions, settings)
    assert row(session, report, "2020")[0] == "502"


def test_an_old_and_a_new_area_find_the_same_report(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    report = make_report(lon=NONG_SON[0], lat=NONG_SON[1])
    other = make_report(lon=HOI_AN[0], lat=HOI_AN[1])
    session.commit()
    placing.keep(sessions, settings)

    def found(edition: str, area: str) -> list[int]:
        among = placed.asked(session, edition)
        asked = Filters(area=area, edition=edition, inside=placed.inside(session, among, area))
        return list(session.scalars(apply_filters(select(Report.id), asked)))

    assert found("2020", "519") == [report.id]
    assert found("2025-01", "509") == [report.id]
    assert placed.inside(session, placed.asked(session, "2025-01"), "519") is None
    area, commune = row(session, report, "2025-07")
    assert area == commune
    assert found("2025-07", area) == [report.id]
    area, commune = row(session, other, "2020")
    assert area == "503"
    assert commune is not None
    assert found("2020", commune) == [other.id]


def test_a_later_edition_in_force_changes_nothing_of_then_for_reports_made_before_it(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    old, new = (make_report(lon=NONG_SON[0], lat=NONG_SON[1]) for _one in range(2))
    old.created_at = datetime(2024, 12, 31, 16, 59, 59, tzinfo=UTC)  # a second before the day in Vietnam
    new.created_at = datetime(2024, 12, 31, 17, 0, tzinfo=UTC)
    session.commit()
    placing.keep(sessions, settings)

    def then() -> dict[int, str]:
        here = placed.here(placed.asked(session, placed.THEN))
        rows = session.execute(select(Report.id, ReportArea.area_code).join(ReportArea, here))
        return {report: area for report, area in rows}  # noqa: C416 (rows are no pairs to the type checker)

    assert then() == {old.id: "519", new.id: "519"}
    editions.activate(session, "2025-01")
    assert then() == {old.id: "519", new.id: "509"}
    editions.activate(session, "2025-07")
    assert then() == {old.id: "519", new.id: "509"}


def test_areas_that_are_written_anew_while_reports_are_placed_have_the_last_word(
    fresh_database_url: str, settings: Settings
) -> None:
    engine = build_engine(fresh_database_url)
    own = sessionmaker(engine, expire_on_commit=False)
    with own.begin() as session:
        receive(session, settings, *HOI_AN)
        halves(session, "halves")
    with own.begin() as session:
        halves(session, "halves", recoded=True)
        # Meanwhile the worker, which knows the areas of before alone.
        placing.keep(own, settings, edition="halves")
    placing.keep(own, settings, edition="halves")
    with own() as session:
        assert [one.area_code for one in session.scalars(select(ReportArea))] == ["901"]
    engine.dispose()
