"""What can be asked of reports, the same at every door."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_

from geo import codes
from geo.errors import InvalidError
from geo.geometry import SRID, BBox
from geo.i18n import _
from geo.models import Category, Event, Media, Report, Unit
from geo.search import has_words, stripped

_Any = TypeVar("_Any", bound=Any)


@dataclass(frozen=True)
class Filters:
    """A question about reports; codes throughout, `since` inclusive and `until` exclusive, both on `created_at`."""

    bbox: BBox | None = None
    category: tuple[str, ...] = ()  # any of these
    unit: str | None = None
    area: str | None = None  # a district or a commune
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    edition: str | None = None  # whose area it is, or `then`; without one, what the report itself has
    # The same as a condition: editions live one storey up, which makes it where there are both.
    inside: ColumnElement[bool] | None = field(default=None, compare=False, repr=False)


def published() -> ColumnElement[bool]:
    """Whether a report's content and pictures are public: accepted, not hidden, and not of a sensitive category."""
    return Report.published_at.is_not(None) & Report.hidden_at.is_(None) & ~sensitive()


def public_content() -> ColumnElement[str]:
    """A report's words as the public may read them once they are published."""
    return func.coalesce(Report.redacted, Report.content)


def _public_words() -> ColumnElement[str]:
    return case((Report.redacted.is_(None), Report.words), else_=stripped(func.coalesce(Report.redacted, "")))


def next_deadline() -> ColumnElement[Any]:
    """The deadline that is due next in a report's state; null where none runs."""
    return case(
        (Report.state == "received", Report.accept_due),
        (Report.state == "in_progress", Report.resolve_due),
        # The first question stops the clock until it is answered.
        ((Report.state == "needs_info") & (Report.questions > 1), Report.resolve_due),
    )


def pictured() -> ColumnElement[bool]:
    """Whether a report's pictures are public: as its content, but not of what was rejected or taken back."""
    return published() & Report.state.not_in(("rejected", "withdrawn"))


def shown_key() -> ColumnElement[str]:
    """The key of the copy of a picture that the public may see: the blurred one where there is one."""
    return func.coalesce(Media.public_key, Media.key)


def kept_back() -> ColumnElement[bool]:
    """Whether a picture was withheld, or belongs to a result that the head has still to approve."""
    proposed = select(Event.id).where(Event.report_id == Media.report_id, Event.action == "propose")
    return Media.withheld | (Media.event_id.is_not(None) & Media.event_id.in_(proposed.correlate(Media)))


def sensitive(one: Any = Report) -> ColumnElement[bool]:
    """Whether a report (or an alias of one) is of a sensitive category, whose exact place is not public.

    Two reports are tied together in public only where neither is: the place of one would tell that of the other.
    """
    # A subquery without a join runs once for a statement, and fits any select.
    hidden: ColumnElement[bool] = one.category_id.in_(select(Category.id).where(Category.sensitive))
    return hidden


def apply_filters(query: Select[_Any], filters: Filters) -> Select[_Any]:
    """A select over reports narrowed to what was asked, by the public point and public text alone."""
    conditions: list[ColumnElement[bool]] = []
    if (box := filters.bbox) is not None:
        envelope = func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, SRID)
        conditions.append(Report.public_point.intersects(envelope))
    if filters.category:
        conditions.append(Report.category_id.in_(select(Category.id).where(Category.code.in_(filters.category))))
    if filters.unit is not None:
        conditions.append(Report.unit_id == select(Unit.id).where(Unit.code == filters.unit).scalar_subquery())
    if filters.area is not None:
        conditions.append(_in_area(filters.area) if filters.inside is None else filters.inside)
    if filters.state is not None:
        conditions.append(Report.state == filters.state)
    if filters.since is not None:
        conditions.append(Report.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(Report.created_at < filters.until)
    if filters.q and codes.is_code(filters.q.upper()):
        conditions.append(Report.code == filters.q.upper())
    elif filters.q:
        found = has_words(public_content(), _public_words(), filters.q) & published()
        conditions.append(found)
    return query.where(*conditions)


def _in_area(code: str) -> ColumnElement[bool]:
    # The commune of the exact point would cut the cell that hides a sensitive place into parts.
    in_commune = (Report.commune_code == code) & ~sensitive()
    return or_(Report.area_code == code, in_commune)


def newest_first(query: Select[_Any]) -> Select[_Any]:
    """A select over reports in the order that cursors follow."""
    return query.order_by(Report.created_at.desc(), Report.id.desc())


def after(query: Select[_Any], cursor: str) -> Select[_Any]:
    """A select over reports that goes on behind a cursor; InvalidError for one that is none of ours."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        micros, report_id = map(int, raw.decode("ascii").split("."))
        moment = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
        if not 0 <= report_id < 2**63:
            raise ValueError(report_id)
    except (ValueError, binascii.Error, OverflowError, OSError) as error:
        raise InvalidError(_("Con trỏ trang không đúng; hãy mở lại từ trang đầu."), field="cursor") from error
    return query.where(tuple_(Report.created_at, Report.id) < tuple_(moment, report_id))


def cursor_of(created_at: datetime, report_id: int) -> str:
    """An opaque cursor that stands behind a report."""
    micros = int(created_at.timestamp()) * 1_000_000 + created_at.microsecond
    return base64.urlsafe_b64encode(f"{micros}.{report_id}".encode("ascii")).decode().rstrip("=")
