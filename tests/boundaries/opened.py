"""Open reports over the whole province as they come in, for tests of what an edition does to them."""

from typing import Any

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from boundaries import routing
from geo import codes, reports, workflow
from geo.details import Details
from geo.errors import OutsideError
from geo.models import Category, Report
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.settings import Settings
from geo.transitions import Action

SECRET = b"a key for tests only"
TEXT = "Một câu đủ dài."


def spots(session: Session, count: int, seed: int = 7) -> list[tuple[float, float, float]]:
    """Longitude, latitude and accuracy of pins in all districts and along their borders."""
    rng = np.random.default_rng(seed)
    rows = session.execute(
        text("""
        SELECT ST_X(p.geom), ST_Y(p.geom) FROM areas a JOIN editions e ON e.id = a.edition_id AND e.code = '2020',
        LATERAL ST_Dump(ST_GeneratePoints(a.geometry, :each, :seed)) p WHERE a.level = 'district'
        UNION ALL
        SELECT ST_X(p.geom), ST_Y(p.geom) FROM areas a JOIN editions e ON e.id = a.edition_id AND e.code = '2020',
        LATERAL ST_Dump(ST_GeneratePoints(ST_Buffer(ST_Boundary(a.geometry)::geography, 60)::geometry, 2, :seed)) p
        WHERE a.level = 'district' AND a.code IN ('509', '519', '515')
        """),
        {"each": max(1, count // 18), "seed": seed},
    ).all()
    return [(lon, lat, float(rng.choice([5, 20, 80]))) for lon, lat in rows]


def receive(
    session: Session, settings: Settings, lon: float, lat: float, accuracy: float | None = None, **values: str
) -> Report:
    """A report that comes in as intake takes it, without its doors."""
    draft = Draft("A B", "+84905123456", values.get("category", "giao-thong"), "Ổ gà lớn", lon, lat, "api")
    found = routing.route(
        session,
        lon,
        lat,
        accuracy=accuracy,
        category=draft.category,
        area=values.get("area"),
        settings=settings,
    )
    kind = reports.category(session, draft.category)
    report = reports.create(
        session,
        Draft(**(vars(draft) | {"accuracy": accuracy})),
        category=kind,
        unit_id=found.unit.id,
        area_code=found.area.code if found.area else None,
        commune_code=found.commune.code if found.commune else None,
        needs_confirmation=found.needs_confirmation,
        token=codes.token(),
        secret=SECRET,
    )
    routing.assign(session, report, found)
    workflow.apply(session, report, "receive", Actor("sender"), door="api", candidates=found.others)
    return report


def province(session: Session, settings: Settings, count: int = 60) -> list[Report]:
    """Received reports everywhere, one in five of them accepted, one in seven settled."""
    found = []
    kinds = session.scalars(select(Category.code).where(Category.active).order_by(Category.id)).all()
    for number, (lon, lat, accuracy) in enumerate(spots(session, count)):
        try:
            one = receive(session, settings, lon, lat, accuracy, category=kinds[number % len(kinds)])
        except OutsideError:
            continue  # a border's other side
        steps: tuple[Action, ...] = ("accept",) if number % 5 == 0 else ("reject",) if number % 7 == 0 else ()
        for step in steps:
            step_(session, one, step)
        found.append(one)
    session.flush()
    return found


def step_(session: Session, report: Report, action: Action, **details: Any) -> None:
    """One step by the program itself."""
    reason = {"reason": "khac"} if action == "reject" else {}
    said = Details(text=TEXT, **(reason | details))
    workflow.apply(session, report, action, SYSTEM, door="cli", details=said)
