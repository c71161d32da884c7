"""Demonstration reports out of the database again."""

from typing import Any

from psycopg import Connection, sql
from sqlalchemy import Engine

from api.bulk.importing import raw_connection
from api.bulk.storing import unchecked
from api.demo import aside
from geo.density import keeping

# What points at a table from another one.
_POINTING = """
    SELECT con.conrelid::regclass::text, con.conname, pg_get_constraintdef(con.oid), a.attname, a.attnotnull
    FROM pg_constraint con
    JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[1]
    WHERE con.contype = 'f' AND con.confrelid = %s::regclass AND con.conrelid <> con.confrelid
    ORDER BY 1
    """


def clear(engine: Engine) -> int:
    """Deletes the demonstration reports, with all that hangs on them and nothing else, and commits; how many."""
    with engine.connect() as connection:
        raw = raw_connection(connection)
        raw.execute("SET LOCAL statement_timeout = 0")
        raw.execute("SET LOCAL lock_timeout = '5s'")
        count = _count(raw)
        if count == 0:
            return 0
        count = _pick(raw) if count < aside.MANY else _at_once(raw)
        connection.commit()
    aside.tidy(engine, vacuum=False)
    return count


def _at_once(connection: Connection[Any]) -> int:
    """Deletes many, and counts what is left anew; nobody writes a report meanwhile."""
    alone = not _others(connection)
    # Of the strength that it needs in the end, from the beginning: a lock that grows may wait for whom it holds up.
    mode = "ACCESS EXCLUSIVE" if alone else "SHARE ROW EXCLUSIVE"
    connection.execute(sql.SQL("LOCK TABLE reports IN {} MODE").format(sql.SQL(mode)))
    keeping.off(connection)
    if alone and not _others(connection):
        count = _count(connection)
        _empty(connection)
    else:
        count = _pick(connection)
    keeping.rebuild(connection)
    return count


def _count(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM reports WHERE demo").fetchone()
    return row[0] if row else 0


def _others(connection: Connection[Any]) -> bool:
    return connection.execute("SELECT FROM reports WHERE NOT demo LIMIT 1").fetchone() is not None


def _empty(connection: Connection[Any]) -> None:
    """Empties the tables at once: all of their rows belong to demonstration reports."""
    again, emptied = [], {"reports"}
    for parent in ("reports", "events"):
        for table, name, words, column, needed in connection.execute(_POINTING, (parent,)).fetchall():
            on, key = sql.SQL(table), sql.Identifier(name)
            # A picture belongs to a report, whether or not to a step of it; lines of no report are put back.
            if needed or table in ("media", "events"):
                emptied.add(table)
                continue
            # A row that need not belong to any report stays where it does not, and must not be in the way.
            connection.execute(sql.SQL("DELETE FROM {} WHERE {} IS NOT NULL").format(on, sql.Identifier(column)))
            connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(on, key))
            again.append(sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(on, key, sql.SQL(words)))
    names = sql.SQL(", ").join(map(sql.SQL, sorted(emptied)))
    connection.execute("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM events WHERE report_id IS NULL")
    connection.execute(sql.SQL("TRUNCATE {}").format(names))
    connection.execute("INSERT INTO events SELECT * FROM kept")
    for statement in again:
        connection.execute(statement)


def _pick(connection: Connection[Any]) -> int:
    """Deletes them from among others, by whole tables: foreign keys would ask for each report in each table."""
    # Locked, for nothing may be hung on them any more where the keys are not checked.
    connection.execute("CREATE TEMPORARY TABLE gone ON COMMIT DROP AS SELECT id FROM reports WHERE demo FOR UPDATE")
    connection.execute("ANALYZE gone")
    unchecked(connection)
    steps = "SELECT e.id FROM events e JOIN gone ON gone.id = e.report_id"
    for parent, ids in (("events", steps), ("reports", "SELECT id FROM gone")):
        for table, _name, _words, column, _needed in connection.execute(_POINTING, (parent,)).fetchall():
            on, by = sql.SQL(table), sql.Identifier(column)
            connection.execute(sql.SQL("DELETE FROM {} WHERE {} IN ({})").format(on, by, sql.SQL(ids)))
    for column in ("lead_id", "second_of_id"):
        by = sql.Identifier(column)
        connection.execute(
            sql.SQL("UPDATE reports SET {} = NULL WHERE NOT demo AND {} IN (SELECT id FROM gone)").format(by, by)
        )
    return connection.execute("DELETE FROM reports USING gone WHERE reports.id = gone.id").rowcount
