"""Every report has one place in every edition, whatever happens to reports and editions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, box
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, importing, placed, placing
from boundaries.importing import NewArea
from boundaries.models import Area, Assignment, Edition, ReportArea
from boundaries.routing import assign, route
from geo.database import build_engine
from geo.filters import Filters, apply_filters
from geo.geometry import element
from geo.models import Category, Report, Unit
from geo.settings import Settings
from tests.boundaries import points
from tests.boundaries.opened import receive

HOI_AN, TAM_KY, QUE_SON, NONG_SON = (108.338, 15.8794), (108.474, 15.5736), (108.22, 15.68), (108.03, 15.7)
FIRST = datetime(2019, 1, 1, tzinfo=UTC)  # before any edition


class Province:
    """Reports and editions as a history leaves them, and what must hold of their places at every moment."""

    def __init__(self, sessions: sessionmaker[Session], session: Session, settings: Settings, seed: int) -> None:
        self.sessions, self.session, self.settings = sessions, session, settings
        self.dice = np.random.default_rng(seed)
        self.categories = session.scalars(select(Category.id).order_by(Category.sensitive, Category.id)).all()
        self.unit = session.scalars(select(Unit.id).order_by(Unit.id)).first()
        shapes = session.scalars(select(func.ST_AsBinary(Area.geometry, type_=None)).where(Area.level == "district"))
        self.land = np.asarray(shapely.from_wkb([bytes(one) for one in shapes]), object)

    def add(self, number: int) -> None:
        """Reports in the province, at its borders, in the sea and beyond; some sensitive, from before the first day."""
        inside, over = points.uniform(self.dice, self.land[:18], number), points.beyond(self.dice, self.land, 5)
        near = points.near_borders(self.dice, self.land[:18], 5, 30)
        for lon, lat in zip(*(np.concatenate(pair) for pair in zip(inside, over, near, strict=True)), strict=True):
            spot = element(float(lon), float(lat))
            self.session.add(
                Report(
                    code=f"P{self.dice.integers(2**60):X}",
                    category_id=int(self.dice.choice([self.categories[0], self.categories[-1]])),
                    unit_id=self.unit,
                    content="x" * 20,
                    door="import",
                    point=spot,
                    public_point=spot,
                    state=str(self.dice.choice(["received", "closed", "withdrawn"])),
                    created_at=FIRST + timedelta(days=int(self.dice.integers(8 * 365))),
                )
            )
        self.session.flush()

    def place(self) -> None:
        """What the worker does."""
        self.session.commit()
        placing.keep(self.sessions, self.settings)
        self.session.expire_all()

    def check(self) -> None:
        """One place in each edition that routes; its areas part the reports; and so do those of then."""
        all_ids = set(self.session.scalars(select(Report.id)))
        for edition in editions.every(self.session):
            mine = self.session.scalars(select(ReportArea.report_id).where(ReportArea.edition_id == edition.id)).all()
            assert sorted(mine) == sorted(all_ids), edition.code
            assert self.parted(edition.code, [edition]) == len(all_ids)
        assert self.parted(placed.THEN, placed.asked(self.session, placed.THEN)) == len(all_ids)

    def parted(self, code: str, among: list[Edition]) -> int:
        """How many reports the areas of a level have together; that none is in two is part of it."""
        codes = {
            area
            for one in among
            for area in self.session.scalars(
                select(Area.code).where(Area.edition_id == one.id, Area.level == one.routing_level)
            )
        }
        found: list[int] = []
        for area in codes:
            asked = Filters(area=area, edition=code, inside=placed.inside(self.session, among, area))
            found += self.session.scalars(apply_filters(select(Report.id), asked)).all()
        assert len(found) == len(set(found))
        return len(found)


@pytest.mark.parametrize("seed", range(3))
def test_every_report_has_one_place_in_every_edition_whatever_happens(
    sessions: sessionmaker[Session], session: Session, settings: Settings, seed: int
) -> None:
    there = Province(sessions, session, settings, seed)
    there.add(40)
    there.place()
    there.check()
    there.add(10)
    ids = there.dice.permutation(session.scalars(select(Report.id)).all()).tolist()
    session.execute(delete(Report).where(Report.id.in_(ids[:8])))
    moved = element(*HOI_AN)
    session.execute(update(Report).where(Report.id.in_(ids[8:20])).values(point=moved, public_point=moved))
    there.place()
    there.check()
    hoi_an = session.scalars(
        select(ReportArea.area_code).where(
            ReportArea.report_id.in_(ids[8:20]), ReportArea.edition_id == editions.find(session, "2025-01").id
        )
    )
    assert set(hoi_an) == {"503"}
    _halves(session, "halves")
    editions.activate(session, "2025-01")
    there.place()
    there.check()
    _halves(session, "halves", recoded=True)
    there.add(5)
    there.place()
    there.check()
    session.execute(delete(Edition).where(Edition.code == "halves"))
    there.check()


def _halves(session: Session, code: str, *, recoded: bool = False) -> None:
    """A draft of two areas, the north and the south; or the same written anew with other codes."""
    edition = session.scalars(select(Edition).where(Edition.code == code)).one_or_none() or Edition(
        code=code,
        name="Hai nửa",
        state="draft",
        valid_from=datetime(2027, 1, 1, tzinfo=UTC).date(),
        routing_level="district",
        source="",
        licence="",
        attribution="",
        redistributable=True,
    )
    session.add(edition)
    # Corners a kilometre apart, as real borders have them: long lines are not the same in degrees and in metres.
    north, south = shapely.segmentize([box(107.2, 15.6, 108.8, 16.1), box(107.2, 14.9, 108.8, 15.6)], 0.01)
    names = ("901", "902") if recoded else ("801", "802")
    importing.write(
        session,
        edition,
        [
            NewArea("district", name, name, "huyện", None, False, MultiPolygon([shape]))
            for name, shape in zip(names, (north, south), strict=True)
        ],
    )


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
        _halves(session, "halves")
    with own.begin() as session:
        _halves(session, "halves", recoded=True)
        # Meanwhile the worker, which knows the areas of before alone.
        placing.keep(own, settings, edition="halves")
    placing.keep(own, settings, edition="halves")
    with own() as session:
        assert [one.area_code for one in session.scalars(select(ReportArea))] == ["901"]
    engine.dispose()
