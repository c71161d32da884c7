"""Every report has one place in every edition, whatever happens to reports and editions."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, placed, placing
from boundaries.models import Area, Edition, ReportArea
from geo.filters import Filters, apply_filters
from geo.geometry import element
from geo.models import Category, Report, Unit
from geo.settings import Settings
from tests.boundaries import points
from tests.boundaries.halves import halves

HOI_AN = (108.338, 15.8794)
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
    halves(session, "halves")
    editions.activate(session, "2025-01")
    there.place()
    there.check()
    halves(session, "halves", recoded=True)
    there.add(5)
    there.place()
    there.check()
    session.execute(delete(Edition).where(Edition.code == "halves"))
    there.check()
