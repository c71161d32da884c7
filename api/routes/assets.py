"""The files that browsers load, at addresses that change with their content."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api import packed
from geo.errors import NotFoundError
from geo.i18n import _
from maps.style import asset_path, version

router = APIRouter()
FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/assets/{wanted}/{name:path}", include_in_schema=False)
def asset(request: Request, wanted: str, name: str) -> Response:
    """A file; kept for ever by caches at its own version's address, asked for again at an older one."""
    path = asset_path(name)
    if path is None:
        raise NotFoundError(_("Không có tệp này."))
    headers = {
        "Cache-Control": FOR_EVER if wanted == version() else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if kind := packed.KINDS.get(path.suffix):
        return packed.answer(request, path.read_bytes(), kind, headers)
    return FileResponse(path, headers=headers)
