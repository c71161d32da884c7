"""A report in, through `api.intake.submit` as from every other door."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Request, Response

from api import follow, keys
from api.deps import LangDep, SessionDep, SessionsDep, SettingsDep
from api.intake import Receipt, submit
from api.open311 import drafting
from api.open311.doors import LIST, FormatDep, ReaderDep, made, told
from api.open311.formats import answer
from api.open311.forms import FormDep, described
from api.web import formats
from geo import elsewhere, idempotency
from geo.errors import NotFoundError
from geo.i18n import Lang, _, translate
from geo.reports import by_code
from geo.secret import secret

router = made("/open311/v2")
DOOR = "open311"
NOTICE = _("{unit} sẽ tiếp nhận trước {accept} và trả lời trước {resolve}.")
FIELDS = {
    "api_key": "a key that may send",
    "service_code": "a code of services",
    "lat": "degrees, WGS 84",
    "long": "degrees, WGS 84",
    "address_id": "instead of lat and long: a commune's code",
    "address_string": "where it is in words, beside lat and long or the commune",
    "description": "what happened, 10 to 5,000 characters",
    "first_name": "the sender's, or attribute[name]",
    "last_name": "the sender's family name",
    "phone": "the sender's, or attribute[phone]",
    "email": "the sender's",
    "attribute[truthful]": "true: the sender answers for the truth of it",
    "device_id": "counted against the limit of one device",
    "account_id": "given back with the answer",
    "media_url": "a picture on another server, brought here later",
    "extensions": "true: the answer has the sender's private link",
}


@router.post(
    "/requests.{format}",
    status_code=201,
    responses=told(LIST, status=201, description="Received"),
    openapi_extra=described(FIELDS, ("service_code", "description")),
)
def send(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    format: FormatDep,  # noqa: A002 (the standard's word)
    form: FormDep,
    idempotency_key: Annotated[
        str | None, Header(description="a UUID; afterwards also the token of the request")
    ] = None,
) -> Response:
    """Takes a report for the sender whose name and phone come with it."""
    said = form.fields
    with sessions.begin() as session:
        program = keys.check(session, settings, form.key(request), "send")
        draft, url = drafting.read(session, settings, form, DOOR)
    device = said.get("device_id")
    with sessions.begin() as session:
        taken = submit(
            session,
            settings,
            draft,
            form.files,
            secret=secret(settings),
            lang=lang,
            idempotency_key=idempotency_key,
            device=f"{DOOR} {device}" if device else None,
            address=request.client.host if request.client else None,
            program=program if program.user_id is None else None,
        )
        if url and not taken.replayed:
            elsewhere.bring(session, by_code(session, taken.answer["code"]), url)
    # Committed: from here on it may be acknowledged.
    found = {
        "service_request_id": taken.answer["code"],
        "service_notice": _notice(taken.answer, lang),
        "account_id": said.get("account_id"),
    }
    if said.get("extensions") == "true":
        found["extended_attributes"] = {"link": follow.link(request, settings, taken.token)}
    place = f"/open311/v2/requests/{taken.answer['code']}.{format}"
    headers = {"Location": place, "Cache-Control": "no-store", "Content-Language": lang}
    return answer(format, "service_requests", [found], status=201, headers=headers | _replayed(taken))


@router.get("/tokens/{token}.{format}", responses=told(LIST))
def token(session: SessionDep, _key: ReaderDep, token: str, format: FormatDep) -> Response:  # noqa: A002 (the standard's word)
    """The report of a request whose answer was lost: its token is the Idempotency-Key that the request named."""
    code = idempotency.code_of(session, token)
    if code is None:
        raise NotFoundError(_("Không có token này, hoặc yêu cầu của nó chưa được nhận."))
    return answer(format, "service_requests", [{"service_request_id": code, "token": token}])


def _replayed(taken: Receipt) -> dict[str, str]:
    return {"Idempotency-Replayed": "true"} if taken.replayed else {}


def _notice(answer: dict[str, Any], lang: Lang) -> str:
    moments = {
        name: formats.moment(datetime.fromisoformat(value), lang) if value else "–"
        for name, value in answer["deadlines"].items()
    }
    return translate(NOTICE, lang, unit=answer["unit"]["name"], **moments)
