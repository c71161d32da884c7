"""A collection of features: what it is called, its columns, and the select that gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Label, Row, Select, SQLColumnExpression, Subquery

from maps.collections.crs import WGS84

Kind = Literal["text", "integer", "number", "boolean", "moment", "date", "list"]
ID, SHAPE, KEY = "__id", "__shape", "__key"
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Column:
    """A property of features; `title` is a sentence to be translated, `values` all that it can be where that is known.

    A `list` is shown and cannot be asked for.
    """

    name: str
    kind: Kind
    title: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Digits:
    """Decimals of coordinates, in degrees and in metres."""

    degrees: int = 7
    metres: int = 3


@dataclass(frozen=True)
class Extent:
    """West, south, east, north in degrees, and from when until when; None for what is open or unknown."""

    box: Box | None = None
    begin: datetime | date | None = None
    end: datetime | date | None = None
    timed: bool = False


@dataclass(frozen=True)
class Collection:
    """Features by one select, which has `public` columns alone: whatever is asked is asked of these.

    The select has besides the columns the labels ID (text), SHAPE (geometry of `srid`) and one or more that begin with
    KEY, by which features are ordered; together these keys are unique and never null.
    """

    id: str
    title: str
    description: str
    shape: str  # Point | MultiPolygon | …, as in GeoJSON; "" where any may come
    columns: tuple[Column, ...]
    select: Select[Any]
    values: Mapping[str, str] = field(default_factory=dict)  # of the title and the description
    keys: int = 1
    descending: bool = False
    numeric_id: bool = False
    begins: str | None = None  # the column of a feature's time, or of its beginning
    ends: str | None = None  # of its end, which it does not hold; None for a moment
    srid: int = WGS84
    digits: Digits = field(default_factory=Digits)
    extent: Extent = field(default_factory=Extent)
    attribution: str = ""
    licence: str = ""
    seconds: int = 0  # that an answer may be kept
    placeless: bool = False  # whether features may be nowhere; such are in every box
    counted: bool = False  # whether kept counts know how many there are, without any question
    written: Callable[[Row[Any]], dict[str, Any]] | None = None  # a row's properties where they are not its columns

    def rows(self) -> Subquery:
        """The select as something to ask."""
        return self.select.subquery("feature")

    def properties(self, row: Row[Any]) -> dict[str, Any]:
        """The properties of a feature of a row."""
        if self.written is not None:
            return self.written(row)
        return {one.name: row._mapping[one.name] for one in self.columns}

    def column(self, name: str) -> Column | None:
        """The column of a name."""
        return next((one for one in self.columns if one.name == name), None)

    def asked(self) -> dict[str, Column]:
        """The columns that can be asked for."""
        return {one.name: one for one in self.columns if one.kind != "list"}


def labelled(
    shape: SQLColumnExpression[Any], identity: SQLColumnExpression[Any], *keys: SQLColumnExpression[Any]
) -> list[Label[Any]]:
    """What a collection's select has besides its columns."""
    named: list[Label[Any]] = [key.label(f"{KEY}{number}") for number, key in enumerate(keys)]
    return [identity.label(ID), shape.label(SHAPE), *named]
