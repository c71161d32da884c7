"""The domain's exceptions: each carries a sentence for a person and what a program needs to know."""

from typing import Any


class QuangnamError(Exception):
    """A refusal: `type` for programs, a Vietnamese `message` translated at the door, and its `values`."""

    type = "error"

    def __init__(self, message: str, *, details: dict[str, Any] | None = None, **values: Any) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values
        self.details = details or {}


class InvalidError(QuangnamError):
    """Something sent is malformed; `field` names it."""

    type = "invalid"

    def __init__(self, message: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(message, details={"field": field} if field else None, **values)
        self.field = field


class FaultsError(InvalidError):
    """Several fields are malformed; `faults` has an InvalidError for each."""

    def __init__(self, message: str, faults: list[InvalidError], **values: Any) -> None:
        super().__init__(message, **values)
        self.faults = faults


class OutsideError(QuangnamError):
    """A point lies outside the province; details carry `distance` in metres and `neighbour` where there is one."""

    type = "outside"


class NotFoundError(QuangnamError):
    """Nothing here goes by that name."""

    type = "not-found"


class GoneError(QuangnamError):
    """What went by that name is no longer here, and will not come back."""

    type = "gone"


class ConflictError(QuangnamError):
    """The step is not possible now; details list what is."""

    type = "conflict"


class BusyError(ConflictError):
    """Somebody else is at it in this very moment; a moment later it is possible."""

    type = "busy"


class TooManyError(QuangnamError):
    """A limit of rate is reached; details carry `retry_after` in seconds."""

    type = "too-many"


class OverloadedError(QuangnamError):
    """More is asked for at this moment than can be made; details carry `retry_after` in seconds."""

    type = "overloaded"


class TooLargeError(QuangnamError):
    """More bytes than may come."""

    type = "too-large"


class UnauthorizedError(QuangnamError):
    """Nobody is signed in, and this asks for somebody."""

    type = "unauthorized"


class ForbiddenError(QuangnamError):
    """The actor may not do this."""

    type = "forbidden"


class SetupError(QuangnamError):
    """The installation lacks something; the message says what to do."""

    type = "setup"
