"""Many reports to other units in one step: what `workflow.apply` does for one `reroute`, set by set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Moves:
    """Columns with one element a report: where it belongs from now on.

    A report whose unit stays keeps its assignee, its claim and its deadlines.
    """

    report_id: NDArray[np.int64]
    unit_id: NDArray[np.int64]
    area_code: NDArray[np.object_]
    commune_code: NDArray[np.object_]
    needs_confirmation: NDArray[np.bool_]
    candidates: Sequence[Sequence[int]]  # ids of units that may be the right ones, without the responsible one

    def __len__(self) -> int:
        return len(self.report_id)


def move(
    session: Session,
    moves: Moves,
    *,
    door: str,
    now: datetime,
    user_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> NDArray[np.int64]:
    """Writes the reports, an event `reroute` each with `door` and `data`, claims, candidates; the events' ids.

    All must be open and locked (`lock`). Nobody is told: `door` "edition" is not even in the live stream.
    """
    raise NotImplementedError


def lock(session: Session, report_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Locks the open ones among the reports until the session ends; their ids, in order."""
    raise NotImplementedError
