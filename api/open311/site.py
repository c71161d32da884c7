"""All addresses of the door put together."""

from fastapi import HTTPException, Request

from api.deps import LangDep
from api.open311 import answering, discovery, requests, sending, services, updates
from api.open311.doors import made
from api.problems import TITLES, allowed
from geo.errors import NotFoundError
from geo.i18n import _, translate

rest = made("/open311")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@rest.api_route("/{path:path}", methods=METHODS, include_in_schema=False)
def nothing(request: Request, lang: LangDep, path: str) -> None:  # noqa: ARG001 (of the address)
    """Whatever the standard does not have, refused as the standard does; 405 where an address has other methods."""
    if methods := allowed(request.app, request.url.path):
        raise HTTPException(405, translate(TITLES[405], lang), {"Allow": ", ".join(methods)})
    raise NotFoundError(_("Không có địa chỉ này; hãy bắt đầu ở /open311/discovery.xml."))


# What is refused after what there is.
ROUTERS = (*(part.router for part in (discovery, services, sending, requests, updates, answering)), rest)
