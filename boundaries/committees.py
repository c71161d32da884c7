"""The committee of each area that routing ends at: a unit, made when the edition is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from boundaries.models import Area, Edition
from geo.models import Unit

PREFIX = "ubnd-"  # a unit's code is this and its area's


def name(kind: str, area: str) -> str:
    """What a committee is called: UBND thành phố Hội An."""
    return f"UBND {kind} {area}"


def create(session: Session, edition: Edition) -> None:
    """Makes the committees that an edition needs and that are not there yet, and sets the days of all of them."""
    needed = select(
        literal(PREFIX) + Area.code, func.concat("UBND ", Area.kind, " ", Area.name), literal("committee"), Area.code
    ).where(Area.edition_id == edition.id, Area.level == edition.routing_level)
    columns = ["code", "name", "kind", "area_code"]
    session.execute(insert(Unit).from_select(columns, needed).on_conflict_do_nothing(index_elements=["code"]))
    set_days(session)


def set_days(session: Session) -> None:
    """A committee answers on the days of the active editions with its area; one that only drafts know, on no day.

    It is there on the days between two such editions as well: a unit has one beginning and one end.
    """
    session.execute(_SET_DAYS, {"edition": None, "active": None})
    session.expire_all()


@contextmanager
def days_if(session: Session, edition: Edition, *, active: bool) -> Iterator[None]:
    """For a while the session's units have the days that `set_days` would give them were an edition active, or not.

    Nothing is written, so nobody waits for it. Statements that ask the database for days do not see it.
    """
    rows = session.execute(text(_DAYS), {"edition": edition.id, "active": active})
    days = {row.code: {"valid_from": row.first, "valid_until": row.last} for row in rows}
    units = session.scalars(select(Unit)).all()  # kept here: a session forgets what nobody holds
    for unit in units:
        if unit.kind == "committee" and unit.area_code in days:
            for name, day in days[unit.area_code].items():
                set_committed_value(unit, name, day)
    try:
        yield
    finally:
        for unit in units:
            session.expire(unit)


# Each active edition ends where the next one begins. Commune codes live on in 2025-07 for other polygons: only the
# level that an edition routes to counts.
_DAYS = """
    WITH terms AS (
        SELECT id, routing_level, valid_from, active,
            CASE WHEN active THEN lead(valid_from) OVER (PARTITION BY active ORDER BY valid_from) END AS valid_until
        FROM (
            SELECT *, CASE WHEN id = :edition THEN :active ELSE state = 'active' END AS active FROM editions
        ) AS supposed
    )
    SELECT a.code,
        coalesce(
            nullif(min(e.valid_from) FILTER (WHERE e.active), (SELECT min(valid_from) FROM terms WHERE active)),
            CASE WHEN bool_or(e.active) THEN NULL ELSE min(e.valid_from) END
        ) AS first,
        CASE WHEN NOT bool_or(e.active) THEN min(e.valid_from)
             ELSE nullif(max(coalesce(e.valid_until, 'infinity')) FILTER (WHERE e.active), 'infinity')
        END AS last
    FROM areas a JOIN terms e ON e.id = a.edition_id AND a.level = e.routing_level
    GROUP BY a.code
    """
_SET_DAYS = text(
    f"""
    UPDATE units SET valid_from = days.first, valid_until = days.last FROM ({_DAYS}) days
    WHERE units.kind = 'committee' AND units.area_code = days.code
    """  # noqa: S608 (a constant)
)
