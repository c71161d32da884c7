"""The figures of a unit, a category, an area or a period; docs/statistics.md defines each."""

HANDLED = "kind IN ('resolve', 'reject')"
# Each counts facts of maps.statistics.history.
COUNTS = {
    "carried": "kind = 'carried'",
    "received": "kind = 'received'",
    "arrived": "kind = 'arrived'",
    "moved": "kind = 'arrived'",
    "split": "kind = 'split'",
    "accepted": "kind = 'accept'",
    "handled": HANDLED,
    "on_time": f"{HANDLED} AND NOT late",
    "late": f"{HANDLED} AND late",
    "charged": "kind = 'charged'",
    "resolved": "kind = 'resolve'",
    "rejected": "kind = 'reject'",
    "recurring": f"{HANDLED} AND recurring",
    "forwarded": "kind IN ('forward', 'return')",
    "rerouted": "kind = 'reroute'",
    "merged": "kind = 'merge'",
    "open": "kind = 'open'",
    "overdue": "kind = 'open' AND late",
    "disputed": "kind = 'dispute'",
    "escalated": "kind = 'escalate'",
    "extended": "kind = 'extend'",
    "rated": "kind = 'rate'",
    "satisfied": "kind = 'rate' AND stars >= 4",
    "acceptable": "kind = 'rate' AND stars = 3",
    "dissatisfied": "kind = 'rate' AND stars <= 2",
}
# Each is a median of hours: of which facts, and whether in working hours or by the clock.
MEDIANS = {
    "accept_hours": ("kind = 'accept'", "working"),
    "accept_hours_by_clock": ("kind = 'accept'", "clock"),
    "result_hours": (HANDLED, "working"),
    "result_hours_by_clock": (HANDLED, "clock"),
    "held_hours": ("kind = 'held'", "working"),
}
MEAN = "stars"
NAMES = (*COUNTS, *MEDIANS, MEAN)
# At its begin a span has what its first period carried; at its end what its last one left open.
FIRST, LAST = ("carried",), ("open", "overdue")
# Handing over is coming and going for one unit; among all of them a report only moves.
OF_ONE_UNIT, OF_ALL_UNITS = ("arrived", "forwarded", "rerouted"), ("moved",)
