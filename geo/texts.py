"""What people write, made safe to keep and to show."""

import re
import unicodedata

from geo.errors import InvalidError
from geo.i18n import _

# Marks that turn the direction of writing around can make a text look like another one; Vietnamese needs none of them.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# C0 and C1 controls and what is no character at all; line breaks and tabs are dealt with before.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufff9-\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")


def clean(text: str, *, lines: bool = False) -> str:
    """The text in NFC without controls, direction marks and surplus blanks; `lines` keeps its line breaks."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = text.replace("\n", " ")
    text = _BLANKS.sub(" ", _CONTROL.sub("", _BIDI.sub("", text)))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n")))
    return text.strip()


def bare(text: str) -> str:
    """The text without diacritics, in either case: so an SMS has room for 160 letters instead of 70."""
    letters = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def checked(text: str, field: str, *, least: int, most: int, lines: bool = False) -> str:
    """The clean text of `least` to `most` characters; InvalidError names the field."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidError(_("Có ký tự không phải là chữ; hãy gõ lại."), field=field)
    text = clean(text, lines=lines)
    if len(text) < least:
        raise InvalidError(_("Quá ngắn; hãy viết ít nhất {least} ký tự."), field=field, least=least)
    if len(text) > most:
        raise InvalidError(_("Quá dài; nhiều nhất {most} ký tự."), field=field, most=most)
    return text
