"""What the four maps share: the reader, the filters, the land, the addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_decimal

from geo.deadlines import ZONE
from geo.i18n import Lang, _, translate

NAMES = ("incidents", "heatmap", "timeline", "districts")
ASIDE = ("uncertain",)  # reached from where it is spoken of, not from the other maps; not among their files
TITLES = {
    "incidents": _("Bản đồ phản ánh"),
    "heatmap": _("Bản đồ nhiệt"),
    "timeline": _("Diễn biến theo thời gian"),
    "districts": _("So sánh theo địa bàn"),
    "uncertain": _("Nơi chưa chắc thuộc đâu"),
    "editions": _("Thay đổi địa giới"),
    "ioc": _("Trung tâm IOC"),
}
# As the menu says them, where five or six have to stand in a line.
TABS = TITLES | {"editions": _("Địa giới"), "uncertain": _("Nơi chưa chắc")}
LOCALES: dict[Lang, str] = {"vi": "vi_VN", "en": "en_GB"}


@dataclass(frozen=True)
class Site:
    """Where things are: addresses on a server, or relative names beside a file."""

    asset: Callable[[str], str]
    maps: Mapping[str, str]
    home: str | None = None
    send: str | None = None
    report: str | None = None  # what a report's code is put behind
    export: str | None = None  # the same reports as a file
    api: str | None = None  # without it everything is in the page
    here: str = ""  # the address without filters, for the form
    language: tuple[Lang, str] | None = None  # the other one and its address
    nonce: str | None = None


@dataclass(frozen=True)
class Frame:
    """Everything around the data of one map.

    `filters` are as written in the address; `demo` tells whether demonstration reports are among those shown.
    """

    name: str
    lang: Lang
    site: Site
    categories: Sequence[Mapping[str, Any]] = ()  # code, name, icon, colour
    states: Mapping[str, str] = field(default_factory=dict)
    outlines: Mapping[str, Any] | None = None
    around: Mapping[str, Any] | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    basemap: tuple[str, str] = ("", "")  # address template and credit
    sea_labels: bool = True
    uncertainty: float = 0.0  # metres by which the borders may be off
    demo: bool = False
    other: tuple[str, str] | None = None  # the way to the view with, or without, demonstration data: text and address
    total: int = 0
    made: datetime | None = None  # for files, which are of a moment
    cursor: str | None = None  # where the history stood when the page was made; with it the page goes on by itself
    alert: tuple[str, Lang] | None = None  # what the control room says to everybody, and its language; never in a file

    def say(self, message: str, **values: Any) -> str:
        """A sentence in the reader's language."""
        return translate(message, self.lang, **values)

    @property
    def number(self) -> Callable[[float], str]:
        """Writes numbers as the reader's language does."""
        return partial(format_decimal, locale=LOCALES[self.lang])

    @property
    def moment(self) -> str:
        """When a file was made, in Vietnam's time."""
        if self.made is None:
            return ""
        return format_datetime(self.made, "HH:mm d/M/y", tzinfo=ZONE, locale=LOCALES[self.lang])
