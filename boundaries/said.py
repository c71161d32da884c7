"""The mark of a routing that somebody settled: which of its candidates they said it is."""

from collections.abc import Sequence
from typing import Any

Candidates = Sequence[dict[str, Any]]  # as an assignment keeps them
# In SQL, of an assignment's candidates: the area, null where nobody settled it.
AREA = "jsonb_path_query_first({table}.candidates, '$[*] ? (@.settled == true).area') #>> '{{}}'"


def area_of(candidates: Candidates | None) -> str | None:
    """The code of the area that somebody settled on, None where nobody did."""
    return next((one["area"] for one in candidates or [] if one.get("settled")), None)


def marked(candidates: Candidates, area: str) -> list[dict[str, Any]]:
    """Candidates with one area settled, in place of the sender's choice; their shares are those of before."""
    plain = ({key: value for key, value in one.items() if key not in ("chosen", "settled")} for one in candidates)
    return [one | ({"settled": True} if one["area"] == area else {}) for one in plain]
