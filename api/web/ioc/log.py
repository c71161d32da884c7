"""/ioc/log: the handover log, a day a page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep, SettingsDep
from api.web.ioc.section import operator, sender_of, shown
from geo import logbook
from geo.deadlines import ZONE
from geo.errors import QuangnamError
from geo.i18n import _, translate
from geo.models import User
from geo.settings import Settings

router = APIRouter(include_in_schema=False)
KINDS = {
    "note": _("Ghi chép"),
    "correction": _("Đính chính"),
    "storm_on": _("Bật cảnh báo thiên tai"),
    "storm_off": _("Tắt cảnh báo thiên tai"),
    "shift_on": _("Bắt đầu ca trực"),
    "shift_off": _("Giao ca"),
}
FIGURES = {
    "received": _("đã nhận"),
    "urgent": _("khẩn"),
    "late": _("đang quá hạn"),
    "merged": _("đã gộp"),
    "answered": _("đã trả lời"),
    "open": _("còn mở"),
}


@router.get("/ioc/log")
def show(request: Request, session: SessionDep, settings: SettingsDep, day: str = "") -> Response:
    """The lines of a day, today's without one."""
    user = operator(session, request)
    return _shown(request, session, settings, user, _day(day))


@router.post("/ioc/log")
def write(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    way: Annotated[str, Form()] = "note",
    text: Annotated[str, Form(max_length=10_000)] = "",
    codes: Annotated[str, Form(max_length=2_000)] = "",
    corrects: Annotated[str, Form(max_length=20)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Adds a line: a note, a correction of the line `corrects`, the beginning or the end of a shift."""
    user = sender_of(session, request, settings, token)
    number = int(corrects) if corrects.isdecimal() and corrects.isascii() else None
    try:
        with session.begin_nested():
            if way == "shift_on":
                logbook.begin_shift(session, user, text)
            elif way == "shift_off":
                logbook.end_shift(session, user, text, datetime.now(UTC))
            else:
                logbook.note(session, user, text, codes, number)
    except QuangnamError as error:
        typed = {"way": way, "text": text, "codes": codes, "corrects": number}
        said = translate(error.message, lang, **error.values)
        return _shown(request, session, settings, user, _day(""), refused=said, typed=typed)
    return RedirectResponse("/ioc/log", 303)


def _day(text: str) -> date:
    # What means nothing asks for today, as on the desk.
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.max
    return found if 2000 <= found.year <= 2999 else datetime.now(ZONE).date()


def _shown(
    request: Request,
    session: Session,
    settings: Settings,
    user: User,
    day: date,
    *,
    refused: str | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    now = datetime.now(UTC)
    began = logbook.shift(session, user)
    return shown(
        request,
        session,
        settings,
        "ioc_log.html",
        now=now,
        status=422 if refused else 200,
        day=day,
        today=now.astimezone(ZONE).date(),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        entries=logbook.of_day(session, day),
        kinds=KINDS,
        figures=FIGURES,
        began=began,
        summary=logbook.summary(session, began, now) if began is not None else None,
        refused=refused,
        typed=typed or {"way": "", "text": "", "codes": "", "corrects": None},
    )
