from maps.statistics.counts import AreaCount, by_area, summary
from maps.statistics.periods import Period

__all__ = ["AreaCount", "Period", "by_area", "summary"]
