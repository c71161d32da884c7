"""Reports: made, found."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, make_transient_to_detached

from geo import clock, codes, deadlines, senders
from geo.database import driver
from geo.errors import InvalidError, NotFoundError
from geo.filters import Filters, apply_filters
from geo.geometry import blur, element
from geo.i18n import _
from geo.models import Report
from geo.search import plain
from geo.senders import Contact
from geo.texts import checked

UNKNOWN = _("Không có phản ánh nào mang mã này; hãy xem lại mã.")
CONTENT = (10, 5_000)  # characters


_COLUMNS = (
    *("code", "state", "version", "category_id", "unit_id", "area_code", "commune_code", "needs_confirmation"),
    *("content", "words", "point", "public_point", "accuracy", "happened_at", "created_at"),
    *("accept_due", "resolve_due", "door", "demo", "second_of_id", "urgent"),
)
# One trip for both rows, written out: the door's speed is the number of trips, and a unit of work takes two and more.
_INSERT = f"""
    WITH made AS (
        INSERT INTO reports ({", ".join(_COLUMNS)}) VALUES ({", ".join(f"%({name})s" for name in _COLUMNS)})
        ON CONFLICT (code) DO NOTHING RETURNING id
    ), told AS (
        INSERT INTO senders
            (report_id, key, contact, phone_hash, phone_checked, notice_version, token_hash)
        SELECT id, %(key)s, %(contact)s, %(phone_hash)s, false, %(notice_version)s, %(token_hash)s FROM made
    )
    SELECT id FROM made
    """  # noqa: S608 (the names are the ones above)


@dataclass(frozen=True)
class Draft:
    """A statement whose fields are checked and normalised, on its way to become a report."""

    name: str
    phone: str  # E.164
    category: str
    content: str
    lon: float | None  # none where the place is a commune
    lat: float | None
    door: str
    organisation: str | None = None
    notice_version: str = ""
    email: str | None = None
    accuracy: float | None = None  # metres
    happened_at: datetime | None = None
    area: str | None = None  # the code of the one that the sender chose near a border
    commune: str | None = None  # the code of the place without a pin

    @property
    def point(self) -> tuple[float, float]:
        """The place in degrees."""
        assert self.lon is not None
        assert self.lat is not None
        return self.lon, self.lat


def checked_content(text: str) -> str:
    """What happened, in 10 to 5,000 characters, line breaks kept."""
    return checked(text, "content", least=CONTENT[0], most=CONTENT[1], lines=True)


class Kind(NamedTuple):
    """What a category means for its reports."""

    id: int
    sensitive: bool
    urgent: bool
    accept_hours: int
    resolve_days: int
    raised: bool = False  # an alert makes it urgent, whatever the category says

    def in_force(self) -> "Kind":
        """The same with the deadlines of what is urgent, where an alert raises it."""
        if not self.raised:
            return self
        hours, days = min(self.accept_hours, clock.URGENT[0]), min(self.resolve_days, clock.URGENT[1])
        return self._replace(urgent=True, accept_hours=hours, resolve_days=days)


_KIND = """
    SELECT id, sensitive, urgent, accept_hours, resolve_days, EXISTS (
        SELECT FROM storms WHERE ended_at IS NULL AND code = ANY (storms.categories)
    ) FROM categories WHERE code = %(code)s AND active
    """


def category(session: Session, code: str) -> Kind:
    """What the active category of a code means at this moment; InvalidError where there is none."""
    row = driver(session).execute(_KIND, {"code": code}).fetchone() if "\0" not in code else None
    if row is None:
        raise InvalidError(_("Không có lĩnh vực này; hãy chọn một lĩnh vực trong danh sách."), field="category")
    return Kind(*row).in_force()


def create(
    session: Session,
    draft: Draft,
    *,
    category: Kind,
    unit_id: int,
    area_code: str | None,
    commune_code: str | None,
    needs_confirmation: bool,
    token: str,
    secret: bytes,
    second_of: int | None = None,
    now: datetime | None = None,
) -> Report:
    """The report and its sender, written but not yet received: `workflow.apply` with "receive" follows."""
    moment = now or datetime.now(UTC)
    shown = blur(*draft.point) if category.sensitive else draft.point
    report = Report(
        state="received",
        version=1,
        category_id=category.id,
        unit_id=unit_id,
        area_code=area_code,
        commune_code=commune_code,
        needs_confirmation=needs_confirmation,
        content=draft.content,
        words=plain(draft.content),
        point=element(*draft.point),
        public_point=element(*shown),
        accuracy=draft.accuracy,
        happened_at=draft.happened_at,
        created_at=moment,
        accept_due=deadlines.due(moment, category.accept_hours, urgent=category.urgent),
        resolve_due=deadlines.due_in_days(moment, category.resolve_days, urgent=category.urgent),
        door=draft.door,
        demo=False,
        urgent=True if category.raised else None,
        second_of_id=second_of,
        published_at=None,
    )
    contact = Contact(draft.name, draft.phone, draft.organisation, draft.email)
    sender = vars(senders.seal(secret, contact)) | {
        "notice_version": draft.notice_version,
        "token_hash": codes.token_hash(token),
    }
    _write(session, report, sender)
    return report


def _write(session: Session, report: Report, sender: dict[str, Any]) -> None:
    values = {name: getattr(report, name) for name in _COLUMNS} | sender
    values |= {"point": report.point.data, "public_point": report.public_point.data}
    connection = driver(session)
    # 40 bits meet by chance once in a million tries when a million reports are there; then the next code is taken.
    while report.id is None:
        report.code = codes.report_code()
        if row := connection.execute(_INSERT, values | {"code": report.code}).fetchone():
            report.id = row[0]
    make_transient_to_detached(report)
    session.add(report)


def by_code(session: Session, text: str) -> Report:
    """The report whose code a person typed, in whatever spelling; NotFoundError where there is none."""
    code = codes.normalise(text)
    report = session.scalar(select(Report).where(Report.code == code)) if code else None
    if report is None:
        raise NotFoundError(UNKNOWN)
    return report


__all__ = ["CONTENT", "Draft", "Filters", "Kind", "apply_filters", "by_code", "category", "checked_content", "create"]
