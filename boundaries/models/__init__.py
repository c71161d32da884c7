"""The other half of the schema; the first is geo.models."""

from boundaries.models.activation import Activation, Moved
from boundaries.models.area import METRIC_SRID, Area, AreaPart
from boundaries.models.assignment import Assignment
from boundaries.models.correction import Correction, CorrectionStep
from boundaries.models.edition import Edition
from boundaries.models.report_area import ReportArea

__all__ = [
    "METRIC_SRID",
    "Activation",
    "Area",
    "AreaPart",
    "Assignment",
    "Correction",
    "CorrectionStep",
    "Edition",
    "Moved",
    "ReportArea",
]
