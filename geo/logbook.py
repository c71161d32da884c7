"""The handover log (sổ trực ban): added to, never changed."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from geo import codes as report_codes
from geo.clock import urgent_of
from geo.deadlines import ZONE
from geo.errors import ConflictError, InvalidError, NotFoundError
from geo.filters import next_deadline
from geo.i18n import _
from geo.models import Event, LogEntry, Report, User
from geo.texts import checked
from geo.transitions import OPEN

Kind = Literal["note", "correction", "storm_on", "storm_off", "shift_on", "shift_off"]
TEXT = (3, 4_000)  # characters
MOST_CODES = 50


def write(
    session: Session,
    user: User,
    kind: Kind,
    text: str,
    *,
    codes: Iterable[str] = (),
    corrects_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> LogEntry:
    """Adds a line that stands from then on."""
    entry = LogEntry(user_id=user.id, kind=kind, text=text, codes=list(codes), corrects_id=corrects_id, data=data)
    session.add(entry)
    session.flush()
    return entry


def note(session: Session, user: User, text: str, codes: str = "", corrects_id: int | None = None) -> LogEntry:
    """An operator's own line, about the reports whose codes stand in `codes`; a correction names the line it corrects.

    InvalidError for words or codes that are none, NotFoundError for a line that is not there.
    """
    words = checked(text, "text", least=TEXT[0], most=TEXT[1], lines=True)
    if corrects_id is not None and (not 0 < corrects_id < 2**63 or session.get(LogEntry, corrects_id) is None):
        raise NotFoundError(_("Không có dòng nhật ký này."))
    kind: Kind = "note" if corrects_id is None else "correction"
    return write(session, user, kind, words, codes=_known(session, codes), corrects_id=corrects_id)


def _known(session: Session, text: str) -> list[str]:
    typed = [one for one in re.split(r"[\s,;]+", text) if one]
    found = list(dict.fromkeys(code for one in typed if (code := report_codes.normalise(one))))
    stored = set(session.scalars(select(Report.code).where(Report.code.in_(found))))
    if len(typed) > MOST_CODES or len(stored) != len(found) or any(not report_codes.normalise(one) for one in typed):
        raise InvalidError(_("Không có phản ánh nào mang mã này; hãy xem lại mã."), field="codes")
    return found


def shift(session: Session, user: User) -> LogEntry | None:
    """The line with which the shift began that somebody is on; None where they are on none."""
    mine = select(LogEntry).where(LogEntry.user_id == user.id, LogEntry.kind.in_(("shift_on", "shift_off")))
    last = session.scalar(mine.order_by(LogEntry.id.desc()).limit(1))
    return last if last is not None and last.kind == "shift_on" else None


def begin_shift(session: Session, user: User, text: str = "") -> LogEntry:
    """Begins somebody's shift; ConflictError where they are on one."""
    # Two presses at one moment: the second one waits here and is told.
    session.get_one(User, user.id, with_for_update={"of": User})
    if shift(session, user) is not None:
        raise ConflictError(_("Bạn đang trong ca trực; hãy giao ca trước."))
    words = checked(text, "text", least=0, most=TEXT[1], lines=True)
    # Ids of events grow with time and are indexed; their moments are not.
    last = session.scalar(select(func.max(Event.id))) or 0
    return write(session, user, "shift_on", words, data={"event": last})


def end_shift(session: Session, user: User, text: str, now: datetime) -> LogEntry:
    """Hands a shift over: what is to be known, with the shift's figures; ConflictError where there was none."""
    session.get_one(User, user.id, with_for_update={"of": User})
    began = shift(session, user)
    if began is None:
        raise ConflictError(_("Bạn chưa bắt đầu ca trực nào."))
    words = checked(text, "text", least=TEXT[0], most=TEXT[1], lines=True)
    return write(session, user, "shift_off", words, data=summary(session, began, now))


def summary(session: Session, began: LogEntry, now: datetime) -> dict[str, int]:
    """What a shift has seen: reports received, urgent ones, deadlines missed, merges, answers, and what is open still.

    `late` counts what is open and overdue now, whenever it came; demonstration reports count nowhere.
    """
    came = select(func.count(), func.count().filter(urgent_of()), func.count().filter(Report.state.in_(OPEN))).where(
        Report.created_at >= began.at, Report.created_at <= now, ~Report.demo
    )
    received, urgent, still = session.execute(came).one()
    late = select(func.count()).where(Report.state.in_(OPEN), next_deadline() < now, ~Report.demo)
    steps = (
        select(
            func.count().filter(Event.action == "merge"),
            func.count().filter(Event.action.in_(("resolve", "reject"))),
        )
        .join(Report, Report.id == Event.report_id)
        .where(Event.id > (began.data or {}).get("event", 0), ~Report.demo)
    )
    merged, answered = session.execute(steps).one()
    return {
        "received": received,
        "urgent": urgent,
        "late": session.scalar(late) or 0,
        "merged": merged,
        "answered": answered,
        "open": still,
    }


def of_day(session: Session, day: date) -> list[LogEntry]:
    """The lines of a day in Vietnam's time, the oldest first."""
    start = datetime.combine(day, datetime.min.time(), ZONE)
    query = select(LogEntry).where(LogEntry.at >= start, LogEntry.at < start + timedelta(days=1))
    return list(session.scalars(query.options(joinedload(LogEntry.user)).order_by(LogEntry.id)))
