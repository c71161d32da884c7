"""Histories of reports as raw rows, at random but by the table of the process, with every edge that a calendar has."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.transitions import TRANSITIONS

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = datetime(2023, 12, 20, tzinfo=LOCAL)  # the first year has a 29 February, both have Tết
LAST = datetime(2025, 3, 10, tzinfo=LOCAL)
MOMENT = timedelta(microseconds=1)
HANDS_OVER = ("forward", "return", "reroute")
# How likely a step is beside the others; what is missing is 1.
LIKELY = {"withdraw": 0.08, "merge": 0.4, "escalate": 0.3, "redact": 0.1, "hide": 0.1, "show": 0.1, "complete": 0.1}
LIKELY |= {"accept": 4.0, "resolve": 4.0, "forward": 1.5, "close": 2.0, "rate": 2.0}
_REPORT = """
    INSERT INTO reports (id, code, state, version, category_id, unit_id, area_code, needs_confirmation, content, point,
        public_point, created_at, resolve_due, recurrence, stars, hidden_at, door, demo)
    VALUES (:id, :code, :state, 1, :category_id, :unit_id, :area_code, false, 'Ổ gà lớn trước cổng chợ',
        ST_SetSRID(ST_MakePoint(108.3, 15.8), 4326), ST_SetSRID(ST_MakePoint(108.3, 15.8), 4326), :created_at,
        :resolve_due, :recurrence, :stars, :hidden_at, 'api', :demo)
    """
_EVENT = """
    INSERT INTO events (report_id, at, action, from_state, to_state, actor, door, unit_id, data)
    VALUES (:report_id, :at, :action, :from_state, :to_state, 'officer', 'web', :unit_id, CAST(:data AS jsonb))
    """


def fill(session: Session, count: int, seed: int, *, units: int = 4, categories: int = 3, whole: bool = False) -> None:
    """Writes so many reports with their histories, among the first units and categories; `whole` cuts none off."""
    rng = random.Random(seed)
    unit_ids = session.scalars(text("SELECT id FROM units ORDER BY id LIMIT :n"), {"n": units}).all()
    kinds = session.scalars(text("SELECT id FROM categories ORDER BY sensitive DESC, id LIMIT :n"), {"n": categories})
    category_ids = kinds.all()
    reports, events = [], []
    for number in range(1, count + 1):
        report = _report(rng, number, unit_ids, category_ids)
        told = list(_history(rng, report, unit_ids))
        if rng.random() < 0.1 and not whole:
            told = told[-1:]  # an old system's, whose last step alone is known
        if len(told) > 2 and rng.random() < 0.05:
            # Who waited for a lock began before whoever came first.
            told[-1]["at"], told[-2]["at"] = told[-2]["at"], told[-1]["at"]
        reports.append(report)
        events += told
    session.execute(text(_REPORT), reports)
    session.execute(text(_EVENT), events)


def _report(rng: random.Random, number: int, units: Any, categories: Any) -> dict[str, Any]:
    created = _snapped(rng, FIRST + rng.random() * (LAST - FIRST))
    return {
        "id": number,
        "code": f"H-{number}",
        "state": "received",
        "category_id": rng.choice(categories),
        "unit_id": rng.choice(units),
        "area_code": rng.choice(["502", "503", None]),
        "created_at": created,
        "resolve_due": created + timedelta(hours=rng.choice([24, 100, 200, 400])) if rng.random() > 0.03 else None,
        "recurrence": rng.choice([1, 1, 1, 2, 3]),
        "stars": None,
        "hidden_at": created if rng.random() < 0.05 else None,
        "demo": rng.random() < 0.1,
    }


def _history(rng: random.Random, report: dict[str, Any], units: Any) -> Iterator[dict[str, Any]]:
    state: str | None = None
    at = report["created_at"] - timedelta(milliseconds=rng.choice([0, 3]))  # its transaction began before
    for step in range(rng.choice([1, 3, 6, 10, 14])):
        possible = [(action, to) for (source, action), to in TRANSITIONS.items() if source == state]
        if not possible:
            return
        action, target = rng.choices(possible, [LIKELY.get(action, 1.0) for action, _to in possible])[0]
        if step:
            at = _snapped(rng, at + timedelta(hours=rng.choice([0, 0.2, 3, 30, 200]) * rng.expovariate(1)), at)
        if action in HANDS_OVER:
            report["unit_id"] = rng.choice(units)
        data = None
        if action == "rate":
            report["stars"] = rng.randint(1, 5)
            data = json.dumps({"stars": report["stars"]})
        line = {"report_id": report["id"], "at": at, "action": action, "from_state": state, "to_state": target}
        yield line | {"unit_id": report["unit_id"], "data": data}
        state = report["state"] = target


def _snapped(rng: random.Random, moment: datetime, least: datetime | None = None) -> datetime:
    """Now and then the first or the last moment of a month, where that is not before another."""
    moment = moment.astimezone(LOCAL)
    if rng.random() < 0.15:
        first = (moment.replace(day=1) + timedelta(days=rng.choice([0, 32]))).replace(day=1)
        border = first.replace(hour=0, minute=0, second=0, microsecond=0) - rng.choice([timedelta(0), MOMENT])
        if least is None or border >= least:
            moment = border
    return moment.astimezone(UTC)
