import re

import numpy as np
import pytest

from geo import codes


def test_a_code_is_eight_letters_that_no_ear_confuses() -> None:
    made = codes.Deck().draw(2_000)
    assert len(set(made)) == 2_000
    assert all(re.fullmatch("QN-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in made)
    assert set("".join(made)) >= set(codes.ALPHABET)


def test_no_card_of_a_deck_comes_twice_and_no_deck_is_like_another() -> None:
    deck = codes.Deck()
    drawn = deck.draw(300_000) + deck.draw(300_000)
    assert len(set(drawn)) == 600_000
    assert not set(drawn[:100]) & set(codes.Deck().draw(100))
    letters = np.array(drawn).astype("S12").view("S1").reshape(-1, 12)[:, [3, 4, 5, 6, 8, 9, 10, 11]]
    for place in letters.T:
        shares = np.unique(place, return_counts=True)[1] / len(drawn)
        assert np.abs(shares - 1 / 32).max() < 0.002


@pytest.mark.parametrize(
    "typed",
    ["QN-7K2M-0X1Q", "qn-7k2m-oxiq", "7K2M0X1Q", " 7k2m oxlq ", "QN 7K2M 0X1Q", "qn7k2m0x1q", "QN–7K2M–OX1Q"],
)
def test_a_code_is_found_as_people_type_it(typed: str) -> None:
    assert codes.normalise(typed) == "QN-7K2M-0X1Q"


@pytest.mark.parametrize("typed", ["", "QN", "QN-7K2M", "QN-7K2M-0X1QQ", "QN-7K2M-0X1U", "../../etc", "7K2M\x000X1Q"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.normalise(typed) is None


def test_every_code_is_its_own_normal_form() -> None:
    assert all(codes.normalise(code) == code for code in codes.Deck().draw(200))


def test_tokens_are_long_and_differ() -> None:
    assert len({codes.token() for _number in range(100)}) == 100
    assert len(codes.token()) == 32


def test_a_derived_token_takes_the_secret_the_key_and_the_content() -> None:
    first = codes.derived_token(b"secret", "key", b"content")
    assert first == codes.derived_token(b"secret", "key", b"content")
    others = {
        codes.derived_token(b"other", "key", b"content"),
        codes.derived_token(b"secret", "other", b"content"),
        codes.derived_token(b"secret", "key", b"other"),
    }
    assert first not in others
    assert len(others) == 3
    assert len(first) == 32
