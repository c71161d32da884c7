"""What is posted, as a form with or without files."""

import re
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from api import keys
from api.bodies import with_photos
from api.deps import language
from geo.errors import UnauthorizedError
from geo.i18n import _, translate

MOST_FIELDS = 100
_ATTRIBUTE = re.compile(r"attribute\[(\w{1,64})\](?:\[\w{0,64}\])?")
NO_KEY = _("Thiếu api_key; người quản trị của Trung tâm IOC cấp khóa này.")


@dataclass(frozen=True)
class Form:
    """The fields that were not left blank, the `attribute[code]` among them apart, and the bytes of files."""

    fields: dict[str, str]
    attributes: dict[str, str] = field(default_factory=dict)
    files: list[bytes] = field(default_factory=list)

    def key(self, request: Request) -> str:
        """The API key, from the form or the header; UnauthorizedError where there is none."""
        token = self.fields.get("api_key") or request.query_params.get("api_key") or keys.bearer(request)
        if not token:
            raise UnauthorizedError(NO_KEY)
        return token


async def posted(request: Request) -> Form:
    """The form in a request; 415 for another kind of body, InvalidError where it can't be read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        text = _("Hãy gửi application/x-www-form-urlencoded hoặc multipart/form-data.")
        raise HTTPException(415, translate(text, language(request)))
    form, files = await with_photos(request, fields=MOST_FIELDS)
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str) or not value.strip():
            continue
        if found := _ATTRIBUTE.fullmatch(name):
            attributes[found[1]] = value
        else:
            fields[name] = value
    return Form(fields, attributes, files)


FormDep = Annotated[Form, Depends(posted)]


def described(properties: dict[str, str], required: tuple[str, ...]) -> dict[str, Any]:
    """The form for the description of the API: a sentence for each field."""
    fields: dict[str, Any] = {name: {"type": "string", "description": text} for name, text in properties.items()}
    files = {"media": {"type": "array", "items": {"type": "string", "format": "binary"}}}
    plain = {"type": "object", "properties": fields, "required": list(required)}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": plain},
                "multipart/form-data": {"schema": plain | {"properties": fields | files}},
            },
        }
    }
