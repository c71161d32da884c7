"""Engine, session and the base class of every table."""

import math
import time
from datetime import datetime
from typing import Annotated, Any, ClassVar

import orjson
from psycopg import Connection
from sqlalchemy import BigInteger, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import UserDefinedType

# Names that Alembic can address again, whatever made them.
CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Big = Annotated[int, "64 bits"]  # ids of what grows with every report


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's xid8, the number of a transaction that never comes again; an integer here."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """Its name in the schema."""
        return "xid8"

    def bind_processor(self, _dialect: Any) -> Any:
        """Written as text, whose type the server finds by what it is compared with: no integer becomes an xid8."""
        return str

    def result_processor(self, _dialect: Any, _coltype: Any) -> Any:
        """The driver knows no xid8 and gives text."""
        return int


ischema_names["xid8"] = TransactionId  # for Alembic, when it compares


class Base(DeclarativeBase):
    """The one declarative base; times carry a zone, mappings are JSONB."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Big: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


def sqlalchemy_url(url: str) -> str:
    """A PostgreSQL URL as users write it, with psycopg 3 as the driver."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


IDLE = 1.0  # seconds without use after which a connection is asked whether it lives


def build_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for a PostgreSQL URL; a connection that died while idle is replaced unseen."""
    engine = create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # an error ends in a log, which never has a name or phone
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"application_name": "quangnam", "options": "-c timezone=UTC -c statement_timeout=60s"},
    )
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", _revive)
    return engine


def _rest(_connection: Any, record: Any) -> None:
    record.info["since"] = time.monotonic()


def _revive(connection: Any, record: Any, _proxy: Any) -> None:
    # SQLAlchemy's own ping comes before every use; one that was used a moment ago is spared that trip.
    if time.monotonic() - record.info.get("since", math.inf) < IDLE:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


def driver(session: Session) -> Connection[Any]:
    """The driver's connection in the session's transaction: half the cost of a statement, at the doors' busiest ones.

    Parameters are written %(name)s; nothing is flushed before.
    """
    found = session.connection().connection.driver_connection
    assert isinstance(found, Connection)
    return found


def build_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)
