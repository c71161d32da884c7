"""The columns of a file of reports, and the batches in which its rows travel."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import InvalidError
from geo.i18n import _

REQUIRED = ("category", "content", "lon", "lat")
OPTIONAL = ("accuracy", "happened_at", "created_at", "state", "code", "name", "organisation", "phone", "email")
COLUMNS = REQUIRED + OPTIONAL
# What people call these columns, in lower case.
ALIASES = {
    "lĩnh vực": "category",
    "nội dung": "content",
    "longitude": "lon",
    "lng": "lon",
    "kinh độ": "lon",
    "latitude": "lat",
    "vĩ độ": "lat",
    "độ chính xác": "accuracy",
    "trạng thái": "state",
    "mã": "code",
    "họ tên": "name",
    "họ và tên": "name",
    "tổ chức": "organisation",
    "điện thoại": "phone",
    "số điện thoại": "phone",
}


@dataclass(frozen=True)
class Chunk:
    """Rows as text under the names of COLUMNS; `line` says where each stands in the file, in the same order."""

    rows: pd.DataFrame
    line: NDArray[np.int64]
    faulty: list[tuple[int, str]] = field(default_factory=list)  # rows of another shape: line, text
    done: float = 0.0  # share of the file read so far


def rename(names: list[str]) -> dict[str, str]:
    """The file's names → ours, for those known; InvalidError where a required one is missing or comes twice."""
    known: dict[str, str] = {}
    for name in names:
        plain = name.strip().lower()
        ours = ALIASES.get(plain, plain)
        if ours in COLUMNS:
            if name in known or ours in known.values():
                raise InvalidError(_("Cột {column} có hai lần."), column=ours)
            known[name] = ours
    missing = [name for name in REQUIRED if name not in known.values()]
    if missing:
        raise InvalidError(
            _("Tệp thiếu cột {missing}; cần có {required}."), missing=", ".join(missing), required=", ".join(REQUIRED)
        )
    return known


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with all of COLUMNS as text, those the file lacks without a value."""
    return frame.reindex(columns=list(COLUMNS)).astype("str")
