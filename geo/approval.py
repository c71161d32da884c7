"""Results and extensions that a unit's head approves before they count, where the unit wants it."""

from typing import Any, cast

from geo import proof
from geo.details import Details, Effect, Situation
from geo.errors import ConflictError
from geo.i18n import _
from geo.models import Report
from geo.permissions import Actor
from geo.transitions import Action


def wanted(action: Action, report: Report, actor: Actor) -> bool:
    """Whether the actor's step waits for the head."""
    if actor.role not in ("officer", "link"):
        return False
    unit = report.unit
    return (action == "resolve" and unit.approves_results) or (action == "extend" and unit.approves_extensions)


def _propose(at: Situation) -> None:
    if at.details.proposed is None:
        raise ConflictError(_("Chỉ kết quả hoặc đề nghị gia hạn mới chờ duyệt."))
    if at.details.proposed == "resolve":
        proof.check(at)
    at.report.waiting = {
        "action": at.details.proposed,
        "text": at.details.text,
        "days": at.details.days,
        "pictures": at.details.pictures,
    }


def _settle(at: Situation) -> None:
    if at.report.waiting is None:
        raise ConflictError(_("Không có gì đang chờ duyệt."))


def _decline(at: Situation) -> None:
    _settle(at)
    at.report.waiting = None


def approved(report: Report) -> tuple[Action, Details]:
    """The step that waited, taken out of the report."""
    waiting: dict[str, Any] = report.waiting or {}
    report.waiting = None
    return cast(Action, waiting["action"]), Details(
        text=waiting["text"], days=waiting["days"], pictures=waiting.get("pictures", 0)
    )


APPROVAL: dict[Action, Effect] = {"propose": _propose, "approve": _settle, "decline": _decline}
