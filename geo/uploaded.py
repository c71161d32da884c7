"""Uploads that are whole and wait for their report: known by their digests, read once, taken once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geo import codes
from geo.errors import InvalidError
from geo.i18n import _
from geo.media import MOST_FILMS
from geo.models import Upload, UploadPart
from geo.settings import Settings
from geo.uploads import GONE


class UploadGoneError(InvalidError):
    """Uploads that a report names are not (or no longer) here whole; details list their tokens as `gone`."""

    type = "upload-gone"

    def __init__(self, gone: Sequence[str]) -> None:
        super().__init__(GONE, field="uploads")
        self.details["gone"] = list(gone)


def whole(
    session: Session, tokens: Sequence[str], settings: Settings, *, now: datetime | None = None
) -> dict[str, Upload]:
    """The finished uploads of some tokens, in their order, also those that a report took already.

    UploadGoneError for any other, InvalidError where they are together more than one report may have.
    """
    wanted = {codes.token_hash(token): token for token in tokens}
    query = select(Upload).where(
        Upload.token_hash.in_(wanted), Upload.sha256.is_not(None), Upload.expires_at > (now or datetime.now(UTC))
    )
    found = {wanted[upload.token_hash]: upload for upload in session.scalars(query)}
    if gone := [token for token in wanted.values() if token not in found]:
        raise UploadGoneError(gone)
    # Before any of them is in memory.
    most = settings.max_photos * settings.max_photo_bytes + MOST_FILMS * settings.max_video_bytes
    if sum(upload.length for upload in found.values()) > most:
        raise InvalidError(
            _("Ảnh và video quá lớn; nhiều nhất {most} MB một lần gửi."), field="uploads", most=most // 1_000_000
        )
    return {token: found[token] for token in wanted.values()}


def read(session: Session, uploads: Mapping[str, Upload]) -> list[bytes]:
    """The bytes of finished uploads, in their order; what a report took meanwhile is left out: `take` tells."""
    query = select(UploadPart.upload_id, UploadPart.data).order_by(UploadPart.upload_id, UploadPart.start)
    parts: dict[int, list[bytes]] = {upload.id: [] for upload in uploads.values()}
    for upload_id, data in session.execute(query.where(UploadPart.upload_id.in_(parts))):
        parts[upload_id].append(data)
    return [b"".join(found) for found in parts.values() if found]


def take(session: Session, uploads: Mapping[str, Upload], report_id: int) -> None:
    """Gives finished uploads to the one report that may have them; UploadGoneError where another one was first."""
    if not uploads:
        return
    ids = [upload.id for upload in uploads.values()]
    free = update(Upload).where(Upload.id.in_(ids), Upload.report_id.is_(None))
    taken = set(session.scalars(free.values(report_id=report_id).returning(Upload.id)))
    if gone := [token for token, upload in uploads.items() if upload.id not in taken]:
        raise UploadGoneError(gone)
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(ids)))
