"""Reports as files: one query, many formats."""

from maps.export.asked import Asked
from maps.export.counting import count
from maps.export.formats import FORMATS, Format
from maps.export.sizes import estimated_size
from maps.export.writing import check, stream, write

__all__ = ["FORMATS", "Asked", "Format", "check", "count", "estimated_size", "stream", "write"]
