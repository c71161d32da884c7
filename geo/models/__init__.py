"""Half of the schema; the other half is boundaries.models."""

from geo.models.category import Category
from geo.models.event import Event
from geo.models.idempotency import IdempotencyKey
from geo.models.media import Media
from geo.models.rate import Rate
from geo.models.report import Report
from geo.models.report_unit import ReportUnit
from geo.models.sender import Sender
from geo.models.unit import Unit

__all__ = ["Category", "Event", "IdempotencyKey", "Media", "Rate", "Report", "ReportUnit", "Sender", "Unit"]
