import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidError
from geo.texts import checked, clean


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Đường   hỏng\tnặng ", "Đường hỏng nặng"),
        (unicodedata.normalize("NFD", "Đường hỏng"), "Đường hỏng"),
        ("một\r\nhai\rba", "một hai ba"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\u2066a\u2069\u200eb\u200f", "ab"),
        ("a\x1b[31mb\x07\x85", "a[31mb"),
        ("\ufeffa", "a"),
        ("</script><img src=x onerror=alert(1)>`${x}`", "</script><img src=x onerror=alert(1)>`${x}`"),
        ("😀 ổn", "😀 ổn"),
    ],
)
def test_one_line(sent: str, kept: str) -> None:
    assert clean(sent) == kept


def test_lines_are_kept_but_not_heaps_of_blank_ones() -> None:
    assert clean("một\r\n\r\n\r\n\r\n hai \n", lines=True) == "một\n\nhai"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text, lines=True)
    assert clean(once, lines=True) == once


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "short", "x" * 51, " " * 30 + "a"])
def test_refused(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        checked(text, "content", least=10, most=50)
    assert refused.value.field == "content"


def test_letters_are_counted_and_not_bytes() -> None:
    assert checked("Ổ" * 50, "content", least=10, most=50) == "Ổ" * 50
