"""A pin as people and programs send it: what cannot be a place on Earth is refused with a sentence that helps."""

import math

import numpy as np
from numpy.typing import NDArray

from boundaries.metric import Floats
from geo.errors import InvalidError
from geo.i18n import _

# Generous around the province: only there do two swapped numbers say what was meant.
WEST, SOUTH, EAST, NORTH = 106.5, 14.5, 109.5, 16.8
MAX_ACCURACY = 20_000.0  # metres; a circle wider than two districts tells nothing

NOT_FINITE = _("Kinh độ và vĩ độ phải là hai số hữu hạn, ví dụ 108.338 và 15.8794.")
SWAPPED = _("Kinh độ và vĩ độ bị đổi chỗ: kinh độ đứng trước, khoảng 108; vĩ độ đứng sau, khoảng 15,6.")
METRES = _("Toạ độ này có vẻ tính bằng mét (VN-2000 hoặc UTM); hãy đổi sang kinh độ và vĩ độ WGS 84.")
NOT_ON_EARTH = _("Kinh độ phải từ -180 đến 180 và vĩ độ từ -90 đến 90.")
BAD_ACCURACY = _("Sai số vị trí phải từ 0 đến {most} m.")

# In this order: of two faults a person hears the one that says more.
_SENTENCES = ("", SWAPPED, METRES, NOT_FINITE, NOT_ON_EARTH)


def check(lon: float, lat: float, accuracy: float | None) -> None:
    """Raises InvalidError for degrees that are no place, are swapped or metres, and for an impossible accuracy (m)."""
    fault = _fault(lon, lat)
    if fault:
        raise InvalidError(_SENTENCES[fault], field="lat" if math.isfinite(lon) and not math.isfinite(lat) else "lon")
    if accuracy is not None and not 0 <= accuracy <= MAX_ACCURACY:
        raise InvalidError(BAD_ACCURACY, field="accuracy", most=round(MAX_ACCURACY))


def refusals(lon: Floats, lat: Floats, accuracy: Floats) -> NDArray[np.object_]:
    """`check` for arrays: the Vietnamese sentence for each pin, empty where all is well; accuracy NaN where unknown."""
    found = np.array(_SENTENCES, object)[_faults(lon, lat)]
    with np.errstate(invalid="ignore"):
        wrong = (found == "") & ((accuracy < 0) | (accuracy > MAX_ACCURACY))
    found[wrong] = BAD_ACCURACY.format(most=round(MAX_ACCURACY))
    return found


def _fault(lon: float, lat: float) -> int:
    """`_faults` for one pin, without arrays."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return 3
    if WEST <= lat <= EAST and SOUTH <= lon <= NORTH:
        return 1
    if 100_000 < min(lon, lat) < 1_000_000 and 1_500_000 < max(lon, lat) < 2_000_000:
        return 2
    return 0 if abs(lon) <= 180 and abs(lat) <= 90 else 4


def _faults(lon: Floats, lat: Floats) -> NDArray[np.int8]:
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(lon) & np.isfinite(lat)
        on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        swapped = (lat >= WEST) & (lat <= EAST) & (lon >= SOUTH) & (lon <= NORTH)
        small, large = np.minimum(lon, lat), np.maximum(lon, lat)
        metres = (small > 100_000) & (small < 1_000_000) & (large > 1_500_000) & (large < 2_000_000)
    fault = np.zeros(lon.shape, np.int8)
    fault[~on_earth] = 4
    fault[metres] = 2
    fault[swapped] = 1
    fault[~finite] = 3
    return fault
