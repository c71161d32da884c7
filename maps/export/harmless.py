"""Texts that a spreadsheet would take for a formula, made plain."""

import pyarrow as pa
import pyarrow.compute as pc

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FORMULA = f"^[{''.join(_STARTS).replace('-', chr(92) + '-')}]"


def plain(text: str) -> str:
    """A text as no spreadsheet takes it for a formula: `texts` for a single one."""
    return f"'{text}" if text.startswith(_STARTS) else text


def texts(column: pa.Array) -> pa.Array:
    """A column of texts with an apostrophe before each that begins with = + - @, a tab or a carriage return.

    As OWASP advises (CSV injection).
    """
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
