"""An agency's own system answers: its statuses as the steps of our process, in its unit's name."""

import hashlib
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from api import keys
from api.deps import LangDep, SessionsDep, SettingsDep
from api.open311 import fetched
from api.open311.doors import LIST, FormatDep, made, told
from api.open311.formats import answer
from api.open311.forms import Form, FormDep, described
from api.open311.plan import Step, plan, status_of
from api.open311.sending import DOOR
from api.stepping import step
from geo import agency_updates, elsewhere, idempotency, media, reports, units
from geo.details import Details
from geo.errors import ForbiddenError, InvalidError
from geo.i18n import _
from geo.models import ApiKey, Report
from geo.permissions import Actor
from geo.settings import Settings

router = made("/open311/v2")
NOT_YOURS = _("Phản ánh này không thuộc đơn vị của khóa API.")
FIELDS = {
    "api_key": "a key that may take steps for the report's unit",
    "update_id": "the update's number in your system: sent again, it is known",
    "service_request_id": "the report's code",
    "status": "ACCEPTED, IN_PROGRESS, FIXED, …",
    "description": "the words that the public reads",
    "media_url": "a picture on your server, brought here at once",
    "agency_responsible": "with NOT_COUNCILS_RESPONSIBILITY or INTERNAL_REFERRAL: the code of the unit it goes to",
    "reason": "with NO_FURTHER_ACTION: why it is not taken",
    "duplicate_of": "with DUPLICATE: the code of the report that leads",
    "updated_datetime": "when it happened in your system; not kept",
}


@router.post(
    "/servicerequestupdates.{format}",
    responses=told(LIST),
    openapi_extra=described(FIELDS, ("update_id", "service_request_id", "status")),
)
def take(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    format: FormatDep,  # noqa: A002 (the standard's word)
    form: FormDep,
) -> Response:
    """Takes the steps that an update means; the same update_id with the same content is answered again, not taken."""
    with sessions.begin() as session:
        key = keys.check(session, settings, form.key(request), "steps")
        update_id = agency_updates.checked_id(_needed(form, "update_id"))
        report = reports.by_code(session, _needed(form, "service_request_id"))
        status = status_of(_needed(form, "status"))
        wanted = _fingerprint(form)
        # What is known, or not this key's to answer, is told before anything is fetched.
        event_id = agency_updates.known(session, key, update_id, wanted)
        if event_id is None:
            _actor(key, report)
    if event_id is None:
        pictures = media.decode_all([*form.files, *_elsewhere(form, settings)], settings)
        with sessions.begin() as session:
            agency_updates.hold(session, key, update_id, wanted)
            event_id = agency_updates.known(session, key, update_id, wanted)
            if event_id is None:
                report = reports.by_code(session, report.code)
                steps = plan(session, report, status, _details(session, form))
                event_id = _all(session, settings, report, _actor(key, report), steps=steps, pictures=pictures)
                agency_updates.became(session, key, update_id, event_id)
    headers = {"Cache-Control": "no-store", "Content-Language": lang}
    return answer(format, "service_request_updates", [{"update_id": str(event_id)}], headers=headers)


def _needed(form: Form, name: str) -> str:
    if name not in form.fields:
        raise InvalidError(_("Còn thiếu."), field=name)
    return form.fields[name].strip()


def _fingerprint(form: Form) -> bytes:
    said = {name: value for name, value in form.fields.items() if name in FIELDS and name != "api_key"}
    return idempotency.fingerprint([said, [hashlib.sha256(file).hexdigest() for file in form.files]])


def _actor(key: ApiKey, report: Report) -> Actor:
    if key.user is not None:
        raise ForbiddenError(_("Cần khóa API của đơn vị, do người quản trị cấp."))
    found = keys.agency(key, report)
    if found is None:
        raise ForbiddenError(NOT_YOURS)
    return found


def _elsewhere(form: Form, settings: Settings) -> list[bytes]:
    url = form.fields.get("media_url")
    return [fetched.at_once(elsewhere.checked_url(url), settings)] if url else []


def _details(session: Session, form: Form) -> Details:
    said = form.fields
    return Details(
        text=said.get("description"),
        reason=said.get("reason"),
        unit_id=units.by_code(session, said.get("agency_responsible")),
        lead_id=reports.by_code(session, said["duplicate_of"]).id if "duplicate_of" in said else None,
    )


def _all(
    session: Session, settings: Settings, report: Report, who: Actor, *, steps: list[Step], pictures: list[Any]
) -> int:
    """Takes them one after another, the pictures with the last one; the id of its event."""
    event_id = 0
    for number, (action, details) in enumerate(steps, 1):
        last = pictures if number == len(steps) else []
        event_id = step(session, settings, report, action, who, door=DOOR, version=None, details=details, pictures=last)
    return event_id
