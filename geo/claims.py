"""Who has a report in hand: one row a report, no lock held, over by itself."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from geo import options
from geo.errors import ConflictError, ForbiddenError
from geo.i18n import _
from geo.models import Claim, Report
from geo.permissions import Actor, may


class ClaimedError(ConflictError):
    """Somebody else has the report in hand; details carry `by`, a name, and `until`."""

    type = "claimed"


def claim(session: Session, report: Report, who: Actor, now: datetime, *, over: bool = False) -> Claim:
    """Takes a report in hand, or renews that; `over` takes it out of a colleague's.

    ClaimedError while somebody else has it, ForbiddenError for those who may not act on it.
    """
    user_id = _checked(report, who)
    values = {"user_id": user_id, "at": now, "until": now + timedelta(minutes=options.value("claim_minutes"))}
    row = insert(Claim).values(report_id=report.id, **values)
    free = None if over else or_(Claim.until <= now, Claim.user_id == user_id)
    # Of two at one moment the second waits for the first one's row, and then the condition decides.
    row = row.on_conflict_do_update(index_elements=["report_id"], set_=values, where=free)
    if session.scalar(row.returning(Claim.report_id)) is None:
        raise _refusal(_of(session, report.id))
    return _of(session, report.id)


def release(session: Session, report: Report, who: Actor) -> None:
    """Gives a report back that was in one's own hands; nothing where it was not."""
    mine = delete(Claim).where(Claim.report_id == report.id, Claim.user_id == _checked(report, who))
    session.execute(mine)


def current(session: Session, report_ids: list[int], now: datetime) -> dict[int, Claim]:
    """The claims that hold now, by report."""
    query = select(Claim).where(Claim.report_id.in_(report_ids), Claim.until > now).options(joinedload(Claim.user))
    return {one.report_id: one for one in session.scalars(query.execution_options(populate_existing=True))}


def stepping(session: Session, report: Report, who: Actor, now: datetime) -> None:
    """Renews the actor's own claim; ClaimedError where a colleague's stands in the way of their step.

    Senders, units by their link and the program itself know nothing of claims, so none stops them.
    """
    if who.user_id is None or who.role not in ("officer", "head", "operator"):
        return
    held = current(session, [report.id], now).get(report.id)
    if held is None:
        return
    if held.user_id != who.user_id:
        raise _refusal(held)
    held.until = max(held.until, now + timedelta(minutes=options.value("claim_minutes")))


def end(session: Session, report: Report) -> None:
    """Nobody has a report in hand any more, for it is settled or somebody else's business."""
    session.execute(delete(Claim).where(Claim.report_id == report.id))


def _checked(report: Report, who: Actor) -> int:
    if who.user_id is None or not may(who, "claim", report):
        raise ForbiddenError(_("Bạn không có quyền thực hiện bước này."))
    return who.user_id


def _of(session: Session, report_id: int) -> Claim:
    query = select(Claim).where(Claim.report_id == report_id).options(joinedload(Claim.user))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _refusal(held: Claim) -> ClaimedError:
    text = _("{name} đang xử lý phản ánh này; hãy bấm “Nhận thay” nếu bạn cần làm thay.")
    return ClaimedError(text, details={"by": held.user.name, "until": held.until.isoformat()}, name=held.user.name)
