"""Reports as files: one query, many formats."""

from maps.export.asked import Asked
from maps.export.counting import count
from maps.export.formats import FORMATS, Format
from maps.export.sizes import estimated_size
from maps.export.writing import check, check_format, stream, write

__all__ = ["FORMATS", "Asked", "Format", "check", "check_format", "count", "estimated_size", "stream", "write"]
