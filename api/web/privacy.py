"""/privacy: the notice on personal data, in the version that stands beside the truth box."""

from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from api.deps import SettingsDep
from api.web.render import page
from geo.people import NOTICE_VERSION
from geo.settings import Settings

router = APIRouter(include_in_schema=False)


class Notice(NamedTuple):
    """What the notice promises: its version, months of retention, hours until a request is answered."""

    version: str
    months: int
    hours: int


def notice(settings: Settings) -> Notice:
    """The notice of this installation."""
    return Notice(NOTICE_VERSION, settings.retention_months, settings.data_request_hours)


@router.get("/privacy")
def show(request: Request, settings: SettingsDep) -> Response:
    """The notice."""
    return page(request, "privacy.html", notice=notice(settings))
