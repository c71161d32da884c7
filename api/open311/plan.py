"""Which steps of our process a status of an agency's system means, from where the report stands."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from geo.details import Details
from geo.effects import REASONS
from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import Report
from geo.permissions import MAY
from geo.transitions import STATES, Action, possible

Step = tuple[Action, Details]
ACCEPTED = ("ACCEPTED", "OPEN", "INVESTIGATING", "IN_PROGRESS", "ACTION_SCHEDULED", "PLANNED")
DONE = ("FIXED", "CLOSED")
ELSEWHERE = ("NOT_COUNCILS_RESPONSIBILITY", "INTERNAL_REFERRAL")
REFUSED = ("NO_FURTHER_ACTION", "UNABLE_TO_FIX")
ASKED, DOUBLE = "INFORMATION_REQUIRED", "DUPLICATE"
STATUSES = (*ACCEPTED, *DONE, *ELSEWHERE, *REFUSED, ASKED, DOUBLE)
OTHER = "khac"
# What to send for a step; of what was not accepted yet the acceptance may come along.
SAID: dict[str, tuple[str, ...]] = {
    "accept": ("ACCEPTED", "IN_PROGRESS", "FIXED"),
    "progress": ("IN_PROGRESS",),
    "resolve": ("FIXED",),
    "forward": (ELSEWHERE[0],),
    "return": (ELSEWHERE[0],),
    "reject": (REFUSED[0],),
    "ask": (ASKED,),
    "merge": (DOUBLE,),
}


def statuses(steps: Sequence[str]) -> list[str]:
    """The statuses that mean one of these steps; those of our own pages mean nothing here."""
    return list(dict.fromkeys(status for step in steps for status in SAID.get(step, ())))


def status_of(text: str) -> str:
    """The status in a text, in either case and with blanks for underscores; InvalidError lists those there are."""
    found = text.strip().upper().replace(" ", "_").replace("-", "_")
    if found not in STATUSES:
        text = _("Không có giá trị này; dùng được: {expected}.")
        raise InvalidError(text, field="status", expected=", ".join(STATUSES))
    return found


def plan(session: Session, report: Report, status: str, said: Details) -> list[Step]:
    """The steps, to be taken in this order; what the process does not allow `workflow.apply` refuses.

    InvalidError where something must be said with the status; ConflictError where it means nothing here.
    """
    session.refresh(report, with_for_update={"of": Report})
    first: list[Step] = [("accept", Details())] if report.state == "received" else []
    if status in ACCEPTED:
        return _accepted(report, first, said)
    if status in DONE:
        return [*first, ("resolve", said)]
    if status in ELSEWHERE:
        return [_handed_on(report, said)]
    if status in REFUSED:
        if said.reason is not None and said.reason not in REASONS:
            expected = ", ".join(REASONS)
            raise InvalidError(_("Không có giá trị này; dùng được: {expected}."), field="reason", expected=expected)
        return [("reject", Details(text=said.text, reason=said.reason or OTHER))]
    if status == DOUBLE:
        if said.lead_id is None:
            raise InvalidError(_("Hãy nêu mã của phản ánh mà phản ánh này trùng với."), field="lead")
        return [("merge", said)]
    return [("ask", said)]


def _accepted(report: Report, first: list[Step], said: Details) -> list[Step]:
    if report.state == "received":
        return [*first, ("progress", said)] if said.text else first
    if report.state != "in_progress":
        steps = [action for action in possible(report.state, "officer") if "officer" in MAY[action]]
        raise ConflictError(
            _("Phản ánh đang ở trạng thái “{state}”, bước này không còn thực hiện được."),
            details={"possible": steps},
            state=next(text for name, text in STATES.items() if name == report.state),
        )
    if not said.text:
        raise InvalidError(_("Phản ánh đã được tiếp nhận; hãy viết tiến độ."), field="text")
    return [("progress", said)]


def _handed_on(report: Report, said: Details) -> Step:
    if said.unit_id is not None:
        return "forward", said
    if report.state == "in_progress":
        raise InvalidError(
            _("Phản ánh đã được tiếp nhận nên chỉ chuyển được đến một đơn vị; hãy nêu mã đơn vị."), field="unit"
        )
    return "return", said
