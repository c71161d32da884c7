"""The statistics once more, from the raw rows alone: pandas and plain loops, and nothing of ours."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

import holidays
import pandas as pd
from sqlalchemy import Connection

ZONE = "Asia/Ho_Chi_Minh"
OPEN = {"received", "needs_info", "in_progress"}
WAITING = {"receive", "forward", "return", "reroute", "supply", "split"}
PLAIN = {"merge": "merged", "split": "split", "dispute": "disputed", "escalate": "escalated", "extend": "extended"}
_CALENDAR = holidays.country_holidays("VN", years=range(2023, 2028))


def raw(connection: Connection) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """All rows of reports, events and categories."""
    return (
        pd.read_sql("SELECT * FROM reports", connection),
        pd.read_sql("SELECT * FROM events", connection),
        pd.read_sql("SELECT * FROM categories", connection),
    )


@cache
def _day(day: Any) -> list[tuple[datetime, datetime]]:
    if not _CALENDAR.is_working_day(day):
        return []
    spans = ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))
    return [(datetime.combine(day, begin), datetime.combine(day, end)) for begin, end in spans]


def working(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """The working hours between two local moments, day by day."""
    start, end = (one.tz_convert(ZONE).tz_localize(None) for one in (start, end))
    total, day = timedelta(), start.date()
    while day <= end.date():
        for begin, stop in _day(day):
            total += max(min(stop, end.to_pydatetime()) - max(begin, start.to_pydatetime()), timedelta())
        day += timedelta(days=1)
    return total.total_seconds() / 3600


def facts(
    reports: pd.DataFrame, events: pd.DataFrame, categories: pd.DataFrame, freq: str, now: datetime
) -> pd.DataFrame:
    """One row a fact: what, unit, category, area, period, and its value."""
    sensitive = set(categories.loc[categories["sensitive"], "id"])
    found: list[tuple[Any, ...]] = []
    steps = {number: group.to_dict("records") for number, group in events.sort_values("id").groupby("report_id")}
    for report in reports.to_dict("records"):
        if report["state"] != "withdrawn" and not report["demo"]:
            found += _of_report(
                report, steps[report["id"]], report["category_id"] in sensitive, freq, pd.Timestamp(now)
            )
    columns = ["what", "unit", "category", "area", "period", "value"]
    return pd.DataFrame(found, columns=columns)


Tell = Callable[..., None]


def _of_report(report: Any, steps: list[Any], sensitive: bool, freq: str, now: pd.Timestamp) -> list[tuple[Any, ...]]:
    created, found = report["created_at"], []

    def tell(what: str, unit: int, at: pd.Timestamp, value: float = 1.0) -> None:
        if at < now:
            period = at.tz_convert(ZONE).tz_localize(None).to_period(freq)
            found.append((what, unit, report["category_id"], report["area_code"], period, value))

    latest = created
    for step in steps:
        latest = max(latest, step["at"])
        step["moment"] = created if step["action"] == "receive" else latest
    tell("received", steps[0]["unit_id"], created)
    waits, unit, before, state = created, steps[0]["unit_id"], created, "received"
    rates = [step for step in steps if step["action"] == "rate"]
    held: dict[int, float] = {}
    for step in steps:
        at = step["moment"]
        if state in ("received", "in_progress"):
            held[unit] = held.get(unit, 0.0) + working(before, at)
        if step["action"] in ("resolve", "reject"):
            _result(tell, report, steps, step, sensitive)
            for one, hours in held.items():
                tell("held_hours", one, at, hours)
        else:
            _other(tell, step, unit, waits, last=rates[-1:] == [step])
        waits = at if step["action"] in WAITING else waits
        before, state, unit = at, step["to_state"], step["unit_id"]
    return found + _open(report, steps, freq, now)


def _result(tell: Tell, report: Any, steps: list[Any], step: Any, sensitive: bool) -> None:
    due, at, unit = report["resolve_due"], step["moment"], step["unit_id"]
    late = pd.notna(due) and at > due
    for what in (
        "handled",
        {"resolve": "resolved", "reject": "rejected"}[step["action"]],
        "late" if late else "on_time",
    ):
        tell(what, unit, at)
    if late:
        had = [one["unit_id"] for one in steps if one["moment"] <= due]
        tell("charged", had[-1] if had else steps[0]["unit_id"], at)
    if report["recurrence"] > 1 and not sensitive:
        tell("recurring", unit, at)
    tell("result_hours", unit, at, working(report["created_at"], at))
    tell("result_hours_by_clock", unit, at, (at - report["created_at"]).total_seconds() / 3600)


def _other(tell: Tell, step: Any, before: int, waits: pd.Timestamp, *, last: bool) -> None:
    action, at, unit = step["action"], step["moment"], step["unit_id"]
    if action in ("forward", "return", "reroute"):
        tell("rerouted" if action == "reroute" else "forwarded", before, at)
        tell("arrived", unit, at)
        tell("moved", unit, at)
    elif action == "accept":
        tell("accepted", unit, at)
        tell("accept_hours", unit, at, working(waits, at))
        tell("accept_hours_by_clock", unit, at, (at - waits).total_seconds() / 3600)
    elif action in PLAIN:
        tell(PLAIN[action], unit, at)
    elif action == "rate" and last:
        stars = step["data"]["stars"]
        tell("rated", unit, at)
        tell("satisfied" if stars > 3 else "acceptable" if stars == 3 else "dissatisfied", unit, at)
        tell("stars", unit, at, stars)


def _open(report: Any, steps: list[Any], freq: str, now: pd.Timestamp) -> list[tuple[Any, ...]]:
    """In whose hands a report was at the begin and at the end of each period."""
    found = []
    first = report["created_at"].tz_convert(ZONE).tz_localize(None).to_period(freq)
    last = now.tz_convert(ZONE).tz_localize(None).to_period(freq)
    for period in pd.period_range(first, last, freq=freq):
        end = min((period + 1).start_time.tz_localize(ZONE), now)
        if report["created_at"] >= end:
            continue
        done = [step for step in steps if step["moment"] < end]
        state = done[-1]["to_state"] if done else "received"
        unit = (done or steps)[-1 if done else 0]["unit_id"]
        if state not in OPEN:
            continue
        paused = state == "needs_info" and sum(step["action"] == "ask" for step in done) == 1
        key = (unit, report["category_id"], report["area_code"])
        found.append(("open", *key, period, 1.0))
        found.append(("carried", *key, period + 1, 1.0))
        if pd.notna(report["resolve_due"]) and report["resolve_due"] < end and not paused:
            found.append(("overdue", *key, period, 1.0))
    return found
