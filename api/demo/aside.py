"""Indexes laid aside while millions of reports come into an empty table, and what is tidied behind them."""

from typing import Any

from psycopg import Connection, sql
from sqlalchemy import Engine

MANY = 100_000  # reports from which building indexes at the end is quicker than keeping them
_TABLES = ("reports", "events", "assignments", "report_units")
_INDEXES = """
    SELECT c.relname, t.relname, pg_get_indexdef(i.indexrelid), con.conname, pg_get_constraintdef(con.oid)
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype = 'u'
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
    ORDER BY c.relname
    """


def indexes(connection: Connection[Any]) -> list[tuple[str, sql.SQL]]:
    """Drops the indexes of empty tables, to be built by the statements that come back, each with its index's name.

    The tables are locked until the transaction ends, so nothing is dropped where there are reports to be read.
    """
    connection.execute("SET LOCAL lock_timeout = '5s'")
    connection.execute("LOCK TABLE reports IN ACCESS EXCLUSIVE MODE")
    if connection.execute("SELECT FROM reports LIMIT 1").fetchone():
        return []
    put_back = []
    for index, table, definition, constraint, words in connection.execute(_INDEXES, (list(_TABLES),)).fetchall():
        if constraint:
            on = sql.Identifier(table)
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(on, sql.Identifier(constraint))
            again = f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {words}"
        else:
            drop, again = sql.SQL("DROP INDEX {}").format(sql.Identifier(index)), definition
        connection.execute(drop)
        put_back.append((index, sql.SQL(again)))
    connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
    return put_back


def tidy(engine: Engine, *, vacuum: bool) -> None:
    """Tells the planner of many new rows before autovacuum comes round; with `vacuum` also what all may see."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"{'VACUUM (ANALYZE)' if vacuum else 'ANALYZE'} {', '.join(_TABLES)}")
