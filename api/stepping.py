"""take(): one step of the process, whatever door it came through; step(): the same with pictures already decoded.

Only here does a report's area follow what people settle near a border: `geo.workflow` knows no areas.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from boundaries import settled
from geo import media, redaction, workflow
from geo.details import Details
from geo.errors import NotFoundError
from geo.i18n import _
from geo.media import Picture
from geo.models import Report
from geo.permissions import Actor
from geo.settings import Settings
from geo.transitions import Action


def take(
    session: Session,
    settings: Settings,
    report: Report,
    action: Action,
    who: Actor,
    *,
    door: str,
    version: int | None,
    details: Details,
    photos: Sequence[bytes] = (),
) -> None:
    """Decodes the pictures, takes the step and keeps them with it; errors as both have them.

    NotFoundError for what is no step of its own.
    """
    if action == "complete":
        raise NotFoundError(_("Không có bước này."))
    # First, for it takes seconds in which the report's row should not be locked.
    pictures = media.decode_all(photos, settings)
    step(session, settings, report, action, who, door=door, version=version, details=details, pictures=pictures)


def step(
    session: Session,
    settings: Settings,
    report: Report,
    action: Action,
    who: Actor,
    *,
    door: str,
    version: int | None,
    details: Details,
    pictures: Sequence[Picture] = (),
) -> int:
    """Takes the step and keeps its pictures with it, for many reports the same ones; the id of its event."""
    said = replace(details, pictures=len(pictures))
    before = redaction.shown_now(session, report, details.picture) if details.picture else None
    event_id = workflow.apply(session, report, action, who, door=door, version=version, details=said)
    settled.follow(session, report, action)
    if action == "redact" and details.shown == "blurred":
        redaction.blur(session, settings, report, details)
    if before is not None:
        redaction.forget(session, settings, before)
    media.keep(session, settings, report, pictures, event_id=event_id)
    return event_id
