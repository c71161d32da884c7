"""What others make of a report: they follow it, have the same trouble, say whether it is mended, or object to it."""

import hmac
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.errors import ConflictError, ForbiddenError
from geo.i18n import _
from geo.models import Flag, Follower, Report
from geo.texts import checked
from geo.transitions import OPEN

ANSWERED = ("resolved", "closed")
WORDS = (5, 500)  # characters of an objection


@dataclass(frozen=True)
class Interest:
    """How many follow a report, have the same trouble, and say that it is mended or is not; the sender counts too."""

    followers: int
    me_too: int
    fixed: int
    not_fixed: int


def subject(secret: bytes, mark: str) -> str:
    """A keyed hash that stands for a browser's mark: who reads the table learns nobody's."""
    return hmac.digest(secret, b"follower\0" + mark.encode(), "sha256")[:16].hex()


def follow(session: Session, report: Report, who: str, *, on: bool) -> None:
    """Begins or ends following; whoever ends it has no trouble there any more either."""
    if on:
        _keep(session, report, who)
    else:
        session.execute(delete(Follower).where(Follower.report_id == report.id, Follower.subject == who))


def me_too(session: Session, report: Report, who: str, *, on: bool) -> None:
    """Says, or takes back, that this concerns somebody too, who follows it from then on; ConflictError once settled."""
    if report.state not in OPEN:
        raise ConflictError(_("Phản ánh này đã được trả lời; nếu việc vẫn còn, hãy gửi một phản ánh mới."))
    _keep(session, report, who, me_too=on)


def answer(session: Session, report: Report, who: str | None, *, fixed: bool) -> None:
    """The answer to "Đã sửa thật chưa?" of a follower, or without one of the sender.

    ConflictError before there is a result, ForbiddenError for somebody who did not follow.
    """
    if report.state not in ANSWERED:
        raise ConflictError(_("Phản ánh chưa có kết quả để xác nhận."))
    if who is None:
        report.fixed = fixed
        return
    mine = update(Follower).where(Follower.report_id == report.id, Follower.subject == who)
    if session.execute(mine.values(fixed=fixed).returning(Follower.subject)).first() is None:
        raise ForbiddenError(_("Hãy bấm Theo dõi trước; người gửi và người theo dõi được hỏi việc đã sửa thật chưa."))


def flag(session: Session, report: Report, who: str, text: str) -> None:
    """An objection to what is published, which the unit and the IOC will see; a second one replaces the first."""
    if report.published_at is None or report.hidden_at is not None or report.category.sensitive:
        raise ConflictError(_("Nội dung phản ánh này không công khai, nên không có gì để báo vi phạm."))
    words = checked(text, "text", least=WORDS[0], most=WORDS[1], lines=True)
    session.execute(delete(Flag).where(Flag.report_id == report.id, Flag.subject == who, Flag.settled_at.is_(None)))
    session.add(Flag(report_id=report.id, subject=who, text=words))


def interest(session: Session, report: Report) -> Interest:
    """The counts of a report."""
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Follower.me_too),
            func.count().filter(Follower.fixed.is_(True)),
            func.count().filter(Follower.fixed.is_(False)),
        ).where(Follower.report_id == report.id)
    ).one()
    yes, no = int(report.fixed is True), int(report.fixed is False)
    return Interest(row[0], row[1], row[2] + yes, row[3] + no)


def mine(session: Session, report: Report, who: str) -> Follower | None:
    """What one browser said about a report."""
    return session.get(Follower, (report.id, who))


def mended(session: Session) -> tuple[int, int]:
    """Of the reports with an answer to "Đã sửa thật chưa?": how many nobody denies to be mended, and all of them."""
    said_no = select(Follower.report_id).where(Follower.fixed.is_(False))
    said = select(Follower.report_id).where(Follower.fixed.is_not(None))
    asked = or_(Report.fixed.is_not(None), Report.id.in_(said))
    good = asked & Report.fixed.is_not(False) & Report.id.not_in(said_no)
    row = session.execute(
        select(func.count().filter(good), func.count().filter(asked)).where(Report.demo.is_(False))
    ).one()
    return row[0], row[1]


def _keep(session: Session, report: Report, who: str, **said: bool) -> None:
    row = insert(Follower).values(report_id=report.id, subject=who, **said)
    key = ("report_id", "subject")
    if said:
        session.execute(row.on_conflict_do_update(index_elements=key, set_=said))
    else:
        session.execute(row.on_conflict_do_nothing(index_elements=key))
