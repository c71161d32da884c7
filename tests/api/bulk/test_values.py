import pandas as pd

from api.bulk import values
from geo import texts
from geo.errors import InvalidError
from geo.people import normalise_phone


def test_phones_as_single_reports_have_them() -> None:
    numbers = ["0905123456", "+84905123456", "84905123456", "0235 3852 811", "(0905) 123.456", "1900 1234",
               "0843123456", "0243123", "+1 202 555 0100", "O905123456", "", "0090512345", "0999999999"]  # fmt: skip

    def single(number: str) -> str | None:
        try:
            return normalise_phone(number)
        except InvalidError:
            return None

    found, wrong = values.phones(pd.Series(numbers, dtype="str"))
    assert [None if pd.isna(number) else number for number in found] == [single(number) for number in numbers]
    assert wrong.tolist() == [single(number) is None for number in numbers]


def test_texts_as_single_reports_have_them() -> None:
    spoilt = ["Đường  hỏng", " đầu", "cuối\t", "một\r\nhai\n\n\n\nba", "hướng\u202eđảo", "a\u0300 \u00a0 b",
              "\ufeffBOM", "sạch sẽ", "điều\x07khiển", "a\u2003b", "đã có\nxuống dòng"]  # fmt: skip
    for lines in (True, False):
        found = values.clean(pd.Series(spoilt, dtype="str"), lines=lines)
        assert found.tolist() == [texts.clean(word, lines=lines) for word in spoilt]


def test_moments() -> None:
    written = [
        "2024-01-02",
        "2024-01-02T03:04:05+07:00",
        "2024-01-02T03:04:05.5Z",
        "02/01/2024 10:00",
        "31/12/2023",
        "x",
    ]
    expected = [
        "2024-01-01 17:00",
        "2024-01-01 20:04:05",
        "2024-01-02 03:04:05.5",
        "2024-01-02 03:00",
        "2023-12-30 17:00",
        None,
    ]
    found = values.moments(pd.Series(written, dtype="str"))
    assert [None if pd.isna(moment) else moment for moment in found] == [
        moment and pd.Timestamp(moment) for moment in expected
    ]
