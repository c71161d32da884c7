"""The pictures of a step as proof: when and how far from the pin they were taken."""

from dataclasses import dataclass
from datetime import datetime

from geoalchemy2 import Geography
from sqlalchemy import cast, func, select, update
from sqlalchemy.orm import Session

from geo.details import Situation
from geo.errors import InvalidError
from geo.filters import kept_back, shown_key
from geo.i18n import _
from geo.models import Event, Media, Report

FAR = 200  # metres from the pin, beyond which a picture may be of another place


@dataclass(frozen=True)
class Proof:
    """A picture of a step: its key, what it is, its own time, its distance from the pin in metres; none for unknown."""

    key: str
    kind: str  # photo | video
    taken_at: datetime | None
    metres: float | None

    @property
    def far(self) -> bool:
        """Whether it was taken away from the pin."""
        return self.metres is not None and self.metres > FAR


def check(at: Situation) -> None:
    """InvalidError where a result that can be seen comes without a picture.

    Whoever runs the machine itself answers for what they type there.
    """
    if at.report.category.visible and not at.details.pictures and at.actor.role != "system":
        raise InvalidError(_("Hãy kèm ít nhất một ảnh kết quả: việc này nhìn thấy được."), field="media")


def proofs(session: Session, report: Report, *, inside: bool) -> dict[int, list[Proof]]:
    """The pictures of each event of a report, by its id: as they were sent `inside`, else as the public sees them."""
    metres = func.ST_Distance(cast(Media.taken_point, Geography), cast(Report.point, Geography))
    key = Media.key if inside else shown_key()
    query = select(Media.event_id, key, Media.kind, Media.taken_at, metres).join(Report, Report.id == Media.report_id)
    query = query if inside else query.where(~kept_back())
    found: dict[int, list[Proof]] = {}
    mine = query.where(Media.report_id == report.id, Media.event_id.is_not(None))
    for event_id, *values in session.execute(mine.order_by(Media.id)):
        found.setdefault(event_id, []).append(Proof(*values))
    return found


def move(session: Session, report: Report, event_id: int) -> None:
    """Gives the pictures of what waited for the head to the step that it became."""
    proposed = select(Event.id).where(Event.report_id == report.id, Event.action == "propose")
    mine = update(Media).where(Media.report_id == report.id, Media.event_id.in_(proposed))
    session.execute(mine.values(event_id=event_id))
