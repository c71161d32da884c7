"""The pages' colours against WCAG 2.2's contrast (AA), light and dark."""

import re

import pytest

from maps.style import OWN

TOKENS = (OWN / "tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in TOKENS.split("@media"))
# Text on what lies behind it.
TEXTS = [
    ("ink", "paper"), ("ink", "ground"), ("muted", "paper"), ("muted", "ground"), ("muted", "land"),
    ("accent", "paper"), ("accent", "ground"), ("accent", "sea"), ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("bad", "paper"),
    ("good", "good-soft"), ("muted", "warn-soft"), ("muted", "good-soft"), ("ink", "bad-soft"), ("ink", "accent-soft"),
]  # fmt: skip
SHAPES = [("field-line", "paper"), ("accent", "paper"), ("warn", "paper")]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_both_themes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert len(LIGHT) > 15


def test_the_control_room_has_the_dark_colours_and_no_others() -> None:
    dark = (OWN / "dark.css").read_text(encoding="utf-8")
    maps = (
        (OWN / "map.css")
        .read_text(encoding="utf-8")
        .split("@media (prefers-color-scheme: dark)")[1]
        .partition("}\n}")[0]
    )
    wanted = re.findall(r"--[\w-]+: [^;]+;", TOKENS.split("@media")[1] + maps)
    assert re.findall(r"--[\w-]+: [^;]+;", dark) == wanted
    assert "color-scheme: dark;" in dark


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_shapes_can_be_told_from_what_lies_behind(theme: dict[str, str]) -> None:
    faint = [pair for pair in TEXTS if contrast(theme[pair[0]], theme[pair[1]]) < 4.5]
    assert faint == []
    assert [pair for pair in SHAPES if contrast(theme[pair[0]], theme[pair[1]]) < 3] == []
