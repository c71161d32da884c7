"""Durable jobs: asked for in the transaction that needs them, done by a worker at least once."""

from datetime import datetime
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy.orm import Session

from geo.database import driver

# Never opened: each job is written on the connection of the session that asks for it, so a rollback takes it along.
_app = App(connector=SyncPsycopgConnector())


def defer(
    session: Session, name: str, *, at: datetime | None = None, lock: str | None = None, **arguments: Any
) -> None:
    """Asks for a job, not before `at`; its arguments are ids and plain values, never a name or a phone.

    Of the jobs that share a `lock` only one is done at a time.
    """
    job = _app.configure_task(name, schedule_at=at, lock=lock, connection=driver(session), allow_unknown=True)
    job.defer(**arguments)
