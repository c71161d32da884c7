"""Every text marked for translation has its English: an untranslated sentence fails here, by name."""

import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from geo.i18n import catalogue

ROOT = Path(__file__).parent.parent
METHODS = [("**/templates/**", "jinja2.ext:babel_extract"), ("**.py", "python")]


def sources() -> Iterator[tuple[str, str]]:
    for package in ("geo", "boundaries", "maps", "api"):
        found = extract_from_dir(ROOT / package, METHODS, keywords={"_": None}, options_map={})
        for file, line, message, *_rest in found:
            if isinstance(message, str) and message:
                yield message, f"{package}/{file}:{line}"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_marked_text_has_an_english_translation() -> None:
    english = catalogue("en")
    missing = [f"{place}: {message}" for message, place in sources() if message not in english]
    assert not missing, "\n".join(missing)


def test_translations_keep_the_names_of_their_values() -> None:
    assert {vi: en for vi, en in catalogue("en").items() if fields(vi) != fields(en)} == {}


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    assert set(catalogue("en")) - {message for message, _ in sources()} == set()
