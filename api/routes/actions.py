"""Steps of the process, over HTTP."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import SessionDep
from api.follow import sender_of
from geo import reports, units, workflow
from geo.effects import Details
from geo.errors import NotFoundError
from geo.models import Report
from geo.permissions import PUBLIC, Actor, visible
from geo.transitions import Action, possible

router = APIRouter(prefix="/api/v1/reports/{code}/actions", tags=["process"])


class StepIn(BaseModel):
    """What comes with a step; `version` is the report's as the asker last saw it."""

    model_config = ConfigDict(extra="forbid")

    version: int
    text: str | None = Field(default=None, max_length=10_000)
    unit: str | None = Field(default=None, max_length=64, description="where to forward to")
    reason: str | None = Field(default=None, max_length=64)
    days: int | None = Field(default=None, description="working days to extend by")
    stars: int | None = Field(default=None, description="1 to 5")


@router.get("")
def what(request: Request, session: SessionDep, code: str) -> dict[str, Any]:
    """The state and version of a report, and the steps that whoever asks may take."""
    report, who = asked(session, request, code)
    return _standing(report, who)


@router.post("/{action}")
def take(request: Request, session: SessionDep, code: str, action: Action, body: StepIn) -> dict[str, Any]:
    """Takes one step; 409 lists what is possible, or says that somebody else was first."""
    report, who = asked(session, request, code)
    said = Details(body.text, body.reason, units.by_code(session, body.unit), body.days, body.stars)
    workflow.apply(session, report, action, who, door="api", version=body.version, details=said)
    return _standing(report, who)


def asked(session: Session, request: Request, code: str) -> tuple[Report, Actor]:
    """A report and who asks about it: its sender by the cookie of the private link, else the public.

    NotFoundError also where that person may not see it.
    """
    report = reports.by_code(session, code)
    if sender_of(session, request, report):
        return report, Actor("sender", report_id=report.id)
    if session.scalar(visible(select(Report.id), PUBLIC).where(Report.id == report.id)) is None:
        raise NotFoundError(reports.UNKNOWN)
    return report, PUBLIC


def _standing(report: Report, who: Actor) -> dict[str, Any]:
    steps = possible(report.state, who.role)
    return {"code": report.code, "state": report.state, "version": report.version, "possible": steps}
