"""A session beside another one, for what must be counted whatever becomes of the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Engine
from sqlalchemy.orm import Session


@contextmanager
def aside(session: Session) -> Iterator[Session]:
    """A session on a connection of its own, given back before the other takes one; each statement is a transaction.

    Between a statement and a COMMIT sent after it a busy process may let milliseconds pass, and all that time everybody
    behind the same address would wait for the count's row.
    """
    bind = session.get_bind()
    if isinstance(bind, Engine):
        bind = _autocommitting(bind)
    with Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint") as short, short.begin():
        yield short


@lru_cache(maxsize=4)
def _autocommitting(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")
