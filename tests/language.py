"""Which words of the product are Vietnamese."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.models import Unit, User

VIETNAMESE = re.compile(r"[À-ÖØ-öø-ÿĂăĐđĨĩŨũƠơƯư\u0300-\u0309\u0323\u1ea0-\u1ef9]")  # letters that English has not
READ = ("title", "alt", "placeholder", "aria-label", "aria-description", "aria-valuetext", "label")  # attributes
# Proper names need no mark (WCAG 3.1.2): those of the catalogue itself, and of units, editions, places and people.
NAMES = ("Quảng Nam", "Hoàng Sa", "Trường Sa", "Tết", "NĐ-CP", "Trần Thị Bưởi")


def proper_names(session: Session) -> re.Pattern[str]:
    """Matches the names that a page may hold in any language."""
    found = set(NAMES)
    for names in (Unit.name, User.name, Edition.name):
        found |= set(session.scalars(select(names)))
    for kind, name in session.execute(select(Area.kind, Area.name)):
        found |= {name, f"{kind} {name}"}
    return re.compile("|".join(re.escape(name) for name in sorted(found, key=len, reverse=True)), re.IGNORECASE)
