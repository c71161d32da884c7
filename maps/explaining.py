"""Hot spots and recurring places, each in one sentence of the reader's language."""

from datetime import datetime, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

from geo.deadlines import ZONE
from geo.i18n import Lang, _, translate
from maps.frame import LOCALES
from maps.hotspots import Hotspots, Place, Spot
from maps.recurring import Recurring

NOW = _(
    "Trong {days} ngày qua có {observed} phản ánh quanh đây, bình thường khoảng {expected};"
    " khả năng ngẫu nhiên dưới {chance} %."
)
NOW_RARE = _(
    "Trong {days} ngày qua có {observed} phản ánh quanh đây, bình thường hầu như không có;"
    " khả năng ngẫu nhiên dưới {chance} %."
)
THEN = _(
    "Trong {days} ngày đến {day} có {observed} phản ánh quanh đây, bình thường khoảng {expected};"
    " khả năng ngẫu nhiên dưới {chance} %."
)
THEN_RARE = _(
    "Trong {days} ngày đến {day} có {observed} phản ánh quanh đây, bình thường hầu như không có;"
    " khả năng ngẫu nhiên dưới {chance} %."
)
RARE = 0.5  # reports: less is none on most occasions
TOO_LITTLE = _("Chưa đủ dữ liệu để biết thế nào là bình thường: cần ít nhất bốn tuần phản ánh trước đó.")
NOWHERE = _("Không nơi nào có nhiều phản ánh hơn thường lệ.")
SOMEWHERE = _("{count} nơi có nhiều phản ánh hơn thường lệ.")
AGAIN = _("{category}: lần thứ {count} ở nơi này; lần đầu {first}, gần nhất {last}.")


def place(found: Hotspots, one: Place | Spot, lang: Lang) -> str:
    """How many there are, how many there usually are, and how likely that is by chance."""
    rare = one.expected < RARE
    message = (THEN_RARE if rare else THEN) if found.until else (NOW_RARE if rare else NOW)
    return translate(
        message,
        lang,
        days=found.days,
        observed=_number(one.observed, lang),
        expected=_number(round(one.expected, None if one.expected >= 10 else 1), lang),
        chance=_number(round(100 - one.level, 1), lang),
        day=_day(found.until - timedelta(microseconds=1), lang) if found.until else "",
    )


def summary(found: Hotspots, lang: Lang) -> str:
    """How many places are hot, that none is, or that there is too little to tell."""
    if not found.enough:
        return translate(TOO_LITTLE, lang)
    if not found.places:
        return translate(NOWHERE, lang)
    return translate(SOMEWHERE, lang, count=len(found.places))


def again(one: Recurring, lang: Lang) -> str:
    """What keeps coming back, how often, since when."""
    name = one.category_name_en if lang == "en" else one.category_name
    return translate(
        AGAIN, lang, category=name, count=one.count, first=_day(one.first, lang), last=_day(one.last, lang)
    )


def _number(value: float, lang: Lang) -> str:
    return format_decimal(value, locale=LOCALES[lang])


def _day(moment: datetime, lang: Lang) -> str:
    return format_date(moment.astimezone(ZONE).date(), "d/M/y", locale=LOCALES[lang])
