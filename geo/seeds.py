"""The categories and units a new installation begins with (process.md's lists, as data)."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.models import Category, Unit

IOC = "ioc"
_DATA = Path(__file__).parent / "data"


def seed(session: Session) -> None:
    """Adds the categories and units that are not there yet; what an administrator changed stays."""
    for position, row in enumerate(_rows("categories")):
        values: dict[str, Any] = row | {
            "position": position,
            "sensitive": row["sensitive"] == "true",
            "urgent": row["urgent"] == "true",
            "visible": row["visible"] == "true",
            "accept_hours": int(row["accept_hours"]),
            "resolve_days": int(row["resolve_days"]),
            "active": True,
        }
        session.execute(insert(Category).values(values).on_conflict_do_nothing(index_elements=["code"]))
    for row in _rows("units"):
        # A successor stands before those that were merged into it.
        into = session.scalar(select(Unit.id).where(Unit.code == row.pop("merged_into")))
        days = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_until")}
        unit = insert(Unit).values(row | days | {"merged_into_id": into})
        session.execute(unit.on_conflict_do_nothing(index_elements=["code"]))


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
