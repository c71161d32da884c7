from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from geo import idempotency
from geo.errors import ConflictError, InvalidError
from geo.models import Report


def test_the_same_content_gets_the_same_answer(session: Session, make_report: Callable[..., Report]) -> None:
    wanted = idempotency.fingerprint({"a": 1, "b": 2})
    assert idempotency.find(session, "key-0001", wanted) is None
    idempotency.remember(session, "key-0001", wanted, make_report().id, {"code": "X"})
    session.flush()
    assert idempotency.find(session, "key-0001", idempotency.fingerprint({"b": 2, "a": 1})) == {"code": "X"}
    with pytest.raises(ConflictError):
        idempotency.find(session, "key-0001", idempotency.fingerprint({"a": 2}))


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "một khóa dài", "with blanks", "line\nline\n"])
def test_keys_are_visible_ascii(key: str) -> None:
    with pytest.raises(InvalidError):
        idempotency.checked_key(key)
