"""A routing in words and codes: what a sender and `/api/v1/route` are told."""

from dataclasses import dataclass
from typing import Any

from boundaries.models import Area
from boundaries.routing import Routing
from geo.i18n import Lang, translate
from geo.models import Report, Unit


@dataclass(frozen=True)
class Receipt:
    """What the sender is told: the public answer, and the token of their private link."""

    answer: dict[str, Any]
    token: str
    replayed: bool = False


def routing_out(routing: Routing, lang: Lang) -> dict[str, Any]:
    """The area, unit, reason and candidates of a routing in a language; confidence and shares are probabilities."""
    return {
        "area": _area(routing.area),
        "unit": _unit(routing.unit),
        "reason": {
            "code": routing.reason.code,
            "text": translate(routing.reason.message, lang, **routing.reason.values),
        },
        "needs_confirmation": routing.needs_confirmation,
        "confidence": None if routing.confidence is None else round(routing.confidence, 3),
        "candidates": [
            {"area": _area(one.area), "unit": _unit(one.unit), "share": round(one.share, 3)}
            for one in routing.candidates
        ],
    }


def receipt(report: Report, routing: Routing, lang: Lang) -> dict[str, Any]:
    """The answer to a report that was received, without its private link."""
    return (
        {"code": report.code, "state": report.state}
        | routing_out(routing, lang)
        | {
            "deadlines": {
                "accept": report.accept_due.isoformat() if report.accept_due else None,
                "resolve": report.resolve_due.isoformat() if report.resolve_due else None,
            }
        }
    )


def _area(area: Area | None) -> dict[str, str] | None:
    return {"code": area.code, "name": area.name} if area else None


def _unit(unit: Unit) -> dict[str, str]:
    return {"code": unit.code, "name": unit.name}
