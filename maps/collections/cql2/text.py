"""CQL2 text as the tree that CQL2 JSON has, by descent of a bounded depth.

The package `cql2` is not used: its parser ends the process on deep texts and takes time that doubles with open
brackets. What nobody here understands (arithmetic, arrays) is not read at all.
"""

from collections.abc import Callable
from typing import Any

from maps.collections.cql2.shapes import SHAPES, shape
from maps.collections.cql2.temporal import FUNCTIONS as TEMPORAL
from maps.collections.cql2.words import Words

_COMPARE = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_RESERVED = ("and", "or", "not", "like", "in", "between", "is")
_CONSTANTS = {"true": True, "false": False, "null": None}
_NAMES = {name.lower(): name for name in TEMPORAL}  # t_finishedBy is written in any case


def parse(written: str) -> Any:
    """The tree of a text; UnreadableError, TooMuchError."""
    words = Words(written)
    tree = _either(words)
    words.end()
    return tree


def _either(words: Words) -> Any:
    return _joined(words, "or", lambda: _joined(words, "and", lambda: _negated(words)))


def _joined(words: Words, operator: str, inner: Callable[[], Any]) -> Any:
    found = [inner()]
    while words.take(operator):
        found.append(inner())
    return found[0] if len(found) == 1 else {"op": operator, "args": found}


def _negated(words: Words) -> Any:
    if words.take("not"):
        with words.deeper():
            return _not(_negated(words))
    left = _operand(words)
    if (sign := _COMPARE.get(words.sign() or "")) is not None:
        words.next()
        return {"op": sign, "args": [left, _operand(words)]}
    if words.take("is"):
        negative = words.take("not")
        words.expect("null")
        found: Any = {"op": "isNull", "args": [left]}
    else:
        negative = words.take("not")
        found = _tested(words, left)
        if negative and found is left:
            raise words.wrong()
    return _not(found) if negative else found


def _tested(words: Words, left: Any) -> Any:
    """The condition of what follows; without any, what is there."""
    if words.take("like"):
        return {"op": "like", "args": [left, _operand(words)]}
    if words.take("in"):
        return {"op": "in", "args": [left, _list(words)]}
    if words.take("between"):
        low = _operand(words)
        words.expect("and")
        return {"op": "between", "args": [left, low, _operand(words)]}
    return left


def _not(condition: Any) -> Any:
    return {"op": "not", "args": [condition]}


def _operand(words: Words) -> Any:
    if words.sign() == "(":
        with words.deeper():
            words.next()
            inner = _either(words)
            words.expect(")")
            return inner
    if words.sign() in ("+", "-"):
        return words.number()
    token = words.next()
    if token.kind in ("text", "number"):
        return token.value
    if token.kind == "name":
        return {"property": token.value}
    if token.kind == "word" and token.value.lower() not in _RESERVED:
        return _named(words, token.value)
    raise words.wrong(token)


def _named(words: Words, name: str) -> Any:
    """A constant, a property, a literal with a name, or a function."""
    low = name.lower()
    if low in _CONSTANTS:
        return _CONSTANTS[low]
    if low in SHAPES and (words.sign() == "(" or words.is_word("z")):
        return shape(words, low)
    if words.sign() != "(":
        return {"property": name}
    if low in ("date", "timestamp"):
        words.expect("(")
        written = words.text()
        words.expect(")")
        return {low: written}
    args = _list(words)
    if low in ("interval", "bbox"):
        return {low: args}
    return {"op": _NAMES.get(low, low), "args": args}


def _list(words: Words) -> list[Any]:
    with words.deeper():
        return words.between_brackets(lambda: _either(words))
