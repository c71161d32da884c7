import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from geo import idempotency
from geo.codes import ALPHABET
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


def test_a_report_is_found_by_the_first_fifty_bits_of_its_keys_hash(
    session: Session, make_report: Callable[..., Report]
) -> None:
    keys = [f"key-{number:04d}" for number in range(200)]
    sent = {key: make_report().id for key in keys[:2]}
    for key, report_id in sent.items():
        idempotency.remember(session, key, b"", report_id, {})
    session.flush()
    found = {key: idempotency.report_of(session, idempotency.reference(key)) for key in keys}
    assert found == dict.fromkeys(keys) | sent
    bits = int(hashlib.sha256(b"key-0000").hexdigest(), 16) >> 206
    assert idempotency.reference("key-0000") == "".join(ALPHABET[bits >> 5 * at & 31] for at in reversed(range(10)))


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "một khóa dài", "with blanks", "line\nline\n"])
def test_keys_are_visible_ascii(key: str) -> None:
    with pytest.raises(InvalidError):
        idempotency.checked_key(key)
