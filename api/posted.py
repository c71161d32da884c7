"""A step as it is posted, as JSON or as a form with photos."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from api.bodies import json_of, with_photos
from api.deps import language
from api.sentences import faults
from geo import reports, units
from geo.details import Details
from geo.i18n import _, translate


class StepIn(BaseModel):
    """What comes with a step; `version` is the report's as the asker last saw it."""

    model_config = ConfigDict(extra="forbid")

    version: int
    text: str | None = Field(default=None, max_length=10_000)
    unit: str | None = Field(default=None, max_length=64, description="where to forward to")
    reason: str | None = Field(default=None, max_length=64)
    days: int | None = Field(default=None, description="working days to extend by")
    stars: int | None = Field(default=None, description="1 to 5")
    user: int | None = Field(default=None, description="the officer to assign to")
    lead: str | None = Field(default=None, max_length=64, description="the code of the report to merge into")
    content: str | None = Field(default=None, max_length=10_000, description="the content as the public may read it")
    urgent: bool | None = None
    picture: str | None = Field(default=None, max_length=64, description="the key of the picture to redact")
    shown: Literal["as_sent", "blurred", "withheld"] | None = Field(default=None, description="how the public sees it")
    regions: list[tuple[float, float, float, float]] = Field(
        default=[], max_length=100, description="to blur: left, top, width, height as parts of the picture, 0 to 1"
    )

    @field_validator("regions", mode="before")
    @classmethod
    def _from_form(cls, value: Any) -> Any:
        # A form has text only.
        try:
            return orjson.loads(value) if isinstance(value, str) else value
        except orjson.JSONDecodeError:
            return value

    def details(self, session: Session) -> Details:
        """What comes with the step as the domain takes it; InvalidError and NotFoundError for unknown codes."""
        return Details(
            text=self.text,
            reason=self.reason,
            unit_id=units.by_code(session, self.unit),
            days=self.days,
            stars=self.stars,
            user_id=self.user,
            lead_id=reports.by_code(session, self.lead).id if self.lead else None,
            content=self.content,
            urgent=self.urgent,
            picture=self.picture,
            shown=self.shown,
            regions=tuple(self.regions),
        )


OPENAPI: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": StepIn.model_json_schema()},
            "multipart/form-data": {
                "schema": StepIn.model_json_schema()
                | {
                    "properties": StepIn.model_json_schema()["properties"]
                    | {"media": {"type": "array", "items": {"type": "string", "format": "binary"}}}
                }
            },
        },
    }
}


@dataclass(frozen=True)
class Posted:
    """A checked step, the bytes of its photos, and the token of the form where it came by one."""

    step: StepIn
    photos: list[bytes]
    token: str = ""


async def posted(request: Request) -> Posted:
    """The step in a request; FaultsError for its fields, 415 for another kind of body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Posted(_checked_json(json_of(await request.body())), [])
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise HTTPException(415, translate(_("Hãy gửi application/json hoặc multipart/form-data."), language(request)))
    form, photos = await with_photos(request)
    # What was left blank was not said.
    said = {name: value for name, value in form.items() if isinstance(value, str) and value.strip()}
    token = said.pop("token", "")
    return Posted(_checked({name: value for name, value in said.items() if name != "media"}), photos, token)


def _checked(values: Any) -> StepIn:
    try:
        return StepIn.model_validate(values)
    except ValidationError as error:
        raise faults(error.errors(include_url=False, include_input=False)) from None


def _checked_json(values: Any) -> StepIn:
    """What JSON says with a type is not read out of another one, as a form's text has to be."""
    try:
        return StepIn.model_validate_json(orjson.dumps(values), strict=True)
    except ValidationError as error:
        raise faults(error.errors(include_url=False, include_input=False)) from None


PostedDep = Annotated[Posted, Depends(posted)]
