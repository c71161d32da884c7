"""Opens a collection with pyogrio's GDAL in a process of its own, for GDAL waits for the server without letting go."""

import json
import sys

import pyogrio

address, options = sys.argv[1], json.loads(sys.argv[2])
if "bbox" in options:
    options["bbox"] = tuple(options["bbox"])
frame = pyogrio.read_dataframe(f"OAPIF:{address}", layer="reports", **options)
seen = {
    "crs": frame.crs.to_epsg(),
    "ids": list(frame["id"]),
    "x": list(frame.geometry.x),
    "y": list(frame.geometry.y),
}
sys.stdout.write(json.dumps(seen))
