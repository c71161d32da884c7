"""The one way between two coordinate reference systems: every door that moves a place goes by it.

PROJ by itself chooses anew for each point, and where a grid file is missing or a point lies outside the area of an
operation it falls back silently, 225 m off for VN-2000. So its best operation for the province is chosen once and kept;
for VN-2000 that is EPSG:6960, which needs no grid.
"""

from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.transformer import AreaOfInterest, TransformerGroup

_HERE = AreaOfInterest(106.9, 14.8, 109.4, 16.4)


@lru_cache(maxsize=128)
def way(source: int, target: int) -> Transformer | None:
    """From x, y to x, y of two EPSG codes, easting or longitude first; None where no exact way is known.

    What it has no place for comes out infinite, never guessed. pyproj's CRSError for a code that it does not know.
    """
    ends = (CRS.from_epsg(source), CRS.from_epsg(target))
    group = TransformerGroup(*ends, always_xy=True, area_of_interest=_HERE, allow_ballpark=False)
    if not group.transformers:
        return None
    # As a pipeline of its own it has no area of use, and no other way to fall back to.
    return Transformer.from_pipeline(group.transformers[0].definition)
