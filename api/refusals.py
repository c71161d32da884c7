"""What a route may answer when it does not do what was asked, told once for all of them."""

from typing import Any

MEANINGS = {
    304: "What was sent before still holds",
    401: "Nobody is signed in, or the API key does not work",
    403: "Whoever asks may not do this",
    404: "There is nothing of that name",
    409: "The step is not possible now, or somebody was first",
    410: "The report has left for the archive",
    412: "Another version of the protocol",
    413: "More bytes than are taken",
    415: "A kind of content that is not taken",
    416: "A range that the file does not have",
    422: "Something sent is malformed; `errors` names the fields",
    429: "Too many; `Retry-After` says when again",
    503: "The database or the installation is not ready",
}
KEYED = (401, 403, 429)  # where an API key is read: it may not work, not reach so far, or be used too often


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of these statuses, for the `responses` of a route; `api.describing` gives them their shape.

    It adds by itself what holds for all: 404 of paths with a name in them, 413 of bodies, 422 and 503.
    """
    return {status: {"description": MEANINGS[status]} for status in statuses}
