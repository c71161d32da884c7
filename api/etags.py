"""Answers that a reader has already: 304 for a tag that was sent before."""

import hashlib
from collections.abc import Mapping

from fastapi import Request, Response


def tag_of(content: bytes) -> str:
    """A weak tag of some bytes: they may be compressed on their way."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'


def unchanged(request: Request, tag: str, headers: Mapping[str, str]) -> Response | None:
    """The empty 304 where the reader has what the tag stands for, else None."""
    known = request.headers.get("if-none-match", "")
    if known.strip() != "*" and tag.removeprefix("W/") not in (
        one.strip().removeprefix("W/") for one in known.split(",")
    ):
        return None
    return Response(status_code=304, headers=dict(headers))
