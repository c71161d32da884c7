"""What whoever keeps a copy of the reports must delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.deps import SessionDep
from api.filters import FiltersDep, moment
from api.parameters import known
from geo.mirroring import following, gone

router = APIRouter(prefix="/api/v1/reports/removed", tags=["reports"], dependencies=[Depends(known)])


@router.get("")
def removed(
    *,
    session: SessionDep,
    response: Response,
    filters: FiltersDep,
    updated_since: Annotated[str, Query(max_length=40, description="`updated_since_next` of the last answer")],
) -> dict[str, Any]:
    """The codes that left the public view, or these filters, since a moment; some may never have been in the copy."""
    response.headers["Cache-Control"] = "no-store"
    since = moment(updated_since, "updated_since")
    next_time = following(session)  # before they are read
    codes = session.scalars(gone(since, filters)).all()
    return {"updated_since": since, "updated_since_next": next_time, "removed": codes}
