import pytest

from geo.errors import InvalidError
from geo.passwords import checked_password, fits, hashed

WHO = {"email": "sen.nguyen@example.vn", "name": "Nguyễn Văn Sen"}


@pytest.mark.parametrize(
    "password", ["ngắn", "0123456789", "aaaaaaaaaaaa", "quangnam2026", "sen.nguyen1", "matkhau12345", "x" * 201]
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidError):
        checked_password(password, **WHO)


@pytest.mark.parametrize("password", ["cầu tre nắng sớm", "nguyen thả diều bên sông", "r7#kQ2!vLp"])
def test_words_that_have_nothing_to_do_with_one_are_taken(password: str) -> None:
    assert checked_password(password, **WHO) == password


def test_hashes_are_argon2_and_fit_their_password_alone() -> None:
    known = hashed("cầu tre nắng sớm")
    assert known.startswith("$argon2id$")
    assert fits("cầu tre nắng sớm", known)
    assert not fits("cầu tre nắng muộn", known)
    assert not fits("nobody has this one", None)
