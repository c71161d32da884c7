"""The form, for scripts and without them."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session, sessionmaker
from starlette.exceptions import HTTPException

from api import calls, follow
from api.bodies import Sent, sent
from api.deps import LangDep, SessionsDep, SettingsDep
from api.intake import Receipt, submit
from api.problems import STATUS
from api.routes.reports import DEVICE
from api.web import forgery, mapping, places, texting
from api.web.following_texts import TEXTS as FOLLOWING
from api.web.privacy import notice
from api.web.render import page
from api.web.sending_texts import NO_COOKIE, PICTURES_LOST, SENT_BEFORE, TEXTS
from geo.errors import ConflictError, FaultsError, InvalidError, OutsideError, QuangnamError
from geo.i18n import Lang, _, translate
from geo.secret import secret
from geo.settings import Settings

router = APIRouter()
FIELDS = (
    *("lon", "lat", "accuracy", "area", "commune", "landmark"),
    *("category", "content", "name", "organisation"),
    *("phone", "email", "happened_at", "truthful", "idempotency_key"),
)


@dataclass(frozen=True)
class Filled:
    """A posted form: what was typed, and the checked report or why there is none."""

    typed: dict[str, str]
    token: str
    pictures: bool = False
    sent: Sent | None = None
    error: QuangnamError | None = None


async def _filled(request: Request) -> Filled:
    settings: Settings = request.app.state.settings
    try:
        # Read here first, with room for photos too many: what was typed is wanted also when it is refused.
        form = await request.form(max_files=settings.max_photos + 50, max_fields=40, max_part_size=64_000)
    except HTTPException:
        text = _("Biểu mẫu gửi lên không đọc được, hoặc có quá nhiều ảnh (nhiều nhất {most}).")
        return Filled({}, "", error=InvalidError(text, most=settings.max_photos))
    typed = {name: value for name in FIELDS if isinstance(value := form.get(name), str)}
    pictures = any(not isinstance(value, str) and value.size for value in form.getlist("media"))
    token = form.get("token")
    proof = token if isinstance(token, str) else ""
    try:
        return Filled(typed, proof, pictures, sent=await sent(request))
    except InvalidError as error:
        return Filled(typed, proof, pictures, error=error)


@router.get("/reports/new", include_in_schema=False)
def new(request: Request, sessions: SessionsDep, lang: LangDep) -> Response:
    """An empty form, or one with the place and category that a link named."""
    typed = {name: request.query_params.get(name, "")[:64] for name in ("lon", "lat", "category")}
    with sessions.begin() as session:
        return _form(request, session, lang, typed)


@router.post("/reports/new", include_in_schema=False)
def send(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    filled: Annotated[Filled, Depends(_filled)],
) -> Response:
    """Takes the form of a browser without scripts; a refusal shows it again with all that was typed."""
    error = filled.error
    if (filled.typed or filled.sent) and not forgery.is_ours(request, settings, filled.token):
        error = InvalidError(NO_COOKIE)
    if error is None and filled.sent is not None:
        try:
            taken = _take(request, sessions, settings, lang, filled)
        except QuangnamError as refusal:
            error = refusal
        else:
            return _done(request, settings, taken)
    assert error is not None
    with sessions.begin() as session:
        return _form(request, session, lang, filled.typed, error, pictures=filled.pictures)


def _take(request: Request, sessions: sessionmaker[Session], settings: Settings, lang: Lang, filled: Filled) -> Receipt:
    assert filled.sent is not None
    by = "phone" if request.query_params.get("by") == "phone" else None
    with sessions.begin() as session:
        if by:
            calls.check(session, request, settings)
        return submit(
            session,
            settings,
            filled.sent.report.draft(by or "web"),
            filled.sent.photos,
            secret=secret(settings),
            lang=lang,
            idempotency_key=filled.typed.get("idempotency_key") or None,
            device=None if by else request.cookies.get(DEVICE),
            address=request.client.host if request.client and not by else None,
        )


def _done(request: Request, settings: Settings, taken: Receipt) -> Response:
    link = follow.link(request, settings, taken.token)
    response = page(
        request, "sent.html", status=201, headers={"Cache-Control": "no-store"}, receipt=taken.answer | {"link": link}
    )
    follow.remember(response, request, taken.answer["code"], taken.token)
    return response


def _form(
    request: Request,
    session: Session,
    lang: Lang,
    typed: dict[str, str],
    error: QuangnamError | None = None,
    *,
    pictures: bool = False,
) -> Response:
    settings: Settings = request.app.state.settings
    mark = forgery.device(request)
    if isinstance(error, ConflictError):
        # Something else was sent from the same form before, so this is a new report and needs a key of its own.
        typed = typed | {"idempotency_key": ""}
        error = ConflictError(SENT_BEFORE)
    faults = by_field(error, lang)
    if pictures and error is not None:
        faults.setdefault("media", translate(PICTURES_LOST, lang))
    response = page(
        request,
        "new.html",
        status=_status(error),
        headers={"Cache-Control": "no-store"},
        typed=dict.fromkeys(FIELDS, "") | typed,
        idempotency_key=typed.get("idempotency_key") or str(uuid.uuid4()),
        errors=faults,
        error=_summary(error, lang) if error else None,
        categories=mapping.categories(session, lang),
        districts=places.by_district(session),
        notice=notice(settings),
        token=forgery.token(settings, mark),
        max_photos=settings.max_photos,
        by="?by=phone" if request.query_params.get("by") == "phone" else "",
        config=mapping.config(
            session,
            settings,
            lang,
            TEXTS | FOLLOWING,
            sms=texting.config(session, settings),
            photoSide=settings.photo_side,
            maxPhotos=settings.max_photos,
            maxPhotoBytes=settings.max_photo_bytes,
            maxVideoBytes=settings.max_video_bytes,
        ),
    )
    forgery.remember(response, request, mark)
    return response


def by_field(error: QuangnamError | None, lang: Lang) -> dict[str, str]:
    """The sentence for each field that was refused; a place outside the province is the point's fault."""
    if isinstance(error, OutsideError):
        return {"lon": translate(error.message, lang, **error.values)}
    faults: list[Any] = error.faults if isinstance(error, FaultsError) else [error]
    return {
        fault.field: translate(fault.message, lang, **fault.values)
        for fault in faults
        if isinstance(fault, InvalidError) and fault.field
    }


def _summary(error: QuangnamError, lang: Lang) -> str:
    # Each fault is told at its field; names of fields in the code mean nothing to a reader.
    if isinstance(error, FaultsError) and any(fault.field for fault in error.faults):
        return translate(TEXTS["refused"], lang)
    return translate(error.message, lang, **error.values)


def _status(error: QuangnamError | None) -> int:
    return 200 if error is None else next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
