"""What a report may be about, and who answers."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import select

from api.deps import LangDep, SessionDep
from api.parameters import known
from boundaries.lookup import today
from geo.models import Category, Unit
from geo.succession import there

router = APIRouter(prefix="/api/v1", tags=["reports"], dependencies=[Depends(known)])


@router.get("/categories")
def categories(session: SessionDep, lang: LangDep) -> list[dict[str, Any]]:
    """The active categories in the order of the form."""
    found = session.scalars(select(Category).where(Category.active).order_by(Category.position))
    return [
        {
            "code": one.code,
            "name": one.name_en if lang == "en" else one.name,
            "icon": one.icon,
            "colour": one.colour,
            "sensitive": one.sensitive,
            "urgent": one.urgent,
            "accept_hours": one.accept_hours,
            "resolve_days": one.resolve_days,
        }
        for one in found
    ]


@router.get("/units")
def units(session: SessionDep) -> list[dict[str, Any]]:
    """The units that exist today, by name."""
    found = session.scalars(select(Unit).where(there(today())).order_by(Unit.name, Unit.id))
    return [{"code": one.code, "name": one.name, "kind": one.kind, "area": one.area_code} for one in found]
