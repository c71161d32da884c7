"""The alert of a typhoon night: begun and ended by an operator, one at a time, both in the handover log."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo import logbook
from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import Category, Storm, User
from geo.texts import checked

DEFAULT = ("thien-tai-thoi-tiet",)  # urgent without anybody's word
TEXT = (10, 300)  # characters
ON = _("Đã có cảnh báo thiên tai đang bật; hãy tắt trước khi bật cảnh báo khác.")
# 0235 3852 600, 0905.123.456, 1900 1234; not a date and not the strength of a wind.
_PHONE = re.compile(r"(?<![\d/.])(?:0\d{2,3}|1[89]00)(?:[ .\-]?\d{2,4}){1,3}(?![\d/])")


def current(session: Session) -> Storm | None:
    """The alert that is on; None where there is none."""
    return session.scalar(select(Storm).where(Storm.ended_at.is_(None)))


def begin(session: Session, user: User, text: str, *, text_en: str = "", categories: Sequence[str] = DEFAULT) -> Storm:
    """Switches the alert on; ConflictError where it is on, InvalidError for a bad sentence or an unknown category."""
    words = checked(text, "text", least=TEXT[0], most=TEXT[1])
    english = checked(text_en, "text_en", least=0, most=TEXT[1]) or None
    wanted = sorted({one for one in categories if one and "\0" not in one})
    known = session.scalars(select(Category.code).where(Category.code.in_(wanted))).all()
    if not wanted or len(known) != len(wanted):
        raise InvalidError(_("Không có lĩnh vực này; hãy chọn một lĩnh vực trong danh sách."), field="category")
    storm = Storm(text=words, text_en=english, categories=wanted, started_by=user.id)
    try:
        with session.begin_nested():
            session.add(storm)
    except IntegrityError as error:
        raise ConflictError(ON) from error
    logbook.write(session, user, "storm_on", words)
    return storm


def end(session: Session, user: User, text: str = "") -> None:
    """Switches the alert off, with a word why; ConflictError where it is not on."""
    storm = session.scalar(select(Storm).where(Storm.ended_at.is_(None)).with_for_update())
    if storm is None:
        raise ConflictError(_("Không có cảnh báo thiên tai nào đang bật."))
    storm.ended_at, storm.ended_by = datetime.now(UTC), user.id
    session.flush()
    logbook.write(session, user, "storm_off", checked(text, "text", least=0, most=TEXT[1]) or storm.text)


def phones(text: str) -> list[str]:
    """The telephone numbers that a sentence gives, as it writes them."""
    return [one for one in _PHONE.findall(text) if 8 <= len(re.sub(r"\D", "", one)) <= 11]
