"""Senders' names, phones and e-mail addresses."""

import re

import phonenumbers

from geo.errors import InvalidError
from geo.i18n import _
from geo.texts import checked

WRONG_PHONE = _("Số điện thoại chưa đúng; hãy nhập số Việt Nam, ví dụ 0905 123 456.")
NOTICE_VERSION = "2026-11"  # of the notice on personal data beside the truth box
_EMAIL = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@(?:[^\s@.<>\"',;:()\[\]\\/]+\.)+[^\s@.<>\"',;:()\[\]\\/]{2,}")
_PHONE = re.compile(r"[0-9+ ().\-]{6,30}")


def normalise_phone(text: str) -> str:
    """A Vietnamese number as people write it, as E.164 (+84905123456); InvalidError says what one looks like."""
    wrong = InvalidError(WRONG_PHONE, field="phone")
    # The library also reads letters as keys and other scripts' digits, which no sender means.
    if not _PHONE.fullmatch(text.strip()):
        raise wrong
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException as error:
        raise wrong from error
    if number.country_code != 84 or not phonenumbers.is_valid_number(number):
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str | None:
    """An e-mail address as it was given, None for a blank; only a letter sent proves more than its shape."""
    text = text.strip()
    if not text:
        return None
    if len(text) > 254 or not text.isprintable() or not _EMAIL.fullmatch(text):
        raise InvalidError(_("Địa chỉ e-mail chưa đúng, ví dụ ten@example.vn."), field="email")
    return text


def checked_name(text: str) -> str:
    """A person's full name, 2 to 100 characters, with a letter in it."""
    name = checked(text, "name", least=2, most=100)
    if not any(map(str.isalpha, name)):
        raise InvalidError(_("Hãy nhập họ và tên của bạn."), field="name")
    return name


def checked_organisation(text: str) -> str | None:
    """An organisation's name of at most 200 characters; None for a blank."""
    return checked(text, "organisation", least=0, most=200) or None
