"""One noun of the administration: what its list shows, what its form asks, what happens when it is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from geo.errors import InvalidError
from geo.i18n import _
from geo.models import User
from geo.settings import Settings

Kind = Literal["text", "number", "check", "select", "date", "area", "email", "url", "several"]
Values = Mapping[str, str]
# A marked text, or one with its values; what the catalogue does not know is somebody's words and stays as it is.
Part = str | tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Field:
    """One question of a form; `options` are the codes and names of a select, or of the boxes where it takes several.

    `start` is what a new row's form is filled with. The answer to several comes with commas between the codes.
    """

    name: str
    label: str
    kind: Kind = "text"
    options: Sequence[tuple[str, Part]] = ()
    required: bool = False
    start: str = ""
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()  # of a select: more options, under headings


@dataclass(frozen=True)
class Row:
    """One line of a list: its key in addresses, its title, what else to know, and what may be done with it at once.

    `changes` says whether its form has anything to change; `place` is a GeoJSON feature for the map above the list.
    """

    key: str
    title: Sequence[Part]
    notes: Sequence[Part] = ()
    actions: Sequence[str] = ()
    changes: bool = True
    place: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Saved:
    """What to tell after a form was taken, and a link or a key to hand on, shown this once."""

    told: str = ""
    link: str = ""
    spelled: str = ""


@dataclass(frozen=True)
class Change:
    """A form as it was sent: by whom, about which row (blank for a new one), and the answers."""

    session: Session
    settings: Settings
    user: User
    key: str
    values: Values

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.values.get(name, "") in ("true", "on", "1")


@dataclass(frozen=True)
class Section:
    """A noun: `fields` may need the database for its options; `current` gives the answers of a row.

    `fields_of` are the questions about a row that is there, where rows may be added and changed.
    """

    name: str
    title: str
    about: str
    rows: Callable[[Session], list[Row]]
    fields: Callable[[Session], list[Field]] = lambda _session: []
    current: Callable[[Session, str], dict[str, str]] = lambda _session, _key: {}
    save: Callable[[Change], Saved] | None = None
    act: Mapping[str, Callable[[Change], Saved]] = field(default_factory=dict)
    may_add: bool = True
    fields_of: Callable[[Session, str], list[Field]] | None = None
    mapped: bool = False  # whether the places of its rows are drawn above the list


ACTIONS = {
    "link": _("Liên kết mới"),
    "end": _("Đóng"),
    "reopen": _("Mở lại"),
    "remove": _("Xóa"),
    "revoke": _("Thu hồi"),
    "retry": _("Gửi lại"),
    "test": _("Gửi thử"),
    "settle": _("Đã giải quyết"),
    "erase": _("Xóa dữ liệu"),
    "dismiss": _("Bỏ qua"),
    "accept": _("Áp dụng"),
    "decline": _("Từ chối"),
    "undo": _("Rút lại"),
}


def day(values: Values, name: str) -> date | None:
    """A date of a form, None for a blank; InvalidError."""
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidError(_("Ngày phải có dạng 2026-01-31."), field=name) from None


def number(values: Values, name: str, default: int) -> int:
    """A whole number of a form; the default for a blank or anything else."""
    text = values.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def known(key: Any) -> int:
    """The number of a row in an address; -1, which no row has, for anything else."""
    text = str(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1
