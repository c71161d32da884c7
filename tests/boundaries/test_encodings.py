import unicodedata
from pathlib import Path

import pytest

from boundaries import encodings

NAMES = ["Thành phố Hội An", "Huyện Quế Sơn", "Thị xã Điện Bàn", "Xã Trà Dơn", "Phường Điện Nam Trung", "Xã Tiên Lãnh"]
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(name: str) -> bytes:
    """As Windows writes it: a letter, then its tone."""
    written = ""
    for letter in unicodedata.normalize("NFC", name):
        marks = unicodedata.normalize("NFD", letter)
        written += unicodedata.normalize("NFC", "".join(one for one in marks if one not in TONES))
        written += "".join(one for one in marks if one in TONES)
    return written.encode("cp1258")


def tcvn(name: str) -> bytes:
    back = {letter: code for code, letter in encodings._FROM_TCVN.items() if len(letter) == 1}
    return bytes(back.get(letter, ord(letter)) for letter in name)


@pytest.mark.parametrize(
    ("said", "write"),
    [("UTF-8", str.encode), ("Windows-1258", windows_1258), ("TCVN 5712 (ABC)", tcvn)],
)
def test_names_are_read_whatever_they_were_written_in(said: str, write: object) -> None:
    assert callable(write)
    read = [write(name).decode(encodings.LATIN) for name in NAMES]
    assert encodings.guess(read) == said
    assert [encodings.again(name, said) for name in read] == NAMES


def test_plain_names_need_no_guess() -> None:
    assert encodings.guess(["Tam Xuan", "502"]) is None


def test_what_the_encoding_does_not_have_stays_as_it_was() -> None:
    assert encodings.again("Ã(", "UTF-8") == "Ã("


def test_a_shapefile_without_a_word_on_its_letters_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "areas.shp"
    assert encodings.unknown(path)
    assert not encodings.unknown(tmp_path / "areas.gpkg")
    path.with_suffix(".CPG").write_text("UTF-8")
    assert not encodings.unknown(path)
    path.with_suffix(".CPG").write_text("1258")
    assert encodings.unknown(path)
