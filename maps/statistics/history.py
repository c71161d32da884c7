"""The history of reports as facts, each with the unit that held the report at that moment; PostgreSQL adds them up.

A `step` has its moment: never before the step before it, nor before the report came. `told` adds what the
steps around say, `stay` has the spans in which a report waited with a unit. A `fact` counts once, for one unit.
"""

from collections.abc import Sequence

from maps.statistics.measures import COUNTS, FIRST, LAST, MEAN, MEDIANS, OF_ALL_UNITS, OF_ONE_UNIT

KEYS = ("unit_id", "category_id", "area_code", "bucket")
_OPEN = "('received', 'needs_info', 'in_progress')"
_RESULTS = "('resolve', 'reject')"
_HANDED = "('forward', 'return', 'reroute')"
_WAITS = "('receive', 'forward', 'return', 'reroute', 'supply', 'split')"  # for somebody to accept it
_TAKEN = "('accept', 'merge', 'split', 'dispute', 'escalate', 'extend', 'rate')"


def _worked(since: str, until: str) -> str:
    """The working seconds from a moment until another."""
    return f"{_worked_until(until)} - {_worked_until(since)}"


def _worked_until(moment: str) -> str:
    """The working seconds until a moment, counted from the first day of :worked."""
    local = f"(date_part('epoch', {moment}) + :offset)"  # no summer time here: every day has 24 hours
    day = f"(floor({local} / 86400)::int - :first_day + 1)"
    time = f"({local} - floor({local} / 86400) * 86400)"
    # 7:00 to 11:30 and 13:30 to 17:00; on a day off no more than there was in the morning.
    since = f"greatest(least({time}, 41400) - 25200, 0) + greatest(least({time}, 61200) - 48600, 0)"
    before = "(CAST(:worked AS float8[]))"
    return f"least({before}[{day}] + {since}, {before}[{day} + 1])"


def _bucket(moment: str) -> str:
    return f"width_bucket({moment}, CAST(:edges AS timestamptz[]))"


def _within(moment: str) -> str:
    return f"{moment} >= :since AND {moment} < :until"


_LINES = f"""
step AS (
    SELECT s.*, e.id AS event_id, e.action, e.to_state, e.unit_id,
        CASE e.action WHEN 'receive' THEN s.created_at ELSE greatest(max(e.at) OVER upto, s.created_at) END AS at,
        CASE e.action WHEN 'rate' THEN (e.data ->> 'stars')::int END AS stars
    FROM subject AS s JOIN events AS e ON e.report_id = s.id
    WINDOW upto AS (PARTITION BY s.id ORDER BY e.id)
), told AS (
    SELECT step.*,
        row_number() OVER upto = 1 AS is_first,
        lag(unit_id) OVER upto AS unit_before,
        coalesce(lead(at) OVER upto, 'infinity') AS ends,
        count(*) FILTER (WHERE action = 'ask') OVER upto AS asked,
        coalesce(max(at) FILTER (WHERE action IN {_WAITS}) OVER upto, created_at) AS waits_since,
        max(at) FILTER (WHERE action IN {_RESULTS}) OVER whole AS ended_at,
        max(event_id) FILTER (WHERE action = 'rate') OVER whole AS last_rating,
        coalesce(max(event_id) FILTER (WHERE at <= resolve_due) OVER whole, min(event_id) OVER whole) AS due_with
    FROM step WINDOW upto AS (PARTITION BY id ORDER BY event_id), whole AS (PARTITION BY id)
)"""  # noqa: S608 (constants)
# A report whose history begins later than itself was received before, by whoever had it then.
_STAYS = f"""
stay AS (
    SELECT id, category_id, area_code, resolve_due, ended_at, unit_id, to_state, asked, at, ends
    FROM told WHERE to_state IN {_OPEN}
    UNION ALL
    SELECT id, category_id, area_code, resolve_due, ended_at, unit_id, 'received', 0, created_at, at
    FROM told WHERE is_first AND action <> 'receive'
)"""  # noqa: S608 (constants)
_FACTS = f"""
fact (kind, unit_id, category_id, area_code, bucket, late, recurring, working, clock, stars) AS (
    SELECT 'received', unit_id, category_id, area_code, {_bucket("created_at")}, false, false,
        NULL::float8, NULL::float8, NULL::int
    FROM told WHERE is_first AND {_within("created_at")}
    UNION ALL
    SELECT action, unit_id, category_id, area_code, {_bucket("at")}, false, false,
        CASE action WHEN 'accept' THEN {_worked("waits_since", "at")} END, date_part('epoch', at - waits_since), stars
    FROM told WHERE action IN {_TAKEN} AND {_within("at")} AND (action <> 'rate' OR event_id = last_rating)
    UNION ALL
    SELECT action, unit_id, category_id, area_code, {_bucket("at")}, coalesce(at > resolve_due, false), recurring,
        {_worked("created_at", "at")}, date_part('epoch', at - created_at), NULL
    FROM told WHERE action IN {_RESULTS} AND {_within("at")}
    UNION ALL
    SELECT way.kind, way.unit_id, category_id, area_code, {_bucket("at")}, false, false, NULL, NULL, NULL
    FROM told CROSS JOIN LATERAL (
        VALUES (action, coalesce(unit_before, told.unit_id)), ('arrived', told.unit_id)
    ) AS way (kind, unit_id)
    WHERE action IN {_HANDED} AND {_within("at")}
    UNION ALL
    SELECT 'charged', unit_id, category_id, area_code, {_bucket("ended_at")}, true, false, NULL, NULL, NULL
    FROM told WHERE event_id = due_with AND ended_at > resolve_due AND {_within("ended_at")}
    UNION ALL
    SELECT 'held', unit_id, category_id, area_code, {_bucket("ended_at")}, false, false,
        sum({_worked("at", "ends")}), NULL, NULL
    FROM stay WHERE to_state <> 'needs_info' AND {_within("ended_at")}
    GROUP BY id, unit_id, category_id, area_code, ended_at
    UNION ALL
    SELECT border.kind, unit_id, category_id, area_code, edge + border.shift,
        coalesce(resolve_due < (CAST(:edges AS timestamptz[]))[edge], false)
            AND NOT (to_state = 'needs_info' AND asked = 1),
        false, NULL, NULL, NULL
    FROM stay
    CROSS JOIN LATERAL generate_series({_bucket("at")} + 1, {_bucket("ends")}) AS edge
    CROSS JOIN (VALUES ('carried', 0), ('open', -1)) AS border (kind, shift)
    WHERE edge + border.shift BETWEEN 1 AND :buckets
)"""  # noqa: S608 (constants)


def statement(grouped: Sequence[Sequence[str]]) -> str:
    """SQL over the CTE `subject` (id, created_at, category_id, area_code, resolve_due, recurring).

    A row for each group of each set of KEYS, which `sets` names by its place; keys that are not in the set are NULL.
    """
    there = [key for key in KEYS if any(key in keys for keys in grouped)]
    keys = [key if key in there else f"NULL AS {key}" for key in KEYS]
    bits = f"GROUPING({', '.join(there)})" if there else "0"
    which = " ".join(f"WHEN {_mask(there, one)} THEN {place}" for place, one in enumerate(grouped))
    counts = [f"{_count(name, kind, there)} AS {name}" for name, kind in COUNTS.items()]
    medians = [
        f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {column}) FILTER (WHERE {kind}) / 3600 AS {name}"
        for name, (kind, column) in MEDIANS.items()
    ]
    return f"""
    SELECT * FROM (
        WITH {_LINES}, {_STAYS}, {_FACTS}
        SELECT CASE {bits} {which} END AS sets, {", ".join(keys)},
            {", ".join([*counts, *medians])}, avg(stars)::float8 AS {MEAN}
        FROM fact WHERE CAST(:unit_id AS int) IS NULL OR unit_id = :unit_id
        GROUP BY GROUPING SETS ({", ".join(f"({', '.join(one)})" for one in grouped)})
        LIMIT :most
    ) AS found
    """  # noqa: S608 (names and conditions of this package)


def _mask(there: Sequence[str], keys: Sequence[str]) -> int:
    """GROUPING() of a set: a bit for each key that is not in it, the last one's the lowest."""
    return sum(1 << place for place, key in enumerate(reversed(there)) if key not in keys)


def _count(name: str, kind: str, there: Sequence[str]) -> str:
    count = f"count(*) FILTER (WHERE {kind}"
    if name in (*OF_ONE_UNIT, *OF_ALL_UNITS):
        one_unit = "CAST(:unit_id AS int) IS NOT NULL" + (" OR GROUPING(unit_id) = 0" if "unit_id" in there else "")
        return f"CASE WHEN ({one_unit}) = {str(name in OF_ONE_UNIT).lower()} THEN {count}) ELSE 0 END"
    border = "1" if name in FIRST else ":buckets" if name in LAST else None
    if border is None:
        return f"{count})"
    whole = f"{count} AND bucket = {border})"
    return f"CASE GROUPING(bucket) WHEN 0 THEN {count}) ELSE {whole} END" if "bucket" in there else whole
