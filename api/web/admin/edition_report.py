"""The report on a file of areas as a page: each finding with its number on the map."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from api.web import formats, mapping
from api.web.admin import edition_views as views
from api.web.admin.edition_texts import TEXTS
from api.web.admin.edition_views import PATH
from boundaries import incoming
from boundaries.findings import Finding
from geo.i18n import Lang, translate
from geo.settings import Settings


def shown(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    name: str,
    *,
    error: str = "",
    status: int = 200,
) -> Response:
    """The page; `error` says what could not be done with the file."""
    kept = incoming.find(settings, name)
    ordered = sorted(kept.reading.findings, key=lambda one: not one.serious)
    found = [_told(number, one, lang) for number, one in enumerate(ordered, 1)]
    systems = list(dict.fromkeys(str(one.values["crs"]) for one in kept.reading.findings if "crs" in one.values))
    address = f"{PATH}/uploads/{name}"
    places = [{"number": one["number"], "at": one["place"], "serious": one["serious"]} for one in found if one["place"]]
    return views.answered(
        request,
        settings,
        "admin_boundaries_upload.html",
        status,
        kept=kept,
        reading=kept.reading,
        counts={level: sum(one.level == level for one in kept.reading.areas) for level in kept.reading.levels},
        found=found,
        systems=systems,
        form=kept.form,
        address=address,
        until=kept.at + incoming.KEPT,
        error=error,
        config=mapping.config(session, settings, lang, TEXTS) | {"read": f"{address}/areas", "places": places},
    )


def _told(number: int, one: Finding, lang: Lang) -> dict[str, Any]:
    """A finding in the reader's language, with its number on the map and its place."""
    values = dict(one.values)
    if "guessed" in values:  # "mã = MaXa; tên = TenXa": the roles are ours, the columns the file's
        pairs = (pair.split(" = ", 1) for pair in str(values["guessed"]).split("; "))
        values["guessed"] = "; ".join(f"{translate(role, lang)} = {column}" for role, column in pairs)
    if "more" in values:
        values["more"] = formats.number(one.count, lang)
    text = translate(one.message, lang, **values)
    return {"number": number, "text": text, "serious": one.serious, "place": one.place, "count": one.count}
