"""The committee of each area that routing ends at: a unit, made when the edition is loaded."""

from sqlalchemy import func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

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
    """A committee answers on the days of the active editions with its area; one that only drafts know, on no day."""
    session.execute(_SET_DAYS)
    session.expire_all()


# Commune codes live on in 2025-07 for other polygons: only the level that an edition routes to counts.
_SET_DAYS = text(
    """
    UPDATE units SET valid_from = days.first, valid_until = days.last
    FROM (
        SELECT a.code,
            coalesce(
                nullif(min(e.valid_from) FILTER (WHERE e.state = 'active'),
                       (SELECT min(valid_from) FROM editions WHERE state = 'active')),
                CASE WHEN bool_or(e.state = 'active') THEN NULL ELSE min(e.valid_from) END
            ) AS first,
            CASE WHEN NOT bool_or(e.state = 'active') THEN min(e.valid_from)
                 ELSE nullif(max(coalesce(e.valid_until, 'infinity')) FILTER (WHERE e.state = 'active'), 'infinity')
            END AS last
        FROM areas a JOIN editions e ON e.id = a.edition_id AND a.level = e.routing_level
        GROUP BY a.code
    ) days
    WHERE units.kind = 'committee' AND units.area_code = days.code
    """
)
