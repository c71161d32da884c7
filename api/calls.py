"""Reports that officers enter for somebody on the phone."""

from fastapi import Request
from sqlalchemy.orm import Session

from api import keys, signed
from api.web import origin
from geo.errors import ForbiddenError
from geo.i18n import _
from geo.settings import Settings


def check(session: Session, request: Request, settings: Settings) -> None:
    """UnauthorizedError or ForbiddenError for whoever may not enter a call, or asks from another site's page."""
    signed.needed(session, request, "enter")
    if keys.bearer(request) is None and not origin.same_site(request, settings):
        raise ForbiddenError(_("Yêu cầu này đến từ một trang khác; hãy mở lại trang phản ánh."))
