"""Categories in as few letters as a text message has room for."""

from collections import Counter
from collections.abc import Iterable


def tokens(codes: Iterable[str]) -> dict[str, str]:
    """Each category's code with its token: the initials of the syllables (GT of giao-thong), else the code itself."""
    known = list(codes)
    initials = {code: "".join(syllable[0] for syllable in code.split("-") if syllable).upper() for code in known}
    often = Counter(initials.values())
    return {code: short if often[short] == 1 else code for code, short in initials.items()}
