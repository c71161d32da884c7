"""Reports as lists show them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

# A card with all its parts, which a script copies and fills.
BLANK = {
    "code": "",
    "category": {"code": "", "name": "–", "icon": "circle", "colour": "#555555"},
    "state": "received",
    "area": "–",
    "content": "–",
    "photo": "data:,",
    "created_at": datetime(2000, 1, 1, tzinfo=UTC),
    "recurrence": 2,
    "demo": True,
}


def cards(rows: Sequence[Row[Any]], categories: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `select_public` as a list shows them."""
    by_code = {one["code"]: one for one in categories}
    return [
        {
            "code": row.code,
            "category": by_code.get(row.category)
            or {"code": row.category, "name": row.category_name, "icon": "circle-help", "colour": "#555555"},
            "state": row.state,
            "area": row.area_name,
            "content": row.content,
            "photo": f"/media/{row.photos[0]}-small.jpg" if row.photos else None,
            "created_at": row.created_at,
            "recurrence": row.recurrence,
            "demo": row.demo,
        }
        for row in rows
    ]
