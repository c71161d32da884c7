import pytest

from geo.errors import InvalidError
from geo.people import checked_name, checked_organisation, normalise_email, normalise_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0905123456", "+84905123456"),
        ("0905 123 456", "+84905123456"),
        ("0905.123.456", "+84905123456"),
        ("+84 905 123 456", "+84905123456"),
        ("84905123456", "+84905123456"),
        ("(0235) 3812 345", "+842353812345"),
        ("0084905123456", "+84905123456"),
    ],
)
def test_numbers_as_people_write_them(typed: str, kept: str) -> None:
    assert normalise_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "113",
        "0905",
        "0905 123 45",
        "0905 123 4567",
        "+1 212 555 2368",
        "0905ABC456",
        "٠٩٠٥١٢٣٤٥٦",
        "0905123456\0",
        "9" * 31,
        "0000000000",
    ],
)
def test_numbers_that_nobody_can_be_called_on(typed: str) -> None:
    with pytest.raises(InvalidError) as refused:
        normalise_phone(typed)
    assert refused.value.field == "phone"


def test_mail_addresses() -> None:
    assert normalise_email(" ten@example.vn ") == "ten@example.vn"
    assert normalise_email("  ") is None
    for wrong in (
        "ten",
        "ten@",
        "@example.vn",
        "a b@example.vn",
        "ten@example",
        "ten@example.vn\r\nBcc: x@y.vn",
        "<a@b.vn>",
        "a@b..vn",
        "a@" + "b" * 260 + ".vn",
        "a@b.vn\0",
    ):
        with pytest.raises(InvalidError):
            normalise_email(wrong)


def test_names() -> None:
    assert checked_name("  Nguyễn  Văn A ") == "Nguyễn Văn A"
    assert checked_organisation("  ") is None
    for wrong in ("", "A", "12", "x" * 101, "--"):
        with pytest.raises(InvalidError):
            checked_name(wrong)
