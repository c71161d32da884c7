"""What the pages of the boundaries say of editions."""

from collections.abc import Hashable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.remembered import Remembered
from boundaries import checks, diff, editions, lookup, readiness
from boundaries.checks import Coverage
from boundaries.diff import Place
from boundaries.models import Activation, Area, Edition
from boundaries.readiness import Unready
from geo.errors import BusyError, ConflictError
from geo.i18n import _
from geo.models import User
from geo.settings import Settings

STATES = {
    "draft": _("bản nháp"),
    "scheduled": _("đã hẹn"),
    "working": _("đang kích hoạt"),
    "now": _("đang hiệu lực"),
    "past": _("đã hết hiệu lực"),
    "future": _("sẽ hiệu lực"),
}
_NOT_AVAILABLE = "55P03"  # lock_not_available
KINDS = {"activate": _("Kích hoạt"), "undo": _("Hoàn tác")}


class Row(NamedTuple):
    """An edition with how many areas each of its levels has, and what it is today: a key of STATES."""

    edition: Edition
    levels: dict[str, int]
    state: str


class Changed(NamedTuple):
    """A change between two editions in words: its level, a key of WHAT, and the areas of either edition."""

    level: str
    what: str
    old: str
    new: str


class Compared(NamedTuple):
    """What changes from one edition to another, and how many areas stay as they are."""

    changes: list[Changed]
    kept: int


def rows(session: Session) -> list[Row]:
    """All editions, the newest first."""
    counted = select(Area.edition_id, Area.level, func.count()).group_by(Area.edition_id, Area.level)
    levels: dict[int, dict[str, int]] = {}
    order = case({"district": 0, "commune": 1}, value=Area.level, else_=2)
    for edition, level, count in session.execute(counted.order_by(order)):
        levels.setdefault(edition, {})[level] = count
    return [Row(one, levels.get(one.id, {}), state(one, lookup.today())) for one in reversed(editions.every(session))]


def state(edition: Edition, today: date) -> str:
    """What an edition is today: a key of STATES."""
    if edition.state == "scheduled" and edition.activate_at is not None:
        return "working" if edition.activate_at <= datetime.now(UTC) else "scheduled"
    if edition.state != "active":
        return edition.state
    if edition.valid_from > today:
        return "future"
    return "past" if edition.valid_until is not None and edition.valid_until <= today else "now"


def predecessor(session: Session, edition: Edition) -> Edition | None:
    """The edition that undoing an activation would put in force again; None where it cannot be undone."""
    active = editions.active_ones(session)
    return active[-2] if len(active) > 1 and active[-1].id == edition.id else None


def owed(session: Session, edition: Edition) -> bool:
    """Whether the open reports have yet to follow an edition that an older release put in force."""
    return editions.owes(session, edition, lookup.today())


def unready(session: Session, edition: Edition, settings: Settings) -> list[Unready]:
    """The units to which its last activation brought reports that they still cannot see."""
    last = history(session, edition)
    return readiness.after(session, last[0][0], settings) if last else []


def held(session: Session, code: str, seen: str) -> Edition | None:
    """An edition as somebody saw it (`stamp`), held for this transaction; None where there is none.

    ConflictError where it has changed since, BusyError while somebody is at it.
    """
    query = select(Edition).where(Edition.code == code.replace("\0", "?"))
    try:
        with session.begin_nested():
            found = session.scalar(query.with_for_update(nowait=True).execution_options(populate_existing=True))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_AVAILABLE:
            raise
        raise BusyError(_("Phiên bản này đang được kích hoạt, hoàn tác hoặc sửa; hãy đợi rồi thử lại.")) from error
    if stamp(found) != seen:
        raise ConflictError(
            _("Người khác vừa thay đổi phiên bản {code}. Hãy xem lại rồi làm lại nếu vẫn cần."), code=code
        )
    return found


def before(session: Session, edition: Edition) -> Edition | None:
    """The active edition that an edition comes after, by their days; None for the first."""
    earlier = select(Edition).where(Edition.state == "active", Edition.valid_from < edition.valid_from)
    return session.scalars(earlier.order_by(Edition.valid_from.desc()).limit(1)).one_or_none()


def history(session: Session, edition: Edition) -> list[tuple[Activation, str | None]]:
    """The activations and undoings of an edition, the newest first, each with the name of who did it."""
    query = select(Activation, User.name).outerjoin(User, User.id == Activation.user_id)
    rows = session.execute(query.where(Activation.edition_id == edition.id).order_by(Activation.id.desc()))
    return [(activation, name) for activation, name in rows]


def stamp(edition: Edition | None) -> str:
    """What changes when somebody else changes an edition; blank for none."""
    return f"{edition.id} {edition.created_at.isoformat()} {edition.state}" if edition else ""


class Measured:
    """What takes a second to find out of an edition, and stays true as long as its areas do."""

    def __init__(self) -> None:
        self._found: Remembered[Any] = Remembered(3_600, 40)

    def checks(self, session: Session, edition: Edition) -> list[Coverage]:
        """Validity, gaps and overlaps."""
        found: list[Coverage] = self._found.get(_key(edition), lambda: checks.check(session, edition))
        return found

    def compared(self, session: Session, first: Edition, second: Edition) -> Compared:
        """What the second changes of the first."""
        found: Compared = self._found.get((_key(first), _key(second)), lambda: _compare(session, first, second))
        return found


def _key(edition: Edition) -> Hashable:
    return edition.id, edition.created_at


def _compare(session: Session, first: Edition, second: Edition) -> Compared:
    changes = diff.diff(session, first, second)
    told = [Changed(one.level, one.what, _named(one.old), _named(one.new)) for one in changes if one.what != "kept"]
    return Compared(told, len(changes) - len(told))


def _named(areas: tuple[Place, ...]) -> str:
    return ", ".join(f"{one.kind} {one.name} ({one.code})" for one in areas)
