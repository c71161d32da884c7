"""A good row, and what became of a file."""

import csv

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.bulk.importing import Summary

GOOD = {
    "category": "giao-thong",
    "content": "Ổ gà lớn trước cổng chợ",
    "lon": "108.3301",
    "lat": "15.8801",
    "created_at": "2024-05-06T08:30:00+07:00",
}
TABLES = ("reports", "events", "assignments", "report_units", "senders")


def counts(session: Session) -> dict[str, int]:
    return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES}


def reasons(summary: Summary) -> dict[int, str]:
    assert summary.rejected_path is not None
    with summary.rejected_path.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}
