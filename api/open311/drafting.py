"""A posted form as the draft of a report, with everything that is wrong in it told at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.orm import Session

from api.delivery import fetching
from api.open311.forms import Form
from api.open311.services import category
from api.schemas import LANDMARK, PIN, WORDS, report_in, with_place
from api.sms import places
from api.web import mapping
from geo.errors import FaultsError, InvalidError
from geo.i18n import _
from geo.reports import Draft
from geo.settings import Settings
from geo.texts import checked

NO_PLACE = _(
    "Chưa biết nơi xảy ra: hãy gửi lat và long; hoặc address_id là mã xã, phường (ở /reports/new/places) cùng"
    " address_string tả nơi đó; hoặc address_string có tọa độ hay plus code."
)
Place = dict[str, str | float | None]
_Any = TypeVar("_Any")


class _Faults:
    """What was wrong so far."""

    def __init__(self) -> None:
        self.found: list[InvalidError] = []

    def of(self, work: Callable[[], _Any]) -> _Any | None:
        """What the work makes; None where it refuses, which is noted."""
        try:
            return work()
        except FaultsError as error:
            self.found += error.faults
        except InvalidError as error:
            self.found.append(error)
        return None

    def ahead(self) -> None:
        """FaultsError where something was noted."""
        if self.found:
            names = ", ".join(dict.fromkeys(one.field for one in self.found if one.field))
            raise FaultsError(_("Thiếu hoặc sai ở: {names}."), self.found, names=names)


def read(session: Session, settings: Settings, form: Form, door: str) -> tuple[Draft, str | None]:
    """The draft and the address of its picture; FaultsError has a sentence for each wrong field.

    NotFoundError for a service that is none.
    """
    said, faults = form.fields, _Faults()
    if "service_code" in said:
        category(session, said["service_code"])
    place = faults.of(lambda: _place(session, said))
    url = faults.of(lambda: fetching.promising(said["media_url"], settings)) if "media_url" in said else None
    beside = faults.of(lambda: _beside(said))
    values = _person(form) | {"category": said.get("service_code"), "content": said.get("description")} | (place or {})
    checked_in = faults.of(lambda: report_in({name: value for name, value in values.items() if value is not None}))
    if place is None:
        # That was told already.
        faults.found = [one for one in faults.found if one.message == NO_PLACE or one.field not in (*PIN, *WORDS)]
    faults.ahead()
    assert checked_in is not None
    draft = checked_in.draft(door)
    return (replace(draft, content=with_place(beside, draft.content)) if beside else draft), url


def _person(form: Form) -> Place:
    said, more = form.fields, form.attributes
    # The family name comes first here.
    name = " ".join(said[part].strip() for part in ("last_name", "first_name") if part in said)
    return {
        "name": more.get("name") or name or None,
        "phone": more.get("phone") or said.get("phone"),
        "email": said.get("email") or more.get("email"),
        "truthful": True if more.get("truthful", "").lower() in ("true", "on", "1") else None,
        **{name: more.get(name) for name in ("organisation", "happened_at", "accuracy")},
    }


def _beside(said: dict[str, str]) -> str | None:
    """The words about a place that has a pin."""
    if "lat" not in said or "address_string" not in said:
        return None
    return checked(said["address_string"], "address_string", least=0, most=LANDMARK[1])


def _place(session: Session, said: dict[str, str]) -> Place:
    if "lat" in said or "long" in said:
        return {"lat": said.get("lat"), "lon": said.get("long")}
    text = said.get("address_string")
    if "address_id" in said:
        return {"commune": said["address_id"], "landmark": text}
    found = places.find(text, mapping.province(session)) if text and "\0" not in text else None
    if found is None or len(found.points) != 1:
        raise InvalidError(NO_PLACE, field="lat")
    lon, lat = found.points[0]
    return {"lon": lon, "lat": lat, "accuracy": found.accuracy}
