"""Reports about one and the same thing: one leads, the others follow it until they are split off again."""

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from geo import clock, deadlines, succession, units
from geo.details import Effect, Situation
from geo.errors import BusyError, ConflictError, InvalidError
from geo.i18n import _
from geo.models import Report, Unit
from geo.transitions import Action

_LEADS = ("received", "needs_info", "in_progress", "resolved", "closed")


def _merge(at: Situation) -> None:
    lead = _locked(at.session, at.details.lead_id)
    if lead is None or lead.id == at.report.id:
        raise InvalidError(_("Hãy nhập mã của một phản ánh khác để gộp vào."), field="lead")
    if at.actor.role in ("officer", "head") and lead.unit_id != at.actor.unit_id:
        raise InvalidError(_("Phản ánh chính phải do đơn vị của bạn xử lý."), field="lead")
    if lead.state not in _LEADS:
        raise ConflictError(_("Phản ánh chính không còn được xử lý; hãy chọn phản ánh khác."))
    if merged(at.session, at.report):
        raise ConflictError(_("Phản ánh này đang dẫn các phản ánh khác; hãy gộp theo chiều ngược lại."))
    if at.report.second_of_id is not None:
        raise ConflictError(_("Phản ánh lần 2 phải được trả lời riêng, không gộp được."))
    at.report.lead_id = lead.id
    at.report.assignee_id = None


def _split(at: Situation) -> None:
    lead = at.session.get_one(Report, at.report.lead_id)
    today = succession.there(at.now.astimezone(deadlines.ZONE).date())
    if at.session.scalar(select(Unit.id).where(Unit.id == at.report.unit_id, today)) is None:
        # While it was merged other boundaries came into force: an open lead has followed them, a settled one has not.
        at.report.unit_id = units.going_on(at.session, lead.unit_id, at.now)
    at.report.lead_id = None
    clock.restart(at.report, at.now)


def merged(session: Session, lead: Report) -> list[Report]:
    """The reports that follow another one, by id."""
    return list(session.scalars(select(Report).where(Report.lead_id == lead.id).order_by(Report.id)))


def _locked(session: Session, report_id: int | None) -> Report | None:
    # Two reports merged into one another at one moment would wait for each other for ever: the later one is told.
    query = select(Report).where(Report.id == report_id).with_for_update(nowait=True, of=Report)
    try:
        with session.begin_nested():
            return session.scalar(query.execution_options(populate_existing=True))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":
            raise
        raise BusyError(_("Phản ánh chính đang được người khác cập nhật; xin thử lại.")) from error


MERGING: dict[Action, Effect] = {"merge": _merge, "split": _split}
