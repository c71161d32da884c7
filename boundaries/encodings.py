"""Vietnamese names in files that do not say how they are written: old Shapefiles know neither UTF-8 nor a .cpg."""

import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

LATIN = "ISO-8859-1"  # gives every byte back as it was, so that what was read by it can be read anew
# The second half of TCVN 5712:1993 from A1 on, as glibc's iconv has it: the letters of fonts like .VnTime.
_TCVN = (
    "ĂÂÊÔƠƯĐăâêôơưđẶ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹ"
    "ềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵ"
)
_FROM_TCVN = {0xA1 + place: letter for place, letter in enumerate(_TCVN)}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LETTERS = frozenset("aăâeêioôơuưyđbcdghklmnpqrstvxfjwz0123456789")
_DECODERS: dict[str, Callable[[bytes], str]] = {
    "UTF-8": lambda raw: raw.decode("utf-8"),
    "Windows-1258": lambda raw: raw.decode("cp1258"),
    "TCVN 5712 (ABC)": lambda raw: raw.decode(LATIN).translate(_FROM_TCVN),
}


def unknown(path: Path) -> bool:
    """Whether a Shapefile leaves open how its names are written, or says Windows-1258, which GDAL reads wrongly."""
    if path.suffix.lower() != ".shp":
        return False
    said = next((one for one in path.parent.glob(f"{path.stem}.*") if one.suffix.lower() == ".cpg"), None)
    return said is None or "1258" in said.read_text(encoding="ascii", errors="replace")


def guess(texts: Iterable[str]) -> str | None:
    """The encoding in which most of the texts, read as LATIN, are Vietnamese; None where they are plain ASCII."""
    strange = [text for text in texts if not text.isascii()]
    if not strange:
        return None
    return max(_DECODERS, key=lambda name: sum(_vietnamese(again(text, name)) for text in strange))


def again(text: str, encoding: str) -> str:
    """A text that was read as LATIN, by another encoding, composed (NFC); as it was where it is none of it."""
    try:
        return unicodedata.normalize("NFC", _DECODERS[encoding](text.encode(LATIN)))
    except UnicodeError:
        return text


def _vietnamese(text: str) -> float:
    """The share of a text's characters that Vietnamese has."""
    letters = [
        unicodedata.normalize("NFC", "".join(one for one in unicodedata.normalize("NFD", letter) if one not in _TONES))
        for letter in text.lower()
        if not letter.isspace() and letter not in ".,-–()'"
    ]
    return sum(letter in _LETTERS for letter in letters) / max(len(letters), 1)
