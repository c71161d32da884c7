"""The overview in the reader's language, as the wall's scripts show it."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from babel.units import format_unit

from api.web import formats
from geo.i18n import Lang, _, translate
from maps.classes import breaks, class_of, legend
from maps.frame import LOCALES
from maps.overview import Figure, Overview, Standing
from maps.waiting import NEWEST, TABS

MEASURES = {
    "open": _("Đang mở"),
    "late": _("Quá hạn"),
    "rate": _("Đang mở trên 100 km²"),
    "satisfaction": _("Hài lòng (%)"),
}
NEVER = "–"


def overview(found: Overview, lang: Lang) -> dict[str, Any]:
    """Figures, units, areas, legends and the counts of the tabs, every number written out."""
    bounds = {name: breaks([_measured(one, name) or 0 for one in found.areas]) for name in MEASURES}
    return {
        "taken": found.taken.isoformat(timespec="seconds"),
        "demo": found.demo,
        "figures": _figures(found, lang),
        "units": [_unit(one, found.units, lang) for one in found.units],
        "areas": [_area(one, bounds, lang) for one in found.areas],
        "legends": {name: _legend(name, values, lang) for name, values in bounds.items()},
        "tabs": [{"code": tab, "count": formats.number(count, lang)} for tab, count in found.tabs.items()],
    }


def tabs(lang: Lang) -> list[tuple[str, str]]:
    """The lists of the wall with their names."""
    names = {"newest": NEWEST} | {tab: name for tab, (name, _condition) in TABS.items()}
    return [(tab, translate(name, lang)) for tab, name in names.items()]


def duration(hours: float, lang: Lang) -> str:
    """Hours as a person says them: "5 giờ", "3,5 ngày"."""
    name, size = ("hour", 1) if hours < 48 else ("day", 24)
    value = round(hours / size) if hours >= 10 * size or size == 1 else round(hours / size, 1)
    told: str = format_unit(value, f"duration-{name}", "short", locale=LOCALES[lang])
    return told.replace(" ", "\N{NO-BREAK SPACE}")


def _figures(found: Overview, lang: Lang) -> list[dict[str, Any]]:
    say, number, percent = partial(translate, lang=lang), partial(formats.number, lang=lang), _percent(lang)
    window = number(found.window)
    today, opened, late, answer, content = found.today, found.open, found.late, found.answer, found.satisfaction
    return [
        {
            "code": "today",
            "name": say(_("Hôm nay")),
            "value": number(today.value or 0),
            "note": say(_("Thường {count} đến giờ này"), count=number(round(today.usual or 0))),
            "tone": _tone(today, 1.5, 5),
        }
        | _days(today),
        {
            "code": "open",
            "name": say(_("Đang mở")),
            "value": number(opened.value or 0),
            "note": say(_("7 ngày trước: {count}"), count=number(opened.usual)) if opened.usual is not None else "",
            "tone": _tone(opened, 1.25, 10),
        }
        | _days(opened),
        {
            "code": "late",
            "name": say(_("Quá hạn")),
            "value": number(late.value or 0),
            "note": say(_("Thường {share} trả lời trễ"), share=percent(late.usual))
            if late.usual is not None
            else say(_("Chưa có kết quả nào")),
            "tone": "bad" if late.value else "",
        }
        | _days(late),
        {
            "code": "answer",
            "name": say(_("Trung vị đến kết quả")),
            "value": duration(answer.value, lang) if answer.value is not None else NEVER,
            "note": say(_("{days} ngày · tuần này {time}"), days=window, time=duration(answer.usual, lang))
            if answer.usual is not None
            else say(_("{count} kết quả trong {days} ngày"), count=number(answer.of), days=window),
            "tone": "",
        }
        | _days(answer),
        {
            "code": "satisfaction",
            "name": say(_("Hài lòng")),
            "value": percent(content.value) if content.value is not None else NEVER,
            "note": say(
                _("{count} đánh giá · tuần này {share}"), count=number(content.of), share=percent(content.usual)
            )
            if content.usual is not None
            else say(_("{count} đánh giá trong {days} ngày"), count=number(content.of), days=window),
            "tone": "",
        }
        | _days(content),
    ]


def _percent(lang: Lang) -> Any:
    return lambda share: formats.percent(share, lang)


def _days(figure: Figure) -> dict[str, Any]:
    return {"days": [None if math.isnan(value) else round(value, 3) for value in figure.days]}


def _tone(figure: Figure, times: float, least: float) -> str:
    """Whether it is clearly more than usual."""
    value, usual = figure.value or 0, figure.usual
    return "bad" if usual is not None and value > times * usual and value - usual >= least else ""


def _unit(one: Standing, every: Sequence[Standing], lang: Lang) -> dict[str, Any]:
    most = max((other.open for other in every), default=0) or 1
    mean = one.hours / one.late if one.late else 0.0
    return {
        "code": one.code,
        "name": one.name,
        "open": formats.number(one.open, lang),
        "late": formats.number(one.late, lang),
        "note": translate(_("trễ trung bình {time}"), lang, time=duration(mean, lang)) if one.late else "",
        "shares": [round(one.late / most, 3), round(one.open / most, 3)],
    }


def _area(one: Standing, bounds: dict[str, list[float]], lang: Lang) -> dict[str, Any]:
    values = {name: _measured(one, name) for name in MEASURES}
    return {
        "code": one.code,
        "name": one.name,
        "values": {name: NEVER if value is None else formats.number(value, lang) for name, value in values.items()},
        "classes": {name: class_of(value or 0, bounds[name]) for name, value in values.items()},
    }


def _measured(one: Standing, measure: str) -> float | None:
    if measure == "rate":
        return round(one.open / one.area * 100, 1)
    if measure == "satisfaction":
        return round(one.satisfied / one.rated * 100) if one.rated else None
    return one.late if measure == "late" else one.open


def _legend(measure: str, bounds: Sequence[float], lang: Lang) -> list[tuple[int, str]]:
    none = _("Chưa có hoặc 0 %") if measure == "satisfaction" else _("Không có")
    say, number = partial(translate, lang=lang), partial(formats.number, lang=lang)
    return legend(bounds, say, number, none=none, some=_("Có"))
