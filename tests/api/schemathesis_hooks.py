"""What schemathesis has to be told before it can ask."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def parts(_context: Any, value: Any) -> bytes:
    """Parts of an upload are bytes and nothing else."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
