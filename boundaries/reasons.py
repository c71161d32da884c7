"""Why a unit answers for a place, in words: Vietnamese templates and their values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.errors import OutsideError
from geo.i18n import _

INSIDE = _("Vị trí nằm trong {area}.")
SETTLED = _("Nơi này đã được xác nhận thuộc {area}.")
PERHAPS_SETTLED = _("Nơi này đã được xác nhận thuộc {area}, nhưng sai số vị trí vượt ra ngoài nơi ấy; cần xác nhận.")
BORDER = _("Vị trí nằm đúng trên ranh giới của {areas}; tạm chọn {area} (khả năng khoảng {chance}).")
CHOSEN = _("Gần ranh giới; người gửi chọn {area}.")
AGREED = _("Gần ranh giới; nơi này đã được xác nhận thuộc {area}.")
IN_WORDS = _("Nơi xảy ra được tả bằng lời, thuộc {area}; vị trí trên bản đồ là một điểm trong đó, cần xác nhận.")
UNCERTAIN = _(
    "Vị trí nằm trong {area} nhưng cách {other} chỉ khoảng {distance}, trong phạm vi sai số {radius};"
    " khả năng đúng khoảng {chance}, cần xác nhận."
)
LIKELY = _("Vị trí nằm trong {area} và cách {other} khoảng {distance}; khả năng đúng khoảng {chance}.")
LIKELIER = _("Vị trí nằm trong {other}, sát ranh giới, nhưng nhiều khả năng hơn là thuộc {area} (khoảng {chance}).")
NEAREST = _("Vị trí nằm ngoài mọi ranh giới, cách {area} khoảng {distance}; chọn nơi gần nhất, cần xác nhận.")
COAST = _("Vị trí nằm ngoài mọi ranh giới, cách {area} khoảng {distance}; khả năng thuộc nơi này khoảng {chance}.")
SECOND = _("Phản ánh lần 2 do đơn vị đã trả lời lần đầu xử lý lại; Trung tâm IOC theo dõi.")
RULE = _("Lĩnh vực này ở {area} do đơn vị này phụ trách.")
BY_HAND = _("Vị trí thuộc {area}; phản ánh ở lại đơn vị mà một người đã chọn, hoặc đã trả lời lần đầu.")
NO_UNIT = _("Vị trí thuộc {area}, nơi chưa có đơn vị xử lý vào ngày này; Trung tâm IOC sẽ phân công.")
NO_EDITION = _("Hệ thống chưa có địa giới cho ngày này; Trung tâm IOC sẽ phân công.")
FAR = _("Vị trí này ở rất xa Quảng Nam; hãy xem lại kinh độ và vĩ độ.")
OUTSIDE = _("Vị trí nằm ngoài tỉnh Quảng Nam, cách ranh giới khoảng {distance}.")
IN_NEIGHBOUR = _("Vị trí thuộc {neighbour}, ngoài tỉnh Quảng Nam, cách ranh giới khoảng {distance}.")


@dataclass(frozen=True)
class Reason:
    """A code (inside, border, uncertain, nearest, rule, ioc), its Vietnamese sentence and the values in it."""

    code: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)


def inside(area: str) -> Reason:
    """Certainly within the area of this full name."""
    return Reason("inside", INSIDE, {"area": area})


def settled(area: str) -> Reason:
    """In a place that an administrator accepted as one of the area, after people had settled it so."""
    return Reason("inside", SETTLED, {"area": area})


def perhaps_settled(area: str) -> Reason:
    """The same where the pin's own error reaches out of that place."""
    return Reason("uncertain", PERHAPS_SETTLED, {"area": area})


def border(area: str, areas: Sequence[str], chance: float) -> Reason:
    """On the shared border of several areas, of which the likeliest is taken."""
    return Reason("border", BORDER, {"area": area, "areas": ", ".join(areas), "chance": percent(chance)})


def chosen(area: str) -> Reason:
    """Near a border, where the sender said which of the candidates it is."""
    return Reason("border", CHOSEN, {"area": area})


def agreed(area: str) -> Reason:
    """Near a border, where the units or the IOC said of this report which of the candidates it is."""
    return Reason("border", AGREED, {"area": area})


def in_words(area: str) -> Reason:
    """Surely within the commune of this full name, but nobody knows where."""
    return Reason("uncertain", IN_WORDS, {"area": area})


def uncertain(area: str, other: str, distance: float, radius: float, chance: float) -> Reason:
    """Within the area, yet another lies so many metres away, nearer than the radius of what is uncertain."""
    values = {"area": area, "other": other, "distance": metres(distance), "radius": metres(radius)}
    return Reason("uncertain", UNCERTAIN, values | {"chance": percent(chance)})


def likely(area: str, other: str, distance: float, chance: float) -> Reason:
    """The same where the area is likely enough to need no confirmation."""
    values = {"area": area, "other": other, "distance": metres(distance), "chance": percent(chance)}
    return Reason("uncertain", LIKELY, values)


def likelier(area: str, other: str, chance: float) -> Reason:
    """Within another area, yet so close to a corner of its border that this one is likelier."""
    return Reason("uncertain", LIKELIER, {"area": area, "other": other, "chance": percent(chance)})


def nearest(area: str, distance: float, chance: float | None = None) -> Reason:
    """In no area, so many metres from this one; without a chance where no error explains so many."""
    values = {"area": area, "distance": metres(distance)}
    if chance is None:
        return Reason("nearest", NEAREST, values)
    return Reason("nearest", COAST, values | {"chance": percent(chance)})


def rule(area: str) -> Reason:
    """An administrator gave this category in this area to another unit than the committee."""
    return Reason("rule", RULE, {"area": area})


def second() -> Reason:
    """A second report stays with the unit that answered the first."""
    return Reason("rule", SECOND)


def no_unit(area: str) -> Reason:
    """The area is known and no committee answers for it."""
    return Reason("ioc", NO_UNIT, {"area": area})


def no_edition() -> Reason:
    """No edition is in force."""
    return Reason("ioc", NO_EDITION)


def outside(distance: float, neighbour: str | None) -> OutsideError:
    """The refusal of a pin so many metres outside the province, in the neighbouring province of that full name.

    An infinite distance is one that the plane of the metres does not reach.
    """
    if not math.isfinite(distance):
        return OutsideError(FAR, details={"distance": None, "neighbour": neighbour})
    details = {"distance": round(distance, 1), "neighbour": neighbour}
    if neighbour:
        return OutsideError(IN_NEIGHBOUR, details=details, neighbour=neighbour, distance=metres(distance))
    return OutsideError(OUTSIDE, details=details, distance=metres(distance))


def metres(distance: float) -> str:
    """A distance as a person says it: 7 m, 150 m, 12 km."""
    if distance >= 9_995:
        return f"{distance / 1000:.0f} km"
    return f"{distance:.0f} m" if distance < 100 else f"{round(distance, -1):.0f} m"


def percent(chance: float) -> str:
    """A probability in whole per cent, of which 100 only says that it is certain."""
    return f"{100 if chance >= 1 else min(round(100 * chance), 99)}%"


def whole(shares: Sequence[float]) -> list[int]:
    """Shares (0–1) in whole per cent that add up as the shares do: what is left goes to the largest remainders."""
    found = [math.floor(round(100 * share, 2)) for share in shares]
    left = round(100 * sum(shares)) - sum(found)
    by_rest = sorted(range(len(found)), key=lambda place: found[place] - round(100 * shares[place], 2))
    for place in by_rest[:left]:
        found[place] += 1
    return found
