"""submit(): the only way a report enters, whatever door it came through."""

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from api import completing
from api.receipts import Receipt, receipt
from boundaries import in_words, lookup, reasons, routing, turns
from boundaries.routing import Routing
from geo import codes, days, handling, idempotency, limits, media, reports, seconds, uploaded, workflow
from geo.aside import aside
from geo.details import Details
from geo.errors import QuangnamError
from geo.i18n import Lang
from geo.models import ApiKey, Report, Upload
from geo.permissions import Actor
from geo.reports import Draft
from geo.settings import Settings
from geo.succession import heir

__all__ = ["Receipt", "Second", "network", "submit"]

SENDER = Actor("sender")
_ALWAYS = ("organisation", "email", "accuracy", "happened_at")  # in the fingerprint from the beginning, said or not


@dataclass(frozen=True)
class Second:
    """What makes a report the second one of its sender: the first, of the same session, and their step on it."""

    first: Report
    who: Actor
    details: Details
    version: int | None = None  # of the first as the sender last saw it

    def routing(self, found: Routing) -> Routing:
        """The same place, and whoever gave the first answer or goes on with that work; as it was where nobody does."""
        unit = heir(self.first.unit, lookup.today())
        if unit is None:
            return found
        return replace(
            found,
            unit=unit,
            reason=reasons.second(),
            needs_confirmation=False,
            distance=None,
            candidates=[],
            rule=None,
        )


def submit(
    session: Session,
    settings: Settings,
    draft: Draft,
    photos: Sequence[bytes] = (),
    *,
    secret: bytes,
    lang: Lang = "vi",
    idempotency_key: str | None = None,
    device: str | None = None,
    address: str | None = None,
    program: ApiKey | None = None,
    second: Second | None = None,
    uploads: Sequence[str] = (),
    reference: str | None = None,
) -> Receipt:
    """Routes, limits, decodes and stores a report; nothing may be acknowledged before the session is committed.

    Photos come as bytes, or came before as `uploads`, whose tokens these are. A `second` report stays in the unit of
    the first one, whose row is locked until the session ends. A text message names the key of its draft by
    `reference`: whichever of the two comes second makes no report, and the one with the key completes it. What comes
    from a `program` is counted for its key and not for its address.

    InvalidError, OutsideError, TooManyError and ConflictError leave nothing behind. The same idempotency key with the
    same content gets the same receipt again, also from two requests at the same moment.
    """
    key = idempotency.checked_key(idempotency_key) if idempotency_key is not None else None
    files = _whole(session, settings, uploads)
    wanted = _fingerprint(draft, photos, files.values()) if key else b""
    token = codes.derived_token(secret, key, wanted) if key else codes.token()
    named = idempotency.reference(key) if key else reference
    subjects = _subjects(settings, secret, draft, device, address, program=program)
    # Of its own and before the real one: it needs a connection only for a moment, and its locks never wait for a disk.
    with aside(session) as short:
        if key and (known := idempotency.find(short, key, wanted)):
            return Receipt(known, token, replayed=True)
        category = reports.category(short, draft.category)
        draft, found = _routed(short, settings, draft)
        if second is not None:
            category, found = seconds.hastened(category), second.routing(found)
        if completing.first(short, named, by_sms=key is None) is not None:
            del subjects[limits.subject(secret, "phone", draft.phone)]  # it was counted with the report that is there
        limits.count(short, subjects)
    try:
        pictures = media.decode_all([*photos, *_waiting(session, files)], settings)
    except QuangnamError:
        with aside(session) as short:
            limits.give_back(short, subjects)
        raise
    if named and (
        had := completing.joined(
            session,
            settings,
            draft,
            found,
            pictures,
            files=files,
            key=key,
            named=named,
            wanted=wanted,
            token=token,
            secret=secret,
            lang=lang,
        )
    ):
        return had
    if second is not None:
        workflow.apply(
            session,
            second.first,
            "dispute",
            second.who,
            door=draft.door,
            version=second.version,
            details=second.details,
        )
    if not turns.still(session, found.edition):
        # Another edition came into force since: what it says counts.
        draft, found = _routed(session, settings, draft)
        found = second.routing(found) if second is not None else found
    days.refresh(session)
    report = reports.create(
        session,
        draft,
        category=category,
        unit_id=found.unit.id,
        area_code=found.area.code if found.area else None,
        commune_code=found.commune.code if found.commune else None,
        needs_confirmation=found.needs_confirmation,
        token=token,
        secret=secret,
        second_of=second.first.id if second is not None else None,
        now=datetime.now(UTC),
    )
    routing.assign(session, report, found)
    workflow.apply(session, report, "receive", SENDER, door=draft.door, candidates=found.others)
    if second is not None:
        handling.watch(session, report)
    media.keep(session, settings, report, pictures)
    uploaded.take(session, files, report.id)
    answer = receipt(report, found, lang)
    if key:
        idempotency.remember(session, key, wanted, report.id, answer)
    session.flush()
    return Receipt(answer, token)


def _whole(session: Session, settings: Settings, tokens: Sequence[str]) -> dict[str, Upload]:
    if not tokens:
        return {}
    with aside(session) as short:
        return uploaded.whole(short, tokens, settings)


def _waiting(session: Session, files: Mapping[str, Upload]) -> list[bytes]:
    if not files:
        return []
    with aside(session) as short:
        return uploaded.read(short, files)


def _routed(session: Session, settings: Settings, draft: Draft) -> tuple[Draft, Routing]:
    if draft.commune is None:
        found = routing.route(
            session,
            *draft.point,
            accuracy=draft.accuracy,
            category=draft.category,
            area=draft.area,
            settings=settings,
        )
        return draft, found
    (lon, lat), found = in_words.route(session, draft.commune, category=draft.category)
    return replace(draft, lon=lon, lat=lat, accuracy=None), found


def _subjects(
    settings: Settings,
    secret: bytes,
    draft: Draft,
    device: str | None,
    address: str | None,
    *,
    program: ApiKey | None,
) -> dict[str, int]:
    found = {limits.subject(secret, "phone", draft.phone): settings.limit_phone_hour}
    if device:
        found[limits.subject(secret, "device", device)] = settings.limit_device_hour
    if program is not None:
        # Many people send through one program; an agency's has the limit of its key alone.
        if not program.units:
            found[limits.subject(secret, "program", str(program.id))] = settings.limit_address_hour
    elif address:
        found[limits.subject(secret, "address", network(address))] = settings.limit_address_hour
    return found


def network(address: str) -> str:
    """An address as limits count it."""
    # One customer has a whole /64 of IPv6 addresses to send from.
    try:
        version6 = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(ipaddress.IPv6Network((version6, 64), strict=False))


def _fingerprint(draft: Draft, photos: Sequence[bytes], files: Iterable[Upload]) -> bytes:
    # What is not said is left out, so that a field more in a newer program makes no other request of an older one's.
    said = {name: value for name, value in asdict(draft).items() if value is not None or name in _ALWAYS}
    digests = [hashlib.sha256(photo).hexdigest() for photo in photos]
    return idempotency.fingerprint([said, digests + [file.sha256.hex() for file in files if file.sha256]])
