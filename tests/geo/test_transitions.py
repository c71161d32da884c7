import re
from pathlib import Path
from typing import get_args

from geo.permissions import MAY
from geo.transitions import STATES, TRANSITIONS, Action, State, possible

DOCUMENT = Path(__file__).parents[2] / "docs/process.md"
PEOPLE = {
    "sender": {"sender"},
    "officers": {"officer", "head"},
    "unit": {"officer", "head", "operator", "system"},
    "unit, link": {"officer", "head", "operator", "system", "link"},
    "head": {"head", "operator"},
    "ioc": {"operator", "system"},
    "system": {"system"},
}


def test_every_state_can_be_reached() -> None:
    assert set(get_args(State)) == set(TRANSITIONS.values())
    assert set(STATES) == set(get_args(State))


def test_every_action_has_its_place_in_the_table() -> None:
    assert {action for _state, action in TRANSITIONS} == set(get_args(Action))


def test_the_documented_table_is_the_real_one() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([\w, ]+) \|", DOCUMENT.read_text(), re.MULTILINE)
    told = {
        (source.strip(), action, source.strip() if target.strip() == "–" else target.strip(), who)
        for action, sources, target, who in rows
        for source in sources.split(",")
    }
    real = {
        (source, action, target, next(name for name, roles in PEOPLE.items() if roles == MAY[action]))
        for (source, action), target in TRANSITIONS.items()
        if source is not None
    }
    assert told == real


def test_the_public_may_do_nothing() -> None:
    assert [possible(state, "public") for state in (None, *STATES)] == [[]] * (len(STATES) + 1)
