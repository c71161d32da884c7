"""Request and response shapes."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from api.sentences import Refusal, faults
from geo import people
from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.i18n import _
from geo.reports import Draft, checked_content
from geo.texts import checked

T = TypeVar("T")
R = TypeVar("R")
OLDEST = timedelta(days=366)
LANDMARK = (5, 200)  # characters
PIN, WORDS = ("lon", "lat"), ("commune", "landmark")  # the two ways to say where
TWO_WAYS = _("Hãy chỉ nơi xảy ra bằng một cách: vị trí trên bản đồ, hoặc xã (phường) và lời tả.")


def domain(check: Callable[[T], R]) -> Callable[[T], R]:
    """A rule of the domain as a validator: what it refuses is collected with everything else."""

    def checked(value: T) -> R:
        try:
            return check(value)
        except InvalidError as error:
            raise Refusal(error) from error

    return checked


def _moment(value: datetime) -> datetime:
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=ZONE).astimezone(UTC)
    now = datetime.now(UTC)
    if moment > now + timedelta(minutes=10):  # clocks of phones are not exact
        raise InvalidError(_("Thời điểm này chưa đến; hãy xem lại ngày giờ."), field="happened_at")
    if moment < now - OLDEST:
        raise InvalidError(_("Thời điểm này đã quá một năm; hãy xem lại ngày giờ."), field="happened_at")
    return moment


def _iso(value: Any) -> Any:
    # pydantic would also take a number of seconds, which nobody means.
    if isinstance(value, (int, float)) or (isinstance(value, str) and "-" not in value):
        raise Refusal(
            InvalidError(_("Phải là thời điểm dạng ISO 8601, ví dụ 2026-01-31T08:30:00+07:00."), field="happened_at")
        )
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise Refusal(InvalidError(_("Phải là một số.")))
    if isinstance(value, (int, float)) and not math.isfinite(value):
        raise Refusal(InvalidError(_("Phải là một số hữu hạn.")))
    return value


Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_number)]


def _told(value: Any) -> Any:
    # What is wrong between several fields was found before, and is told at one of them.
    if isinstance(value, ValueError):
        raise value
    return value


def _checked_landmark(value: str) -> str:
    return checked(value, "landmark", least=LANDMARK[0], most=LANDMARK[1])


def with_place(landmark: str, content: str) -> str:
    """Content that begins with where it happened, in words; InvalidError where both are too long together."""
    # Kept in Vietnamese whatever the page's language was: it is a part of what officers read.
    return checked_content(f"Nơi xảy ra: {landmark}\n{content}")


class ReportIn(BaseModel):
    """A report as it is sent: with a pin (`lon`, `lat`), or without a map by `commune` and `landmark`."""

    model_config = ConfigDict(title="Report", str_max_length=60_000)

    name: Annotated[str, AfterValidator(domain(people.checked_name))]
    organisation: Annotated[str | None, AfterValidator(domain(lambda v: v and people.checked_organisation(v)))] = None
    notice_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-]{1,32}$")] = people.NOTICE_VERSION
    phone: Annotated[str, AfterValidator(domain(people.normalise_phone))]
    email: Annotated[str | None, AfterValidator(domain(lambda v: v and people.normalise_email(v)))] = None
    truthful: Literal[True]
    category: Annotated[str, Field(max_length=64)]
    content: Annotated[str, AfterValidator(domain(checked_content))]
    lon: Annotated[Number | None, BeforeValidator(_told)] = None
    lat: Annotated[Number | None, BeforeValidator(_told)] = None
    accuracy: Annotated[Number | None, Field(ge=0, le=20_000, description="metres")] = None
    happened_at: Annotated[
        datetime | None, AfterValidator(domain(lambda v: v and _moment(v))), BeforeValidator(_iso)
    ] = None

    area: Annotated[
        str | None, Field(max_length=64, description="near a border: the candidate that the sender chose")
    ] = None
    commune: Annotated[
        str | None, Field(max_length=64, description="a code of today's edition"), BeforeValidator(_told)
    ] = None
    landmark: Annotated[
        str | None,
        AfterValidator(domain(lambda v: v and _checked_landmark(v))),
        BeforeValidator(_told),
        Field(description="where in the commune"),
    ] = None
    uploads: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=60)] = []

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        said = [name for name in (*PIN, *WORDS) if values.get(name) is not None]
        worded = [name for name in said if name in WORDS]
        if worded and len(worded) < len(said):
            return values | {worded[0]: Refusal(InvalidError(TWO_WAYS))}
        missing = [name for name in (WORDS if worded else PIN) if name not in said]
        return values | {name: PydanticCustomError("missing", "missing") for name in missing}

    def draft(self, door: str) -> Draft:
        """The statement as the domain takes it; InvalidError where the words about the place make it too long."""
        said = self.model_dump(exclude={"truthful", "landmark", "uploads"})
        if self.landmark:
            said["content"] = with_place(self.landmark, self.content)
        return Draft(**said, door=door)


def report_in(values: Any) -> ReportIn:
    """What was sent, checked; FaultsError has a sentence for each field that is wrong."""
    try:
        return ReportIn.model_validate(values)
    except ValidationError as error:
        raise faults(error.errors(include_url=False, include_input=False)) from None
