"""Moments as people in Vietnam read them."""

import pyarrow as pa
import pyarrow.compute as pc

from geo.deadlines import ZONE

OFFSET = "+07:00"  # of Vietnam, the whole year


def local(column: pa.Array) -> pa.Array:
    """Moments as what a clock in Vietnam shows, without a zone."""
    return pc.local_timestamp(column.cast(pa.timestamp("us", tz=str(ZONE))))


def iso(column: pa.Array) -> pa.Array:
    """Moments in ISO 8601 with Vietnam's offset, with as much of the second as there is."""
    clock = pc.replace_substring_regex(pc.strftime(local(column), "%Y-%m-%dT%H:%M:%S"), r"\.?0+$", "")
    return pc.binary_join_element_wise(clock, OFFSET, "")
