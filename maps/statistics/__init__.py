from maps.statistics.counts import AreaCount, AreaCounts, by_area, summary
from maps.statistics.periods import Period

__all__ = ["AreaCount", "AreaCounts", "Period", "by_area", "summary"]
