"""Icons of the lucide set, drawn into the page itself so that they take its colours."""

import re
from functools import cache

from markupsafe import Markup

from maps.style import icon_path

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BLANK = Markup('<circle cx="12" cy="12" r="4"/>')


@cache
def paths(name: str) -> Markup:
    """The shapes of an icon, a dot for a name that the set lacks: an administrator's slip must not break a page."""
    file = icon_path(name) if _NAME.fullmatch(name) else None
    if file is None or not file.exists():
        return _BLANK
    inner = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(encoding="utf-8"), re.DOTALL)
    # The set's own files, which this installation brought and checked.
    return Markup(re.sub(r">\s+<", "><", inner[1].strip())) if inner else _BLANK  # noqa: S704


def svg(name: str, kind: str = "icon") -> Markup:
    """An icon in the colour of the text around it, silent for screen readers."""
    frame = Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>')
    return frame.format(kind, paths(name))


def icon(name: str, colour: str) -> Markup:
    """A category's icon, white on a disc of its colour: an attribute, for the pages allow no inline style."""
    frame = Markup(
        '<svg class="badge" viewBox="0 0 40 40" aria-hidden="true" focusable="false">'
        '<circle cx="20" cy="20" r="20" fill="{}"/><g transform="translate(8 8)" class="badge-icon">{}</g></svg>'
    )
    return frame.format(colour, paths(name))
