"""/admin/boundaries: a file comes in, is checked and reported on, and only then written into a draft."""

import logging
from datetime import UTC, datetime
from urllib.parse import quote

import shapely
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api import signed
from api.deps import LangDep, SessionDep, SettingsDep, language
from api.geojson import geojson
from api.web import forgery
from api.web.admin import edition_facts as facts
from api.web.admin import edition_form as forms
from api.web.admin import edition_report
from api.web.admin import edition_views as views
from api.web.admin.edition_views import PATH
from api.web.signing import STALE
from boundaries import apart, bringing, incoming, territory, unpacking
from boundaries.incoming import Incoming
from boundaries.models import Edition
from geo.errors import ConflictError, ForbiddenError, InvalidError
from geo.i18n import _, translate
from geo.settings import Settings

router = APIRouter(prefix=PATH, include_in_schema=False)
UPLOADS = "/uploads/{name}"
_SHOWN = 0.00003  # degrees, about 3 m: a corner that is nearer to its line is not drawn
_log = logging.getLogger("quangnam.admin")


@router.post("")
async def bring(request: Request) -> Response:
    """Takes a file, checks it and leads to the report; nothing is written."""
    # Before a byte of the body is read: nobody else makes this server take files.
    await run_in_threadpool(_administrator, request)
    form = await request.form(max_files=1, max_fields=40)
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    file = form.get("file")
    return await run_in_threadpool(_taken, request, said, file if isinstance(file, UploadFile) else None)


def _administrator(request: Request) -> int:
    with request.app.state.sessions.begin() as session:
        return signed.needed(session, request, "administer").id


def _taken(request: Request, said: dict[str, str], file: UploadFile | None) -> Response:
    settings: Settings = request.app.state.settings
    if not forgery.is_ours(request, settings, said.get("token", "")):
        raise ForbiddenError(STALE)
    try:
        form = forms.tidied(said)
        if file is None or not file.filename:
            raise InvalidError(_("Hãy chọn một tệp."), field="file")
        data = file.file.read(unpacking.MOST + 1)
        if len(data) > unpacking.MOST:
            raise InvalidError(_("Tệp quá lớn; nhiều nhất {most} MB."), field="file", most=unpacking.MOST // 1_000_000)
        checked = _checked(request, settings, form, data, unpacking.cleaned(file.filename))
    except (InvalidError, ConflictError) as refused:
        blank = forms.blank() | {name: said[name][:200] for name in forms.NAMES if name in said}
        with request.app.state.sessions.begin() as session:
            return views.listing(request, session, settings, form=blank, opened=True, error=refused)
    token = incoming.keep(settings, data, checked)
    return RedirectResponse(f"{PATH}/uploads/{token}", 303)


def _checked(request: Request, settings: Settings, form: dict[str, str], data: bytes, name: str) -> Incoming:
    """The report on a file, as `boundaries import` makes it; GDAL and GEOS see it while no session is open."""
    code = form["edition"]
    sessions = request.app.state.sessions
    with sessions.begin() as session:
        bringing.may_write(session, code)
        forms.check(session, form)
        draft = session.scalar(select(Edition).where(Edition.code == code))
        seen, land = facts.stamp(draft), territory.known(session)
        districts = territory.districts(session, code)
    scratch = settings.data_dir / "incoming"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    reading = apart.read(data, forms.asked(form, name), land, scratch, districts)
    with sessions.begin() as session:
        territory.name(session, reading)
        bringing.complete(session, reading)
    return Incoming(name, form, seen, reading, datetime.now(UTC))


@router.get(UPLOADS)
def report(*, request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep, name: str) -> Response:
    """What was found in a file, each with its place, and what can be done with it."""
    signed.needed(session, request, "administer")
    return edition_report.shown(request, session, settings, lang, name)


@router.get(UPLOADS + "/areas")
def areas(*, request: Request, session: SessionDep, settings: SettingsDep, name: str) -> Response:
    """The outlines of what was read."""
    signed.needed(session, request, "administer")
    read = incoming.find(settings, name).reading.areas
    features = [
        {
            "type": "Feature",
            "id": f"{one.level}-{one.code}",
            "geometry": shapely.geometry.mapping(shapely.set_precision(one.polygon.simplify(_SHOWN), 1e-5)),
            "properties": {"code": one.code, "name": f"{one.kind} {one.name}", "level": one.level},
        }
        for one in sorted(read, key=lambda one: one.level != "neighbour")
    ]
    return geojson({"type": "FeatureCollection", "features": features}, headers={"Cache-Control": "no-store"})


@router.post(UPLOADS)
async def decide(request: Request, name: str) -> Response:
    """Writes the file into its draft, checks it again with other answers, or forgets it."""
    form = await request.form(max_files=0, max_fields=40)
    said = {key: value for key, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_decided, request, name, said)


def _decided(request: Request, name: str, said: dict[str, str]) -> Response:
    settings: Settings = request.app.state.settings
    user_id = _administrator(request)
    if not forgery.is_ours(request, settings, said.get("token", "")):
        raise ForbiddenError(STALE)
    kept = incoming.find(settings, name)
    code = kept.form["edition"]
    try:
        match said.get("action"):
            case "write":
                _write(request, kept)
                _log.warning("user %s: boundaries import %s", user_id, code)
                incoming.forget(settings, name)
                return RedirectResponse(f"{PATH}/{quote(code, safe='')}?done=brought", 303)
            case "forget":
                incoming.forget(settings, name)
                return RedirectResponse(f"{PATH}?done=forgotten", 303)
        form = forms.tidied(dict(kept.form) | said)
        checked = _checked(request, settings, form, incoming.upload(settings, name), kept.name)
        incoming.check_again(settings, name, checked)
        return RedirectResponse(f"{PATH}/uploads/{name}", 303)
    except (InvalidError, ConflictError) as refused:
        lang = language(request)
        with request.app.state.sessions.begin() as session:
            text = translate(refused.message, lang, **refused.values)
            status = 409 if isinstance(refused, ConflictError) else 422
            return edition_report.shown(request, session, settings, lang, name, error=text, status=status)


def _write(request: Request, kept: Incoming) -> None:
    """Exactly what was checked, and only into the draft that it was checked for."""
    code = kept.form["edition"]
    try:
        with request.app.state.sessions.begin() as session:
            facts.held(session, code, kept.seen)
            bringing.bring(session, forms.about(kept.form), kept.reading)
    except IntegrityError as error:
        # Both made the same new edition in one moment.
        raise ConflictError(_("Người khác vừa nhập phiên bản {code}. Hãy kiểm lại tệp rồi ghi."), code=code) from error
