"""All addresses of the door put together."""

from fastapi import FastAPI, Request

from api.open311 import answering, discovery, requests, sending, services, updates
from api.open311.doors import made
from geo.errors import NotFoundError
from geo.i18n import _

rest = made("/open311")


@rest.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
def nothing(request: Request, path: str) -> None:  # noqa: ARG001 (of the address)
    """Whatever the standard does not have, refused as the standard does."""
    raise NotFoundError(_("Không có địa chỉ này; hãy bắt đầu ở /open311/discovery.xml."))


def install(app: FastAPI) -> None:
    """Adds the addresses, what is refused after what there is."""
    for part in (discovery, services, sending, requests, updates, answering):
        app.include_router(part.router)
    app.include_router(rest)
