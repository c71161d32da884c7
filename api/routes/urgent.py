"""What is urgent and unseen, for the control room's sound."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api import signed
from api.deps import LangDep, SessionDep
from api.describing import SIGNED
from api.parameters import known
from api.refusals import KEYED, refusals
from api.web.mapping import category_name
from boundaries.naming import Named
from geo.i18n import Lang
from geo.unseen import unseen

router = APIRouter(tags=["control room"], dependencies=[Depends(known)])


@router.get("/api/v1/ioc/urgent", responses=refusals(*KEYED), openapi_extra=SIGNED)
def show(request: Request, session: SessionDep, lang: LangDep) -> Response:
    """The open urgent reports that nobody has opened, taken in hand or acted on, the oldest first; for operators."""
    signed.needed(session, request, "command")
    return JSONResponse({"unseen": listed(session, lang, datetime.now(UTC))}, headers={"Cache-Control": "no-store"})


def listed(session: Session, lang: Lang, now: datetime) -> list[dict[str, Any]]:
    """Code, category, area, unit and moment of each, codes as everywhere and beside them the names of the three."""
    names = Named()
    return [
        {
            "code": one.code,
            "category": one.category.code,
            "category_name": category_name(one.category, lang),
            "area": one.area_code,
            "area_name": name,
            "unit": one.unit.code,
            "unit_name": one.unit.name,
            "since": one.created_at.isoformat(),
        }
        for one, name in session.execute(names.joined(unseen(now).add_columns(names.area)))
    ]
