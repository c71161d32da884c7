import pytest

from geo.errors import SetupError
from geo.sealing import seal, unseal

SECRET, OLDER = b"a secret for tests only", b"the one before it"


def test_it_opens_with_the_same_secret_and_purpose_alone() -> None:
    sealed = seal(SECRET, "phone", "0905 123 456")
    assert "0905" not in sealed
    assert sealed != seal(SECRET, "phone", "0905 123 456")
    assert unseal(SECRET, "phone", sealed) == "0905 123 456"
    for secret, purpose in ((OLDER, "phone"), (SECRET, "name")):
        with pytest.raises(SetupError):
            unseal(secret, purpose, sealed)


def test_an_older_secret_still_opens_beside_the_new_one() -> None:
    assert unseal([SECRET, OLDER], "name", seal(OLDER, "name", "Trần Thị Bưởi")) == "Trần Thị Bưởi"


def test_a_changed_letter_is_noticed() -> None:
    sealed = seal(SECRET, "name", "Bưởi")
    changed = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    with pytest.raises(SetupError):
        unseal(SECRET, "name", changed)
