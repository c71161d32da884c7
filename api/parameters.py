"""The parameters of an address: each said once, several categories joined, and none that an operation does not have."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant

from geo.errors import InvalidError
from geo.i18n import _

SEVERAL = "category"  # may be said as often as one likes, as a form with boxes that are ticked says it
TWICE = _("Tham số {name} được viết {times} lần; chỉ được viết một lần.")
_EVERYWHERE = "lang"
_FOREIGN = ("utm_", "fbclid", "gclid", "zarsrc")  # marks of where a link was found: they ask for nothing


def as_said(request: Request) -> dict[str, str]:
    """What an address says without its blanks; several categories are joined, of anything else the last holds."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if value:
            found[name] = f"{found[name]},{value}" if name == SEVERAL and name in found else value
    return found


def once(request: Request, *names: str) -> None:
    """InvalidError for one of these parameters that is said more than once: only one of them could hold."""
    times = Counter(name for name, _value in request.query_params.multi_items())
    for name in names:
        if times[name] > 1 and name != SEVERAL:
            raise InvalidError(TWICE, field=name, name=name, times=times[name])


async def known(request: Request) -> None:
    """InvalidError for a parameter that the operation does not have, or that is said more than once.

    A filter whose name is misspelled would otherwise be none at all, and everything be given.
    """
    names = dict.fromkeys(_names(request.scope["route"].dependant))
    for name in request.query_params:
        if name not in names and name != _EVERYWHERE and not name.startswith(_FOREIGN):
            raise InvalidError(
                _("Không có tham số {name} ở địa chỉ này; có: {names}."),
                field=name[:80],
                name=name[:80],
                names=", ".join([*names, _EVERYWHERE]),
            )
    once(request, *names)


async def _categories(
    request: Request,
    category: Annotated[
        str | None, Query(description="codes of /api/v1/categories; several with commas, or the parameter repeated")
    ] = None,
) -> str | None:
    return as_said(request).get(SEVERAL, category)


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _names(one)


CategoriesDep = Annotated[str | None, Depends(_categories)]
