"""dispute(): a sender's second report, made of the first one and what they say about its result."""

from collections.abc import Sequence

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.intake import Receipt, Second, submit
from api.routes.reports import DEVICE
from boundaries import heirs
from geo import reports, senders
from geo.details import Details
from geo.errors import ConflictError
from geo.i18n import Lang, _
from geo.models import Report, Sender
from geo.permissions import Actor
from geo.reports import Draft
from geo.secret import secret
from geo.settings import Settings


def dispute(
    request: Request,
    session: Session,
    settings: Settings,
    first: Report,
    who: Actor,
    *,
    text: str,
    version: int,
    door: str,
    lang: Lang,
    photos: Sequence[bytes] = (),
) -> Receipt:
    """The receipt of the second report; the errors of `workflow.apply` for the first and of `submit` for the second."""
    return submit(
        session,
        settings,
        _draft(session, settings, first, reports.checked_content(text), door),
        photos,
        secret=secret(settings),
        lang=lang,
        device=request.cookies.get(DEVICE),
        address=request.client.host if request.client else None,
        second=Second(first, who, Details(text=text), version),
    )


def _draft(session: Session, settings: Settings, first: Report, text: str, door: str) -> Draft:
    sender = session.get(Sender, first.id)
    if sender is None or sender.key is None:
        raise ConflictError(_("Thông tin người gửi đã được xóa; hãy gửi một phản ánh mới."))
    contact = senders.read(secret(settings), sender)
    lon, lat = session.execute(
        select(func.ST_X(Report.point), func.ST_Y(Report.point)).where(Report.id == first.id)
    ).one()
    return Draft(
        name=contact.name,
        organisation=contact.organisation,
        phone=contact.phone,
        email=contact.email,
        notice_version=sender.notice_version,
        category=first.category.code,
        content=text,
        lon=lon,
        lat=lat,
        accuracy=first.accuracy,
        area=heirs.in_force(session, first, settings),  # near a border, as it was chosen or settled
        door=door,
    )
