"""Open reports over the whole province as they come in, for tests of what an edition does to them."""

from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from boundaries import editions, routing
from boundaries.models import Edition
from geo import codes, reports, workflow
from geo.details import Details
from geo.errors import OutsideError
from geo.models import Category, Event, Report, Unit
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.settings import Settings
from geo.transitions import Action

SECRET = b"a key for tests only"
TEXT = "Một câu đủ dài."
NONG_SON = (107.98, 15.68)  # 519, which 2025-01 gives to Quế Sơn (509)
HOI_AN = (108.338, 15.8794)  # 503
ROWS = """
    SELECT r.id, r.state, r.unit_id, r.area_code, r.commune_code, r.needs_confirmation, r.assignee_id,
        ARRAY(
            SELECT u.unit_id FROM report_units u WHERE u.report_id = r.id AND u.role = 'candidate' ORDER BY u.unit_id
        ),
        (SELECT (a.edition_id, a.area_code, a.unit_id, a.reason, a.distance, a.candidates)::text FROM assignments a
            WHERE a.report_id = r.id ORDER BY a.id DESC LIMIT 1)
    FROM reports r ORDER BY r.id
    """


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


def rows(session: Session) -> list[Any]:
    session.flush()
    return list(session.execute(text(ROWS)).all())


def unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def unit_of(session: Session, report: Report) -> str:
    session.refresh(report)
    return session.scalars(select(Unit.code).where(Unit.id == report.unit_id)).one()


def code_of(session: Session, unit_id: int) -> str:
    return session.scalars(select(Unit.code).where(Unit.id == unit_id)).one()


def lines(session: Session, report: Report) -> list[str]:
    return list(session.scalars(select(Event.action).where(Event.report_id == report.id).order_by(Event.id)))


def copy(session: Session, code: str, new: str, day: date) -> Edition:
    old = editions.find(session, code)
    names = ("routing_level", "source", "licence", "attribution", "redistributable")
    made = Edition(code=new, name=new, valid_from=day, **{name: getattr(old, name) for name in names})
    session.add(made)
    session.flush()
    session.execute(
        text("""
        INSERT INTO areas (edition_id, level, code, parent_code, name, kind, coastal, area_m2, geometry, outline)
        SELECT :new, level, code, parent_code, name, kind, coastal, area_m2, geometry, outline FROM areas
        WHERE edition_id = :old
        """),
        {"new": made.id, "old": old.id},
    )
    session.execute(
        text("""
        INSERT INTO area_parts (area_id, edition_id, level, geometry)
        SELECT b.id, :new, p.level, p.geometry FROM area_parts p JOIN areas a ON a.id = p.area_id
        JOIN areas b ON b.edition_id = :new AND b.level = a.level AND b.code = a.code WHERE p.edition_id = :old
        """),
        {"new": made.id, "old": old.id},
    )
    return made
