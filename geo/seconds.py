"""The second report: what a sender makes of a result that they do not accept."""

from sqlalchemy import exists, select

from geo.details import Effect, Situation
from geo.errors import ConflictError
from geo.i18n import _
from geo.models import Report
from geo.transitions import Action

RESOLVE_DAYS = 3  # working days for the result of a second report


def _dispute(at: Situation) -> None:
    if at.report.second_of_id is not None:
        raise ConflictError(_("Phản ánh lần 2 là lần cuối; kết quả do Trung tâm IOC theo dõi."))
    if at.session.scalar(select(exists().where(Report.second_of_id == at.report.id))):
        raise ConflictError(_("Bạn đã gửi phản ánh lần 2 cho kết quả này."))


SECONDS: dict[Action, Effect] = {"dispute": _dispute}
