"""/my: the reports of a phone, after a one-time code; and what the law gives a sender about their data."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api import mine
from api.delivery import sms
from api.delivery.outbound import UnreachableError
from api.deps import LangDep, SessionDep, SettingsDep
from api.follow import LINK, cookie_name, sender_of
from api.intake import network
from api.web import device, forgery, mapping
from api.web.render import page
from api.web.signing import STALE
from geo import data_requests, limits, one_time, reports, senders
from geo.aside import aside
from geo.errors import ForbiddenError, InvalidError, NotFoundError, QuangnamError, SetupError
from geo.filters import next_deadline
from geo.i18n import Lang, _, translate
from geo.models import Report, Sender
from geo.people import normalise_phone
from geo.secret import secret
from geo.settings import Settings

router = APIRouter(include_in_schema=False)
MOST = 200  # reports on the page
TEXT = _("Quang Nam truc tuyen: ma cua ban la {code}, dung trong 10 phut. Khong doc ma nay cho ai.")
WRONG = _("Mã không đúng, đã hết hạn hoặc đã thử quá nhiều lần; hãy xin mã mới.")
NO_GATEWAY = _("Hệ thống này chưa gửi được tin nhắn; hãy dùng liên kết riêng bạn nhận khi gửi phản ánh.")
UNSENT = _("Chưa gửi được tin nhắn; xin thử lại sau ít phút.")


@router.get("/my")
def show(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The reports of the phone that this browser proved, or the form that asks for it."""
    return _page(request, session, settings, lang)


@router.post("/my/code")
def send_code(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    phone: Annotated[str, Form(max_length=40)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Sends a code; whether the number has sent anything is told to nobody."""
    try:
        _ours(request, settings, token)
        number = normalise_phone(phone)
        if not settings.sms_url:
            raise SetupError(NO_GATEWAY)
        _count(request, session, settings, number)
        code = one_time.issue(session, secret(settings), number)
        sms.send(settings, number, translate(TEXT, "vi", code=code), number=f"code-{forgery.device(request)}-{code}")
    except UnreachableError:
        return _page(request, session, settings, lang, phone=phone, error=translate(UNSENT, lang), status=503)
    except QuangnamError as error:
        said = translate(error.message, lang, **error.values)
        return _page(request, session, settings, lang, phone=phone, error=said, status=422)
    return _page(request, session, settings, lang, phone=phone, sent=True)


@router.post("/my")
def enter(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    phone: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Lets the browser in whose owner has the phone; their reports are marked as sent from a checked one."""
    _ours(request, settings, token)
    number = normalise_phone(phone)
    key = secret(settings)
    if not one_time.check(session, key, number, code):
        return _page(request, session, settings, lang, phone=phone, sent=True, error=translate(WRONG, lang), status=401)
    theirs = update(Sender).where(Sender.phone_hash == senders.phone_hash(key, number))
    session.execute(theirs.values(phone_checked=True))
    response = RedirectResponse("/my", 303)
    mine.remember(response, request, settings, number)
    return response


@router.post("/my/leave")
def leave(request: Request, settings: SettingsDep, token: Annotated[str, Form()] = "") -> RedirectResponse:
    """Forgets the phone in this browser."""
    _ours(request, settings, token)
    response = RedirectResponse("/my", 303)
    response.delete_cookie(mine.COOKIE, path="/")
    return response


@router.post("/my/forget", status_code=204)
def forget(request: Request, settings: SettingsDep, code: str | None = None) -> Response:
    """Lets this browser forget the private link of a report, or all of them and the phone that it knows."""
    if not forgery.same_site(request, settings):
        raise ForbiddenError(STALE)
    response = Response(status_code=204)
    for name in request.cookies:
        if name == cookie_name(code) if code else name == mine.COOKIE or name.startswith(LINK):
            response.delete_cookie(name, path="/")
    return response


@router.post("/my/{code}/not-mine")
def detach(
    request: Request, session: SessionDep, settings: SettingsDep, code: str, token: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Takes the number off a report that somebody else sent with it."""
    _ours(request, settings, token)
    report = reports.by_code(session, code)
    phone = mine.hash_of(request, settings)
    sender = session.get(Sender, report.id)
    if phone is None or sender is None or sender.phone_hash != phone:
        raise NotFoundError(reports.UNKNOWN)
    request_ = data_requests.ask(session, report, "erasure", "", settings.data_request_hours)
    data_requests.settle(session, request_, "not mine", None)
    return RedirectResponse("/my", 303)


@router.get("/reports/{code}/data")
def download(request: Request, session: SessionDep, settings: SettingsDep, code: str) -> Response:
    """Everything that is held about the sender with this report, and who has looked, as JSON; the request is kept."""
    report = _mine(request, session, code)
    held = data_requests.everything(session, report, secret(settings))
    asked = data_requests.ask(session, report, "access", "", settings.data_request_hours)
    data_requests.settle(session, asked, "download", None)
    headers = {"Content-Disposition": f'attachment; filename="{report.code}.json"', "Cache-Control": "no-store"}
    return Response(orjson.dumps(held, option=orjson.OPT_INDENT_2), headers=headers, media_type="application/json")


@router.post("/reports/{code}/requests")
def ask(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    kind: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Registers a sender's request to correct or erase their data."""
    _ours(request, settings, token)
    report = _mine(request, session, code)
    if kind not in ("correction", "erasure"):
        raise InvalidError(_("Hãy chọn bạn muốn xem, sửa hay xóa dữ liệu."), field="kind")
    data_requests.ask(session, report, kind, text, settings.data_request_hours)
    return RedirectResponse(f"/reports/{report.code}?requested=1#data", 303)


def _mine(request: Request, session: Session, code: str) -> Report:
    report = reports.by_code(session, code)
    if sender_of(session, request, report) is None:
        raise NotFoundError(reports.UNKNOWN)
    return report


def _ours(request: Request, settings: Settings, token: str) -> None:
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)


def _count(request: Request, session: Session, settings: Settings, number: str) -> None:
    key = secret(settings)
    address = network(request.client.host) if request.client else ""
    hour = {limits.subject(key, "code", number): one_time.PER_HOUR, limits.subject(key, "codes", address): 100}
    day = {
        limits.subject(key, "code-day", number): one_time.PER_DAY,
        limits.subject(key, "sms", ""): settings.sms_a_day,
    }
    with aside(session) as short:
        limits.count(short, hour, refusal=limits.TOO_MANY)
        limits.count(short, day, refusal=limits.TOO_MANY, every="day")


def _page(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    *,
    phone: str = "",
    sent: bool = False,
    error: str | None = None,
    status: int = 200,
) -> Response:
    known = mine.hash_of(request, settings)
    rows = []
    if known is not None:
        query = select(Report, next_deadline().label("deadline")).join(Sender, Sender.report_id == Report.id)
        rows = list(session.execute(query.where(Sender.phone_hash == known).order_by(Report.id.desc()).limit(MOST)))
    mark = forgery.device(request)
    response = page(
        request,
        "my.html",
        status=status,
        headers={"Cache-Control": "no-store"},
        known=known is not None,
        rows=[(report, deadline, mapping.category(report.category, lang)) for report, deadline in rows],
        phone=phone,
        sent=sent,
        error=error,
        gateway=bool(settings.sms_url),
        categories=mapping.categories(session, lang),
        config=device.config(session, settings, lang),
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response
