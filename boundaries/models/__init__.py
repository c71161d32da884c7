"""The other half of the schema; the first is geo.models."""

from boundaries.models.area import METRIC_SRID, Area, AreaPart
from boundaries.models.assignment import Assignment
from boundaries.models.correction import Correction, CorrectionStep
from boundaries.models.edition import Edition

__all__ = ["METRIC_SRID", "Area", "AreaPart", "Assignment", "Correction", "CorrectionStep", "Edition"]
