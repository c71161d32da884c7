"""A report's body, as JSON or as a form with photos, read into one shape."""

from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api.deps import language
from api.problems import NO_JSON
from api.schemas import ReportIn, report_in
from geo import media
from geo.errors import InvalidError
from geo.i18n import _, translate
from geo.settings import Settings

OPENAPI: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ReportIn.model_json_schema()},
            "multipart/form-data": {
                "schema": ReportIn.model_json_schema()
                | {
                    "properties": ReportIn.model_json_schema()["properties"]
                    | {"media": {"type": "array", "items": {"type": "string", "format": "binary"}}}
                }
            },
        },
    }
}


@dataclass(frozen=True)
class Sent:
    """A checked report and the bytes of its photos, not yet looked at."""

    report: ReportIn
    photos: list[bytes]


async def sent(request: Request) -> Sent:
    """The report in a request; FaultsError for its fields, 415 for another kind of body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Sent(report_in(json_of(await request.body())), [])
    if kind == "multipart/form-data":
        return await _form(request)
    if kind == "application/x-www-form-urlencoded":  # the page's form without a script and without photos
        async with request.form(max_fields=40) as form:
            return Sent(report_in(_fields(form)), [])
    raise HTTPException(415, translate(_("Hãy gửi application/json hoặc multipart/form-data."), language(request)))


def json_of(body: bytes) -> Any:
    """The value in a JSON body; InvalidError where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidError(NO_JSON) from None


async def _form(request: Request) -> Sent:
    form, photos = await with_photos(request)
    return Sent(report_in(_fields(form)), photos)


async def with_photos(request: Request, *, fields: int = 60) -> tuple[FormData, list[bytes]]:
    """A posted form and the bytes of its photos (`media`); InvalidError for too many of them or too large a one."""
    settings: Settings = request.app.state.settings
    try:
        form = await request.form(
            max_files=settings.max_photos + media.MOST_FILMS + 1, max_fields=fields, max_part_size=64_000
        )
    except HTTPException:
        raise InvalidError(
            _("Biểu mẫu gửi lên không đọc được, hoặc có quá nhiều ảnh (nhiều nhất {most})."), most=settings.max_photos
        ) from None
    try:
        files = [part for part in form.getlist("media") if isinstance(part, UploadFile)]
        # A browser sends an empty part where no file was chosen.
        files = [file for file in files if file.filename or file.size]
        if len(files) > settings.max_photos + media.MOST_FILMS:
            raise InvalidError(_("Nhiều nhất {most} ảnh cho một phản ánh."), field="media", most=settings.max_photos)
        most = max(settings.max_photo_bytes, settings.max_video_bytes)
        for number, file in enumerate(files, 1):
            if (file.size or 0) > most:
                text = _("Tệp thứ {number} quá lớn; nhiều nhất {most} MB.")
                raise InvalidError(text, field="media", number=number, most=most // 1_000_000)
        return form, [await file.read() for file in files]
    finally:
        await form.close()


def _fields(form: FormData) -> dict[str, Any]:
    # What was left blank was not said; a ticked box arrives as "on".
    fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str) and value.strip()}
    if fields.get("truthful", "").lower() in ("true", "on", "1"):
        fields["truthful"] = True
    fields.pop("media", None)
    return fields


SentDep = Annotated[Sent, Depends(sent)]
