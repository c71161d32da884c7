"""What a supervisor asks."""

from fastapi import APIRouter
from sqlalchemy import select

from api.deps import SessionDep
from boundaries.models import Edition
from geo.errors import SetupError
from geo.i18n import _

router = APIRouter(prefix="/health", tags=["operations"])


@router.get("/live")
async def live() -> dict[str, str]:
    """The process answers; it says nothing about the database."""
    return {"status": "ok"}


@router.get("/ready")
def ready(session: SessionDep) -> dict[str, str]:
    """Reports can be taken: the database answers and an edition of boundaries is active; else 503."""
    edition = session.scalar(select(Edition.code).where(Edition.state == "active").limit(1))
    if edition is None:
        raise SetupError(_("Chưa có địa giới; hãy nạp bằng quangnam boundaries import."))
    return {"status": "ok"}
