"""/queue/new: a phone call becomes a report by the same form as everybody's."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from api import signed
from api.deps import SessionDep

router = APIRouter(include_in_schema=False)


@router.get("/queue/new")
def new(request: Request, session: SessionDep) -> RedirectResponse:
    """Leads on to the form, for those who may enter calls."""
    signed.needed(session, request, "enter")
    return RedirectResponse("/reports/new?by=phone", 303)
