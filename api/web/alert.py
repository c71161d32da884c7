"""The alert as every public page shows it."""

from typing import NamedTuple

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep
from api.parameters import known
from geo import storm
from geo.i18n import Lang

router = APIRouter(tags=["reports"], dependencies=[Depends(known)])


class Alert(NamedTuple):
    """What an operator says to everybody, the language of it, and the telephone numbers that it gives."""

    text: str
    lang: Lang
    phones: list[str]


def told(session: Session, lang: Lang) -> Alert | None:
    """The alert that is on, in the reader's language where the operator gave it; None where none is on."""
    found = storm.current(session)
    if found is None:
        return None
    if lang == "en" and found.text_en:
        return Alert(found.text_en, "en", storm.phones(found.text))
    return Alert(found.text, "vi", storm.phones(found.text))


@router.get("/api/v1/alert")
def show(session: SessionDep, lang: LangDep) -> Response:
    """The alert that is on: `{"text", "lang", "phones"}`, or null; pages that were kept without a network ask."""
    found = told(session, lang)
    body = {"alert": found._asdict() if found else None}
    return JSONResponse(body, headers={"Cache-Control": "no-store", "Content-Language": lang})
