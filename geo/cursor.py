"""Where a reader of the history stands: all before is known, all behind is still to come."""

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Self

from sqlalchemy import text
from sqlalchemy.orm import Session

_PACKED = struct.Struct(">6sQq")
# Transactions below xmin have ended, whatever their order: what they wrote is all there is with their numbers. The mark
# names the history that these numbers belong to: the cluster, its timeline, the database and the table as it was made.
_HERE = text(
    """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
        left(md5(concat_ws('/', system_identifier, timeline_id, database.oid, 'events'::regclass::oid)), 12),
        EXISTS (SELECT FROM events WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot()))
    FROM pg_control_system(), pg_control_checkpoint(), pg_database database
    WHERE database.datname = current_database()
    """
)
_FOREIGN = text(
    """
    SELECT transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
    FROM events ORDER BY transaction_id DESC LIMIT 1
    """
)


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in the history: the line (transaction, event), or before all lines of a transaction (event 0).

    Sequences commit out of order, so lines are read by transaction, and only those of transactions that have ended.
    """

    mark: bytes  # of the history it is a place in
    transaction: int
    event: int = 0

    def __str__(self) -> str:
        packed = _PACKED.pack(self.mark, self.transaction, self.event)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, written: str) -> Self | None:
        """The cursor that was written so; None where it is none of ours."""
        try:
            raw = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
            return cls(*_PACKED.unpack(raw))
        except (binascii.Error, ValueError, struct.error):
            return None


def look(session: Session) -> tuple[Cursor, bool]:
    """The cursor behind all that can be read now, and whether something committed waits behind it.

    It waits for transactions that began to write earlier and still run, in whatever database of the cluster.
    """
    transaction, mark, waiting = session.execute(_HERE).one()
    return Cursor(bytes.fromhex(mark), int(transaction)), waiting


def here(session: Session) -> Cursor:
    """The cursor behind all that can be read now; taken before other questions, it misses nothing they leave out."""
    return look(session)[0]


def foreign(session: Session) -> bool:
    """Whether there are lines of transactions that this cluster has not begun yet: those of a restored backup."""
    return bool(session.scalar(_FOREIGN))


def adopt(session: Session) -> None:
    """Makes all lines those of the session's transaction where they are foreign; cursors into them mean nothing then.

    The column is made anew rather than written, which costs an index and no row.
    """
    if not foreign(session):
        return
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(
        text(
            "ALTER TABLE events DROP COLUMN transaction_id,"
            " ADD COLUMN transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id()"
        )
    )
    session.execute(text("CREATE INDEX ix_events_transaction_id_id ON events (transaction_id, id)"))
