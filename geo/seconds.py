"""The second report: what a sender makes of a result that they do not accept."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from geo import options
from geo.details import Effect, Situation
from geo.errors import ConflictError
from geo.i18n import _
from geo.models import Report
from geo.reports import Kind
from geo.transitions import Action


def refusal(session: Session, report: Report) -> str | None:
    """Why a report can't be disputed, beside its state; None where it can."""
    if report.second_of_id is not None:
        return _("Phản ánh lần 2 là lần cuối; kết quả do Trung tâm IOC theo dõi.")
    if session.scalar(select(exists().where(Report.second_of_id == report.id))):
        return _("Bạn đã gửi phản ánh lần 2 cho kết quả này.")
    return None


def _dispute(at: Situation) -> None:
    if why := refusal(at.session, at.report):
        raise ConflictError(why)


def hastened(kind: Kind) -> Kind:
    """A category with the deadline of a second report, where its own is later."""
    return kind._replace(resolve_days=min(kind.resolve_days, options.value("second_days")))


SECONDS: dict[Action, Effect] = {"dispute": _dispute}
