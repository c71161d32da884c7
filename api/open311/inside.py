"""What the key of a unit reads of the unit's reports before the public does, and more exactly."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import keys
from geo.models import ApiKey, Media, Report
from geo.permissions import visible

PRIVATE = {"Cache-Control": "private, no-store"}


def headers(key: ApiKey | None) -> dict[str, str]:
    """Of an answer that may hold what is not public."""
    return PRIVATE if keys.officers(key) else {}


def inside(session: Session, key: ApiKey | None, report_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Words as they were sent, the sender's own point, the commune and all pictures: columns of `select_public`.

    By report, of those alone that an officer of one of the key's units may see; never who sent them.
    """
    found: dict[int, dict[str, Any]] = {}
    for officer in keys.officers(key):
        query = select(
            Report.id,
            Report.content,
            Report.happened_at,
            Report.commune_code.label("commune"),
            func.ST_X(Report.point).label("lon"),
            func.ST_Y(Report.point).label("lat"),
        )
        rows = session.execute(visible(query.where(Report.id.in_(report_ids)), officer))
        found |= {row.id: {**row._mapping, "photos": [], "videos": []} for row in rows}
    pictures = select(Media.report_id, Media.kind, Media.key).where(Media.report_id.in_(found)).order_by(Media.id)
    for report_id, kind, name in session.execute(pictures):
        found[report_id]["photos" if kind == "photo" else "videos"].append(name)
    return found
