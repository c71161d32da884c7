"""Texts that a spreadsheet would take for a formula, made plain."""

import pyarrow as pa
import pyarrow.compute as pc

_FORMULA = "^[=+\\-@\t\r]"


def texts(column: pa.Array) -> pa.Array:
    """A column of texts with an apostrophe before each that begins with = + - @, a tab or a carriage return.

    As OWASP advises (CSV injection).
    """
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
