"""Vietnamese is the language of the source; other languages come from Babel catalogues."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel.messages.pofile import read_po

Lang = Literal["vi", "en"]
LANGUAGES: tuple[Lang, ...] = ("vi", "en")
_LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Translations of a language by their Vietnamese source, empty for Vietnamese itself."""
    if lang == "vi":
        return {}
    with (_LOCALE / lang / "LC_MESSAGES" / "quangnam.po").open("rb") as file:
        po = read_po(file, locale=lang)
    return {str(m.id): str(m.string) for m in po if m.id and m.string and not m.fuzzy}


def translate(message: str, lang: Lang, **values: Any) -> str:
    """The message in a language with its values filled in; the Vietnamese where no translation exists.

    Values that are messages themselves, such as the name of a state, are said in the same language.
    """
    known = catalogue(lang)
    text = known.get(message, message)
    said = {name: known.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
    return text.format(**said) if said else text


def _(message: str) -> str:
    """Marks a Vietnamese source text for extraction; translated where it is shown."""
    return message
