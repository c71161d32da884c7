"""Limits of rate, kept in the database so that every process counts together."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from geo.database import driver
from geo.errors import TooManyError
from geo.i18n import _
from geo.models import Rate

TOO_MANY_REPORTS = _(
    "Đã gửi quá nhiều phản ánh trong một giờ; xin thử lại sau {minutes} phút. "
    "Việc khẩn cấp: gọi 112, 113, 114 hoặc 115."
)
TOO_MANY = _("Quá nhiều lần trong một giờ; xin thử lại sau {minutes} phút.")
TOO_MANY_A_MINUTE = _("Quá nhiều lần trong một phút; xin thử lại sau {seconds} giây.")
Span = Literal["minute", "hour", "day"]
# A count that a crash forgets does no harm, and a hot row (one address of a mobile network) must not wait for a disk.
# The subjects come sorted, so that two requests never wait for each other.
_COUNT = """
    INSERT INTO rates (subject, hour, count)
    SELECT subject, %(hour)s, %(by)s
    FROM unnest(%(subjects)s::text[]) AS subject,
        (SELECT set_config('synchronous_commit', 'off', true) OFFSET 0) AS quick
    WHERE quick IS NOT NULL
    ON CONFLICT (subject, hour) DO UPDATE SET count = rates.count + excluded.count
    RETURNING subject, count
    """


def subject(secret: bytes, kind: str, value: str) -> str:
    """A keyed hash that stands for a phone, a device or an address: who reads the table learns no number."""
    return kind + ":" + hmac.digest(secret, f"rate\0{kind}\0{value}".encode(), "sha256")[:16].hex()


def count(
    session: Session,
    limits: Mapping[str, int],
    *,
    refusal: str = TOO_MANY_REPORTS,
    every: Span = "hour",
    now: datetime | None = None,
) -> None:
    """Counts one report (or what the refusal names) against limits of a minute, hour or UTC day.

    TooManyError says how long to wait, as `minutes` or `seconds`.

    Its transaction must be short and its own, best the statement alone: the rows stay locked until that ends.
    """
    moment = now or datetime.now(UTC)
    begin, span = _span(every, moment)
    counted = driver(session).execute(_COUNT, {"subjects": sorted(limits), "hour": begin, "by": 1}).fetchall()
    if secrets.randbelow(1_000) == 0:
        sweep(session, moment)
    if any(times > limits[name] for name, times in counted):
        wait = int((begin + span - moment).total_seconds()) + 1
        raise TooManyError(
            refusal,
            details={"retry_after": wait},
            **({"seconds": wait} if every == "minute" else {"minutes": -(-wait // 60)}),
        )


def _span(every: Span, moment: datetime) -> tuple[datetime, timedelta]:
    minute = moment.replace(second=0, microsecond=0)
    if every == "minute":
        return minute, timedelta(minutes=1)
    hour = minute.replace(minute=0)
    return (hour.replace(hour=0), timedelta(days=1)) if every == "day" else (hour, timedelta(hours=1))


def give_back(session: Session, limits: Mapping[str, int], *, now: datetime | None = None) -> None:
    """Takes one count back, for what was refused later for a reason that is no abuse."""
    hour = (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    driver(session).execute(_COUNT, {"subjects": sorted(limits), "hour": hour, "by": -1})


def sweep(session: Session, now: datetime) -> None:
    """Forgets the counts of hours and days that are over."""
    session.execute(delete(Rate).where(Rate.hour < now - timedelta(days=2)))
