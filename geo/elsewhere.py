"""Pictures of reports that lie on somebody else's server: noted down in the report's transaction, brought by a job."""

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from geo import jobs, media
from geo.errors import InvalidError
from geo.i18n import _
from geo.media import Picture
from geo.models import MediaFetch, Report
from geo.settings import Settings

BRING = "bring"
MOST = 2_000  # characters of an address


def checked_url(url: str) -> str:
    """An http or https address with a host and nothing that hides another one; InvalidError says what is wrong."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.password)
        fine = fine and (parts.port or 80) > 0
    except ValueError:
        fine = False
    if not fine or len(url) > MOST or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidError(
            _("Địa chỉ ảnh phải bắt đầu bằng http:// hoặc https:// và không kèm tên người dùng."), field="url"
        )
    return url


def bring(session: Session, report: Report, url: str) -> None:
    """Asks for a picture of a report to be brought from an address that `checked_url` has passed."""
    # The address stays out of the job, for it may name somebody.
    wanted = MediaFetch(report_id=report.id, url=url)
    session.add(wanted)
    session.flush()
    jobs.defer(session, BRING, fetch_id=wanted.id)


def wanted(session: Session, fetch_id: int) -> str | None:
    """The address that a job is to bring a picture from; None once that is done or given up."""
    found = session.get(MediaFetch, fetch_id)
    return found.url if found is not None else None


def arrived(session: Session, settings: Settings, fetch_id: int, pictures: list[Picture]) -> None:
    """Keeps what was brought with its report, once; where the report is published already an officer has to show it."""
    found = session.get(MediaFetch, fetch_id, with_for_update=True)
    if found is None:
        return
    report = session.get_one(Report, found.report_id, with_for_update={"of": Report})
    session.delete(found)
    # What the public sees was looked at; this was not.
    media.keep(session, settings, report, pictures, withheld=report.published_at is not None)


def give_up(session: Session, fetch_id: int) -> None:
    """Forgets an address that no picture comes from."""
    found = session.get(MediaFetch, fetch_id)
    if found is not None:
        session.delete(found)
