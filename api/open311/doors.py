"""What every address of the door shares: its errors, its format, and the key a program may show."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from api import keys
from api.deps import SessionDep
from api.open311.errors import Door
from api.open311.formats import Format
from geo.models import ApiKey
from geo.settings import Settings

ERRORS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
    },
}
_SAID = {
    400: "What was sent can't be taken, or the step is not possible now",
    403: "The API key is missing, wrong, ended, or reaches less far",
    404: "There is no such thing",
    413: "More bytes than may come",
    429: "Too many requests; Retry-After says how long to wait",
    503: "The database does not answer, or too much is asked for at this moment",
}


def _contents(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}, "text/xml": {"schema": {"type": "string"}}}


def told(schema: dict[str, Any], *, status: int = 200, description: str = "As the standard has it") -> dict[Any, Any]:
    """What an address answers, for the description of the API."""
    return {status: {"description": description, "content": _contents(schema)}}


LIST: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
OBJECT: dict[str, Any] = {"type": "object"}


def made(prefix: str) -> APIRouter:
    """A router of this door."""
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": text, "content": _contents(ERRORS)} for status, text in _SAID.items()
    }
    return APIRouter(prefix=prefix, tags=["open311"], route_class=Door, responses=responses)


FormatDep = Annotated[Format, Path(description="json or xml")]
Jurisdiction = Annotated[str | None, Query(max_length=200, description="ignored: there is one jurisdiction here")]


def base(request: Request, settings: Settings) -> str:
    """The address that ours begin with, without a slash at the end."""
    return (settings.public_url or str(request.base_url)).rstrip("/")


def _reader(
    request: Request,
    session: SessionDep,
    api_key: Annotated[str | None, Query(max_length=200, description="what is public needs none")] = None,
    jurisdiction_id: Jurisdiction = None,  # noqa: ARG001 (known, so that it is documented)
) -> ApiKey | None:
    return keys.reader(session, request, api_key)


ReaderDep = Annotated[ApiKey | None, Depends(_reader, scope="function")]
