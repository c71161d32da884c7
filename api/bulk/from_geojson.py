"""GeoJSON: a FeatureCollection of points (RFC 7946), read by GDAL feature by feature."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataSourceError

from api.bulk.columns import Chunk, complete, rename
from boundaries import unreadable
from geo.errors import InvalidError
from geo.i18n import _

BATCH = 50_000
_TEXT = pa.large_string()


def read(path: Path) -> Iterator[Chunk]:
    """Yields the features in batches, `line` being their number; InvalidError where the file is broken."""
    try:
        total = max(pyogrio.read_info(path, force_feature_count=True)["features"], 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a feature without a usable place is set aside by us
            with pyogrio.open_arrow(path, batch_size=BATCH, use_pyarrow=True, DATE_AS_STRING="YES") as (meta, reader):
                if meta["crs"] not in {"EPSG:4326", "OGC:CRS84"}:
                    raise InvalidError(
                        _("GeoJSON phải dùng WGS 84 (kinh độ, vĩ độ); tệp này dùng {crs}."), crs=meta["crs"]
                    )
                place = meta["geometry_name"] or "wkb_geometry"
                fields = [name for name in reader.schema.names if name not in {place, "OGC_FID"}]
                known = rename([*fields, "lon", "lat"] if {"lon", "lat"}.isdisjoint(fields) else fields)
                number = 1
                for batch in reader:
                    line = np.arange(number, number + len(batch))
                    number += len(batch)
                    yield Chunk(_frame(batch, place, fields, known), line, done=min((number - 1) / total, 1.0))
    except (DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowInvalid) as error:
        raise unreadable.explained(path, error) from None


def _frame(batch: pa.RecordBatch, place: str, fields: list[str], known: dict[str, str]) -> pd.DataFrame:
    shapes = shapely.from_wkb(batch.column(place).to_numpy(zero_copy_only=False))
    frame = pd.DataFrame(index=range(len(batch)))
    for name in fields:
        if name in known and known[name] not in {"lon", "lat"}:
            column = batch.column(name)
            frame[known[name]] = column.cast(_TEXT).to_pandas()
    # Only a point is a place; anything else has none and is set aside with the reason.
    shapes[(shapely.get_type_id(shapes) != shapely.GeometryType.POINT) | shapely.is_empty(shapes)] = None
    return complete(frame).assign(lon=shapely.get_x(shapes), lat=shapely.get_y(shapes))
