"""The pages' own style sheets and modules, at addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from api import packed
from geo.errors import NotFoundError
from geo.i18n import _

router = APIRouter()
_FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, bytes]:
    paths = (path for path in sorted(_FOLDER.rglob("*")) if path.is_file())
    return {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}


def names() -> list[str]:
    """The files of the folder `static`, by their names in it."""
    return list(_files())


@cache
def version() -> str:
    """A hash of all files: modules import one another by relative names, so one version holds for all of them."""
    digest = hashlib.sha256()
    for name, data in _files().items():
        digest.update(name.encode() + b"\0" + data + b"\0")
    return digest.hexdigest()[:12]


def url(name: str) -> str:
    """The address of a file of the folder `static`."""
    return f"/static/{version()}/{name}"


@router.get("/static/{wanted}/{name:path}", include_in_schema=False)
def static(request: Request, wanted: str, name: str) -> Response:
    """A file; for ever in caches at the address of its version, briefly at an older one."""
    if name not in _files():
        raise NotFoundError(_("Không có tệp này."))
    headers = {
        "Cache-Control": FOR_EVER if wanted == version() else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if kind := packed.KINDS.get(Path(name).suffix):
        return packed.answer(request, _files()[name], kind, headers)
    return Response(_files()[name], media_type="image/png", headers=headers)
