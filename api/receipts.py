"""A routing in words and codes: what a sender and `/api/v1/route` are told."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from boundaries.models import Area, Edition
from boundaries.routing import Routing
from boundaries.rules import Instead
from geo.i18n import Lang, translate
from geo.models import Report, Unit


@dataclass(frozen=True)
class Receipt:
    """What the sender is told: the public answer, and the token of their private link."""

    answer: dict[str, Any]
    token: str
    replayed: bool = False


def routing_out(routing: Routing, lang: Lang) -> dict[str, Any]:
    """The edition, area, unit, reason, rule and candidates of a routing; confidence and shares are probabilities."""
    return {
        "edition": edition_out(routing.edition),
        "area": _area(routing.area),
        "commune": _area(routing.commune),
        "unit": unit_out(routing.unit),
        "reason": {
            "code": routing.reason.code,
            "text": translate(routing.reason.message, lang, **routing.reason.values),
        },
        "rule": _rule(routing.rule) if routing.rule else None,
        "needs_confirmation": routing.needs_confirmation,
        "confidence": routing.confidence,
        "candidates": [
            {"area": _area(one.area), "unit": unit_out(one.unit), "share": one.share} for one in routing.candidates
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


def unit_out(unit: Unit) -> dict[str, str]:
    """A unit as answers name it."""
    return {"code": unit.code, "name": unit.name}


def edition_out(edition: Edition | None) -> dict[str, str] | None:
    """An edition as answers name it; None where none was in force."""
    if edition is None:
        return None
    return {"code": edition.code, "name": edition.name, "valid_from": edition.valid_from.isoformat()}


def rule_out(
    category: str | None, area: str | None, unit: Unit, priority: int, valid_from: date | None
) -> dict[str, Any]:
    """A rule that decided, with the unit to which it led."""
    return {
        "category": category,
        "area": area,
        "unit": unit_out(unit),
        "priority": priority,
        "valid_from": valid_from.isoformat() if valid_from else None,
    }


def _rule(rule: Instead) -> dict[str, Any]:
    return rule_out(rule.category, rule.area_code, rule.unit, rule.priority, rule.valid_from)
