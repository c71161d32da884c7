"""Reports as files: one query, many formats."""

from maps.export.asked import Asked
from maps.export.counting import count, rows
from maps.export.formats import FORMATS, Format
from maps.export.writing import check, estimated_size, stream, write

__all__ = ["FORMATS", "Asked", "Format", "check", "count", "estimated_size", "rows", "stream", "write"]
