"""An edition that is to come into force at a moment: the worker sees to it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.models import Edition
from geo import jobs
from geo.deadlines import ZONE
from geo.errors import ConflictError, InvalidError
from geo.i18n import _

SWITCH = "switch"  # the job that activates what is due
EARLY = _("Phiên bản {code} chỉ hiệu lực từ ngày {day}; hãy hẹn giờ kích hoạt từ 0 giờ ngày đó.")
_PAST = timedelta(minutes=1)  # longer ago it is a slip of the pen and not "now"


def schedule(session: Session, code: str, at: datetime, user_id: int | None = None) -> Edition:
    """Has the worker activate a draft at a moment, which may be now; a new moment replaces the old one.

    ConflictError where it could not be activated, InvalidError for a moment that is past or before its first day.
    """
    edition = _locked(session, code)
    editions.check(session, edition)
    if at < datetime.now(UTC) - _PAST:
        raise InvalidError(
            _("Thời điểm {moment} đã qua; hãy chọn một thời điểm sau, hoặc kích hoạt ngay."),
            field="at",
            moment=f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}",
        )
    if at.astimezone(ZONE).date() < edition.valid_from:
        raise InvalidError(EARLY, field="at", code=code, day=edition.valid_from.isoformat())
    edition.state, edition.activate_at, edition.scheduled_by_id, edition.problem = "scheduled", at, user_id, None
    session.flush()
    # A job that waits for a later moment would hold up all that share its lock: that moment is the minute clock's.
    if at <= datetime.now(UTC):
        jobs.defer(session, SWITCH, lock=SWITCH)
    return edition


def unschedule(session: Session, code: str) -> Edition:
    """Makes a scheduled edition a draft again; ConflictError where it is not scheduled."""
    edition = _locked(session, code)
    if edition.state != "scheduled":
        raise ConflictError(_("Phiên bản {code} không có hẹn giờ kích hoạt nào."), code=code)
    edition.state, edition.activate_at, edition.scheduled_by_id, edition.problem = "draft", None, None, None
    session.flush()
    return edition


def due(session: Session, code: str, now: datetime) -> Edition | None:
    """The edition where its moment has come and was not cancelled or put off."""
    edition = editions.find(session, code)
    session.refresh(edition)
    return edition if edition.activate_at is not None and edition.activate_at <= now else None


def _locked(session: Session, code: str) -> Edition:
    edition = editions.find(session, code)
    session.refresh(edition, with_for_update={"key_share": True})
    return edition
