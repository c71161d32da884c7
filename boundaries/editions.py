"""Editions: loaded as drafts, activated, never changed while they are active."""

from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from boundaries import committees, history, importing, sources
from boundaries.models import Activation, Area, Edition
from geo.deadlines import ZONE
from geo.errors import ConflictError, NotFoundError, SetupError
from geo.i18n import _

_LOCK = 49_000_001  # advisory: two programs that start at once load the defaults once


def load_defaults(session: Session) -> SetupError | None:
    """Loads the three editions of history where there is none at all and activates `2020`; returns why it could not."""
    if _any(session):
        return None
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    if _any(session):
        return None
    try:
        built = list(history.build())
    except SetupError as error:
        return error
    for past, areas in built:
        edition = Edition(
            code=past.code,
            name=past.name,
            state="draft",
            valid_from=past.valid_from,
            routing_level=past.routing_level,
            source=sources.SOURCE,
            licence=sources.LICENCE,
            attribution=sources.ATTRIBUTION,
            redistributable=False,
        )
        session.add(edition)
        importing.write(session, edition, areas)
    # The province's regulation speaks of district committees: the later editions wait for an operator's word.
    first = activate(session, built[0][0].code)
    session.add(Activation(edition_id=first.id, kind="activate", counts={}))
    return None


def find(session: Session, code: str | None = None, on: date | None = None) -> Edition:
    """The edition named, whatever its state, else the one active on a day (default: today in Vietnam).

    NotFoundError where there is none, SetupError where none is active at all.
    """
    if code is not None:
        code = code.replace("\0", "?")  # PostgreSQL takes no text with it
        named = session.scalars(select(Edition).where(Edition.code == code)).one_or_none()
        if named is None:
            known = ", ".join(edition.code for edition in every(session)) or "–"
            raise NotFoundError(
                _("Không có phiên bản địa giới {code}. Các phiên bản: {known}."), code=code, known=known
            )
        return named
    day = on or datetime.now(ZONE).date()
    query = (
        select(Edition)
        .where(Edition.state == "active", Edition.valid_from <= day)
        .where(or_(Edition.valid_until.is_(None), Edition.valid_until > day))
        .order_by(Edition.valid_from.desc())
        .limit(1)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        if session.scalars(select(Edition.id).where(Edition.state == "active").limit(1)).first() is None:
            raise SetupError(
                _(
                    "Chưa có địa giới nào hiệu lực; nhập bằng quangnam boundaries import, "
                    "rồi kích hoạt bằng quangnam boundaries activate."
                )
            )
        raise NotFoundError(_("Không có địa giới nào hiệu lực vào ngày {day}."), day=day.isoformat())
    return found


def every(session: Session) -> list[Edition]:
    """All editions, oldest first."""
    return list(session.scalars(select(Edition).order_by(Edition.valid_from, Edition.code)))


def activate(session: Session, code: str) -> Edition:
    """Makes a draft active from its day until the next active edition's; an active one stays; ConflictError.

    No report moves by this alone: `boundaries.activation.activate` is for those who have some.
    """
    edition = find(session, code)
    if edition.state == "active":
        return edition
    check(session, edition)
    # Two activations at once would each set the end of the same predecessor.
    active = active_ones(session, lock=True)
    before = [one for one in active if one.valid_from < edition.valid_from]
    after = [one for one in active if one.valid_from > edition.valid_from]
    if before:
        before[-1].valid_until = edition.valid_from
    edition.valid_until = after[0].valid_from if after else None
    edition.state = "active"
    edition.activated_at = datetime.now(ZONE)
    edition.activate_at = edition.scheduled_by_id = edition.problem = None
    session.flush()
    committees.set_days(session)
    return edition


def check(session: Session, edition: Edition) -> None:
    """ConflictError where an edition could not be activated: it is, lacks areas, or another one began on its day."""
    if edition.state == "active":
        raise ConflictError(_("Phiên bản {code} đã hiệu lực."), code=edition.code)
    routed = select(Area.id).where(Area.edition_id == edition.id, Area.level == edition.routing_level).limit(1)
    if session.scalar(routed) is None:
        raise ConflictError(
            _("Phiên bản {code} chưa có đơn vị hành chính ở cấp điều phối ({level}); nhập thêm trước khi kích hoạt."),
            code=edition.code,
            level=edition.routing_level,
        )
    same = select(Edition.code).where(Edition.state == "active", Edition.valid_from == edition.valid_from)
    if (other := session.scalar(same.limit(1))) is not None:
        raise ConflictError(
            _("Phiên bản {other} đã hiệu lực từ cùng ngày {day}; hai phiên bản không thể cùng bắt đầu một ngày."),
            other=other,
            day=edition.valid_from.isoformat(),
        )


def undoable(session: Session, edition: Edition) -> Edition:
    """The edition that comes into force again when this one is undone; ConflictError where it cannot be."""
    if edition.state != "active":
        raise ConflictError(_("Phiên bản {code} chưa hiệu lực nên không có gì để hoàn tác."), code=edition.code)
    active = active_ones(session)
    if active[-1].id != edition.id:
        raise ConflictError(
            _("Chỉ hoàn tác được phiên bản mới nhất đang hiệu lực, là {newest}; hãy hoàn tác nó trước."),
            newest=active[-1].code,
        )
    if len(active) == 1:
        raise ConflictError(
            _("Trước phiên bản {code} không có phiên bản nào hiệu lực nên không hoàn tác được."), code=edition.code
        )
    return active[-2]


def deactivate(session: Session, edition: Edition, predecessor: Edition) -> None:
    """Makes the newest active edition a draft again and takes the end from the one before; no report moves by this."""
    edition.state, edition.activated_at, edition.valid_until = "draft", None, None
    predecessor.valid_until = None
    session.flush()
    committees.set_days(session)


def active_ones(session: Session, *, lock: bool = False) -> list[Edition]:
    """The active editions, oldest first."""
    query = select(Edition).where(Edition.state == "active").order_by(Edition.valid_from)
    # Not against the keys: each report that comes in points to its edition.
    return list(session.scalars(query.with_for_update(key_share=True) if lock else query))


def follows(session: Session, edition: Edition, day: date, *, active: bool) -> Edition | None:
    """The edition that would be in force on a day were this one active, or not; None where none would."""
    others = [one for one in active_ones(session) if one.id != edition.id]
    begun = [one for one in [*others, *([edition] if active else [])] if one.valid_from <= day]
    return max(begun, key=lambda one: one.valid_from, default=None)


def owes(session: Session, edition: Edition, day: date) -> bool:
    """Whether an older release put an edition that is in force in the place of another, and moved no open reports."""
    if edition.state != "active" or follows(session, edition, day, active=True) != edition:
        return False
    if follows(session, edition, day, active=False) is None:
        return False
    # Each activation since then has counts, be it of nothing.
    done = select(Activation.id).where(Activation.edition_id == edition.id, Activation.counts.has_key("open"))
    return session.scalar(done.limit(1)) is None


def _any(session: Session) -> bool:
    return session.scalars(select(Edition.id).limit(1)).first() is not None
