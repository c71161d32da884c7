"""What somebody wants to see on the desk, from the address."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from geo.queue import TABS, Asked


def _asked(
    tab: str = "",
    category: Annotated[str, Query(max_length=64)] = "",
    commune: Annotated[str, Query(max_length=64)] = "",
    unit: Annotated[str, Query(max_length=64)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Asked:
    # What means nothing asks for nothing: a desk is no place for a refusal because of an old bookmark.
    found = {
        name: value.replace("\0", "").strip() or None
        for name, value in (("category", category), ("commune", commune), ("unit", unit), ("q", q))
    }
    return Asked(tab if tab in TABS else "open", **found)


AskedDep = Annotated[Asked, Depends(_asked)]


def query(asked: Asked, **changes: str | None) -> str:
    """The same as the query of an address, with some of it changed."""
    said = {name: value for name, value in (asdict(asked) | changes).items() if value}
    return "?" + urlencode(said) if said else ""
