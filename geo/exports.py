"""The register of exports, and those among them that are ordered: made by a worker, found by a token."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from geo import codes, jobs
from geo.errors import ConflictError, NotFoundError, OverloadedError
from geo.i18n import _
from geo.models import Export, User

MAKE, TELL = "export", "export_told"
AT_ONCE = 2  # files made at the same time, however many workers there are
MOST_WAITING = 100
MOST_TRIES = 3
KEPT, KEPT_UNSIGNED = timedelta(days=400), timedelta(days=30)
OPEN = ("waiting", "running")
GONE = _("Không có tệp xuất nào ở địa chỉ này, hoặc đã hết hạn; hãy xuất lại.")
STATES = {
    "waiting": _("đang chờ đến lượt"),
    "running": _("đang ghi tệp"),
    "ready": _("đã xong"),
    "failed": _("không ghi được"),
    "cancelled": _("đã hủy"),
    "expired": _("đã hết hạn"),
}


@dataclass(frozen=True)
class Order:
    """What is exported, as the register keeps it: `filters` as an address has them."""

    format: str
    crs: int
    fields: tuple[str, ...]
    filters: dict[str, str]
    exact: bool = False
    total: int | None = None
    following: datetime | None = None


def note(session: Session, user: User | None, order: Order) -> Export:
    """Writes down a download that begins."""
    return _kept(session, user, order, "download", state="running")


def place(
    session: Session, user: User | None, order: Order, secret: bytes, *, filename: str, size: int, mail: bool
) -> Export:
    """Orders a file of about `size` bytes, whose token `token_of` tells; OverloadedError where too many wait."""
    waiting = select(func.count()).where(Export.door == "order", Export.state.in_(OPEN))
    if session.execute(waiting).scalar_one() >= MOST_WAITING:
        raise OverloadedError(_("Đang có quá nhiều tệp chờ được ghi; xin thử lại sau."), details={"retry_after": 300})
    export = _kept(session, user, order, "order", state="waiting")
    export.nonce, export.filename, export.size, export.mail = secrets.token_bytes(24), filename, size, mail
    export.token_hash = codes.token_hash(token_of(secret, export))
    # Those that share a lock come one after the other.
    jobs.defer(session, MAKE, lock=f"{MAKE}-{export.id % AT_ONCE}", export_id=export.id)
    return export


def token_of(secret: bytes, export: Export) -> str:
    """The token of an order, made again from the installation's secret: the database alone opens nothing."""
    return codes.derived_token(secret, f"export {export.id}", export.nonce or b"")


def find(session: Session, token: str, *, lock: bool = False) -> Export:
    """The order of a token; NotFoundError where there is none."""
    query = select(Export).where(Export.token_hash == codes.token_hash(token))
    export = session.scalar(query.with_for_update() if lock else query)
    if export is None:
        raise NotFoundError(GONE)
    return export


def cancel(export: Export, now: datetime) -> None:
    """Ends an order, also one whose file is there already; ConflictError where it has ended otherwise."""
    if export.state not in (*OPEN, "ready"):
        raise ConflictError(_("Tệp xuất này đã kết thúc."))
    export.state, export.ended_at, export.expires_at = "cancelled", now, None


def claim(session: Session, export_id: int) -> Export | None:
    """An order to be worked on from its beginning; None where it has ended, or had its tries."""
    export = session.get(Export, export_id, with_for_update=True)
    if export is None or export.state not in OPEN:
        return None
    if export.tries >= MOST_TRIES:
        export.state, export.ended_at = "failed", datetime.now(UTC)
        return None
    export.state, export.done, export.tries = "running", 0, export.tries + 1
    return export


def advance(session: Session, export_id: int, rows: int) -> bool:
    """Notes how many rows are written; whether anybody still wants them."""
    mine = update(Export).where(Export.id == export_id, Export.state == "running").values(done=rows)
    return session.scalar(mine.returning(Export.id)) is not None


def end(export: Export, *, rows: int, size: int | None = None, hours: int | None = None) -> None:
    """Notes that all rows are written; an order's file is then kept for some hours."""
    export.ended_at = datetime.now(UTC)
    export.state, export.done, export.size = "ready", rows, size
    if hours is not None:
        export.expires_at = export.ended_at + timedelta(hours=hours)


def ended(session: Session, export_id: int, rows: int, state: str) -> None:
    """Notes what became of a download: `ready`, or so many rows before its reader went away or it failed."""
    mine = update(Export).where(Export.id == export_id)
    session.execute(mine.values(done=rows, state=state, ended_at=func.now()))


def since(moment: datetime) -> Select[Export]:
    """A select of the register since a moment, the newest first."""
    return select(Export).where(Export.created_at >= moment).order_by(Export.id.desc())


def held(session: Session) -> int:
    """Bytes of the files that are kept, and of those that will be as far as they are estimated."""
    mine = (Export.door == "order", Export.state.in_((*OPEN, "ready")))
    return int(session.scalar(select(func.coalesce(func.sum(Export.size), 0)).where(*mine)) or 0)


def forget(session: Session, now: datetime) -> None:
    """Takes out of the register what nobody asks for any more: of readers who did not sign in after KEPT_UNSIGNED."""
    old = Export.created_at < now - KEPT
    unsigned = Export.user_id.is_(None) & (Export.created_at < now - KEPT_UNSIGNED)
    session.execute(delete(Export).where(Export.state.not_in((*OPEN, "ready")), old | unsigned))


def of(session: Session, user: User, most: int = 10) -> list[Export]:
    """The last exports of a user, the newest first."""
    mine = select(Export).where(Export.user_id == user.id).order_by(Export.id.desc()).limit(most)
    return list(session.scalars(mine))


def over(now: datetime) -> Select[Export]:
    """A select of the orders whose files must go."""
    return select(Export).where(Export.state == "ready", Export.expires_at <= now).with_for_update(skip_locked=True)


def _kept(session: Session, user: User | None, order: Order, door: str, *, state: str) -> Export:
    export = Export(user_id=user.id if user else None, door=door, state=state, **vars(order))
    export.fields = list(order.fields)
    session.add(export)
    session.flush()
    return export
