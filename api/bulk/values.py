"""Text columns turned into numbers, moments, phones and clean text, all rows at once."""

import re

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo import texts
from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.people import normalise_phone

_ZONED = r"[zZ]$|:.*[+-]\d{2}(?::?\d{2})?$"
_DAY_FIRST = r"^\d{1,2}/\d{1,2}/\d{4}"
# What `texts.clean` might change; everything else is clean already.
_UNCLEAN = (
    r"^\s|\s$|\s\s|[\x00-\x09\x0b-\x1f\x7f-\xa0\x{061c}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}"
    r"\x{2066}-\x{2069}\x{3000}\x{feff}\x{fff9}-\x{ffff}]"
)


def clean(column: pd.Series, *, lines: bool) -> pd.Series:
    """`geo.texts.clean` for a column; only texts that it could change are passed through it one by one."""
    array = pc.utf8_normalize(pa.array(column, pa.large_string()), form="NFC")
    suspect = pc.match_substring_regex(array, _UNCLEAN if lines else _UNCLEAN + r"|\n")
    done = pd.Series(array.to_pandas(), dtype="str").set_axis(column.index)
    dirty = pc.fill_null(suspect, False).to_numpy(zero_copy_only=False)
    if dirty.any():
        done[dirty] = [texts.clean(text, lines=lines) for text in done[dirty]]
    return done


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
