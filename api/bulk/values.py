"""Text columns turned into numbers, moments, phones and clean text, all rows at once."""

import re

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
from numpy.typing import NDArray

from geo import texts
from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.people import normalise_phone

_ZONED = r"[zZ]$|:.*[+-]\d{2}(?::?\d{2})?$"
_DAY_FIRST = r"^\d{1,2}/\d{1,2}/\d{4}"
# Bytes of which clean Vietnamese text is made: ASCII, what follows a lead byte, and the lead bytes of its letters.
_PLAIN = np.zeros(256, np.bool_)
_PLAIN[[*range(0x20, 0x7F), *range(0x80, 0xC0), 0xC3, 0xC4, 0xC5, 0xC6, 0xE1]] = True
_BLANK, _BREAK = 0x20, 0x0A


def clean(column: pd.Series, *, lines: bool) -> pd.Series:
    """`geo.texts.clean` for a column; only texts that it could change are passed through it one by one."""
    array = pa.array(column, pa.large_string())
    dirty = _suspect(array, lines=lines)
    if not dirty.any():
        return column
    done = column.copy()
    done[dirty] = [texts.clean(text, lines=lines) for text in column[dirty]]
    return done


def _suspect(array: pa.Array, *, lines: bool) -> NDArray[np.bool_]:
    """Which texts hold anything beside letters that are surely composed, single blanks within, and line breaks."""
    _validity, raw_offsets, raw_data = array.buffers()
    found = np.zeros(len(array), np.bool_)
    if raw_data is None or not len(array):
        return found
    offsets = np.frombuffer(raw_offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(raw_data, np.uint8)[: offsets[-1]]
    odd = ~_PLAIN[data]
    if lines:
        odd &= data != _BREAK
    # Of what 0xE1 leads only U+1E80–U+1EFF is Vietnamese; a blank beside a blank or a break is too many.
    before, after = data[:-1], data[1:]
    odd[:-1] |= (before == 0xE1) & (after != 0xBA) & (after != 0xBB)
    odd[:-1] |= (before == _BLANK) & ((after == _BLANK) | (after == _BREAK))
    odd[:-1] |= (before == _BREAK) & ((after == _BLANK) | (after == _BREAK))
    at = np.flatnonzero(odd)
    found[np.searchsorted(offsets, at[at >= offsets[0]], "right") - 1] = True
    filled = np.flatnonzero(np.diff(offsets))
    for ends in (offsets[:-1][filled], offsets[1:][filled] - 1):
        found[filled[data[ends] <= _BLANK]] = True
    return found


def numbers(column: pd.Series) -> pd.Series:
    """Numbers, with the decimal comma of Vietnamese spreadsheets too; NaN for what is none."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    return pd.to_numeric(column.str.strip().str.replace(",", "."), errors="coerce").astype("float64")


def moments(column: pd.Series) -> pd.Series:
    """UTC moments from ISO 8601 or day/month/year, local where no zone is given; NaT for what is none."""
    text = column.str.strip()
    found = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    day_first = text.str.match(_DAY_FIRST, na=False).to_numpy(np.bool_)
    if day_first.any():
        found[day_first] = pd.to_datetime(text[day_first], format="mixed", dayfirst=True, errors="coerce", utc=True)
    local = ~text.str.contains(_ZONED, na=True, regex=True).to_numpy(np.bool_)
    naive = found.dt.tz_localize(None).astype("datetime64[us]")
    if local.any():
        naive[local] = naive[local].dt.tz_localize(ZONE).dt.tz_convert("UTC").dt.tz_localize(None)
    return naive


def phones(column: pd.Series) -> tuple[pd.Series, NDArray[np.bool_]]:
    """E.164 numbers, and which rows hold none though they hold something.

    A million different numbers would keep the library busy for a minute: mobiles in the two usual spellings are told
    by the library's own pattern, the rest goes to `normalise_phone`.
    """
    digits = column.str.replace(r"[ ().\-]", "", regex=True)
    plain = digits.str.fullmatch(rf"(?:0|\+84)(?:{_mobile()})", na=False).to_numpy(np.bool_)
    plain = plain & column.str.len().between(6, 30).fillna(value=False).to_numpy(np.bool_)
    done = "+84" + digits.str.replace(r"^(?:0|\+84)", "", regex=True)
    rest = column.notna().to_numpy(np.bool_) & ~plain
    index, words = pd.factorize(column[rest])
    done[rest] = pd.array([_normalised(word) for word in words], dtype="str").take(index)
    return done, rest & done.isna().to_numpy(np.bool_)


def _normalised(number: str) -> str | None:
    try:
        return normalise_phone(number)
    except InvalidError:
        return None


def _mobile() -> str:
    data = phonenumbers.PhoneMetadata.metadata_for_region("VN", None)
    assert data is not None
    assert data.mobile is not None
    return re.sub(r"\s", "", data.mobile.national_number_pattern or "")
