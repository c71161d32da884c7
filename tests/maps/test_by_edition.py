"""Statistics by the areas of any edition and of then: against pandas, and they always add up."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, placed, placing
from boundaries.models import Edition, ReportArea
from geo.filters import Filters, apply_filters
from geo.geometry import BBox
from geo.models import Category, Report
from geo.permissions import PUBLIC, visible
from geo.settings import Settings
from maps.density import total
from maps.statistics import by_area, summary
from maps.statistics.performance import Question, performance
from tests import histories
from tests.histories import LOCAL

NOW = datetime(2025, 3, 20, 12, tzinfo=LOCAL)
EDITIONS = ("2020", "2025-01", "2025-07", placed.THEN)
SPREAD = """
    UPDATE reports SET public_point = spot.point, point = spot.point
    FROM (
        SELECT id, ST_SetSRID(ST_MakePoint(107.4 + id % 97 / 90.0, 15.1 + id % 89 / 100.0), 4326) AS point FROM reports
    ) AS spot
    WHERE spot.id = reports.id
"""


@pytest.fixture
def histories_placed(sessions: sessionmaker[Session], session: Session, settings: Settings) -> Session:
    """Two thousand reports of two years in all districts and beyond, before and after 1 January 2025, placed."""
    histories.fill(session, 2_000, seed=11)
    session.execute(text(SPREAD))
    editions.activate(session, "2025-01")
    session.commit()
    placing.keep(sessions, settings)
    return session


def told(session: Session, code: str) -> pd.DataFrame:
    """The public reports with their area in an edition, as somebody with the raw rows would find it."""
    reports = pd.read_sql("SELECT id, created_at, state, demo, category_id FROM reports", session.connection())
    rows = pd.read_sql("SELECT report_id AS id, edition_id, area_code FROM report_areas", session.connection())
    ids = {one.code: one.id for one in editions.every(session)}
    if code == placed.THEN:
        day = reports["created_at"].dt.tz_convert(LOCAL).dt.tz_localize(None)
        reports["edition_id"] = ids["2020"]
        reports.loc[day >= "2025-01-01", "edition_id"] = ids["2025-01"]
    else:
        reports["edition_id"] = ids[code]
    mine = reports[(reports["state"] != "withdrawn") & ~reports["demo"]]
    return mine.merge(rows, on=["id", "edition_id"], how="left", validate="one_to_one")


@pytest.mark.parametrize("code", EDITIONS)
def test_counts_and_figures_by_area_are_those_of_the_raw_rows(histories_placed: Session, code: str) -> None:
    session = histories_placed
    raw = told(session, code)
    assert raw["area_code"].notna().all()
    expected = raw.groupby("area_code").size().to_dict()
    found = by_area(session, Filters(edition=code), editions.find(session, "2020"), demo=False)
    assert {one.code: one.count for one in found.areas if one.count} == expected
    assert found.unplaced == 0
    assert len(expected) > 10
    rows = performance(session, Question(Filters(edition=code), (("area",),)), now=NOW)
    received = {row.area: row.figures["received"] for row in rows.tables["area",]}
    known = raw[raw["created_at"] < NOW]
    assert {area: count for area, count in received.items() if count} == known.groupby("area_code").size().to_dict()
    assert sum(received.values()) == rows.total.figures["received"] == len(known) > 1_000


@pytest.mark.parametrize("code", EDITIONS)
def test_areas_and_what_is_not_placed_yet_add_up_under_any_filter(histories_placed: Session, code: str) -> None:
    session = histories_placed
    some = select(Report.id).where(Report.id % 7 == 0)
    session.execute(ReportArea.__table__.delete().where(ReportArea.report_id.in_(some)))  # type: ignore[attr-defined]
    kind = session.scalars(select(Category.code).order_by(Category.sensitive.desc(), Category.id)).first()
    for more in (
        {},
        {"category": (kind,)},
        {"state": "closed"},
        {"since": datetime(2024, 12, 1, tzinfo=UTC), "until": datetime(2025, 2, 1, 5, tzinfo=UTC)},
        {"bbox": BBox(107.9, 15.5, 108.4, 15.9)},
    ):
        asked = Filters(edition=code, **more)  # type: ignore[arg-type]
        found = by_area(session, asked, editions.find(session, "2020"), demo=False)
        whole = summary(session, asked, period="month", demo=False)["total"]
        assert sum(one.count for one in found.areas) + found.unplaced == whole
        assert found.unplaced > 0
    rows = performance(session, Question(Filters(edition=code), (("area",), ("area", "category"))), now=NOW)
    for table in rows.tables.values():
        for name in ("received", "handled", "open", "rated"):
            assert sum(row.figures[name] for row in table) == rows.total.figures[name]
        assert any(row.area is None for row in table) or table is rows.tables[()]


@pytest.mark.parametrize("code", EDITIONS)
def test_the_areas_of_an_edition_part_the_reports_whatever_asks(histories_placed: Session, code: str) -> None:
    session = histories_placed
    among = placed.asked(session, code)
    found = by_area(session, Filters(edition=code), editions.find(session, "2020"), demo=False)
    listed: list[int] = []
    for one in found.areas:
        asked = Filters(edition=code, area=one.code, inside=placed.inside(session, among, one.code))
        query = visible(apply_filters(select(Report.id), asked), PUBLIC).where(~Report.demo)
        mine = session.scalars(query).all()
        assert len(mine) == one.count
        if one.count:
            # The map counts cells, the table kinds: both by the same rows.
            assert total(session, asked, demo=False) == one.count
        listed += mine
    everybody = visible(select(Report.id), PUBLIC).where(~Report.demo)
    assert sorted(listed) == sorted(session.scalars(everybody).all())


def test_without_an_edition_a_report_counts_where_it_was_routed_and_the_sum_holds(
    histories_placed: Session,
) -> None:
    session = histories_placed
    edition = session.scalars(select(Edition).where(Edition.code == "2025-07")).one()
    found = by_area(session, Filters(), edition, demo=False)
    # All went to districts that this edition has no more: they are found by their places; a third went nowhere at all.
    whole = summary(session, Filters(), period="month", demo=False)["total"]
    assert sum(one.count for one in found.areas) + found.unplaced == whole
    nowhere = visible(select(Report.id), PUBLIC).where(~Report.demo, Report.area_code.is_(None))
    assert found.unplaced == len(session.scalars(nowhere).all())
