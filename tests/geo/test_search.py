import re

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from geo.search import alphabetical, has_words, plain, spellings, stripped

TEXT = "Ổ GÀ lớn trước cổng chợ Điện Bàn, nhiều người ngã xe"


@pytest.mark.parametrize("words", ["o ga", "O GA", "dien ban", "nguoi nga", "ổ gà", "Điện Bàn", "cho dien"])
def test_words_are_found_with_and_without_their_marks(session: Session, words: str) -> None:
    assert session.scalar(select(has_words(literal(TEXT), literal(plain(TEXT)), words))) is True


@pytest.mark.parametrize("words", ["ở gà", "điện bản", "%", "_", "xe máy"])
def test_marks_that_are_typed_must_be_there_and_nothing_is_a_pattern(session: Session, words: str) -> None:
    assert session.scalar(select(has_words(literal(TEXT), literal(plain(TEXT)), words))) is False


def test_the_database_strips_as_we_do(session: Session) -> None:
    assert session.scalar(select(stripped(literal(TEXT)))) == plain(TEXT)


def test_plain_takes_every_vietnamese_letter() -> None:
    assert plain("Ướt ĐẪM ở Phước Sơn") == "uot dam o phuoc son"


def test_names_stand_as_in_a_vietnamese_dictionary() -> None:
    names = ["Thăng Bình", "Đông Giang", "Tiên Phước", "Tây Giang", "Đại Lộc", "Duy Xuyên", "Điện Bàn", "Hội An"]
    wanted = ["Duy Xuyên", "Đại Lộc", "Điện Bàn", "Đông Giang", "Hội An", "Tây Giang", "Thăng Bình", "Tiên Phước"]
    assert sorted(names, key=alphabetical) == wanted


@pytest.mark.parametrize(("words", "found"), [("o ga", True), ("dien ban", True), (".", False), ("xe may", False)])
def test_all_spellings_of_words_are_a_regular_expression(words: str, found: bool) -> None:
    assert bool(re.search(spellings(words), TEXT.lower())) is found
