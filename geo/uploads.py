"""Files that come in parts over a bad network: kept in the database until a report takes them, a week at most."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, bindparam, delete, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from geo import codes
from geo.errors import ConflictError, InvalidError, NotFoundError, TooLargeError, TooManyError
from geo.i18n import _
from geo.models import Upload, UploadPart

LASTS = timedelta(days=7)
LEAST = 65_536  # bytes that an upload counts for at least, so that a million tiny ones count too
PER_DEVICE, PER_ADDRESS = 5, 50  # times the largest file, on their way at once; a mobile network shares its addresses
BATCH = 100

GONE = _("Ảnh hoặc video đã tải lên không còn ở máy chủ hoặc chưa tải xong; hãy tải lên lại.")
TOO_MANY = _("Có quá nhiều tệp đang tải lên dở; hãy gửi các phản ánh đang chờ trước, hoặc thử lại sau.")
_LOCK = text("SELECT pg_advisory_xact_lock(:number)").bindparams(bindparam("number", type_=BigInteger))


@dataclass(frozen=True)
class Holder:
    """Whose bytes these are, as `limits.subject` names them."""

    device: str | None
    address: str | None


def begin(
    session: Session, length: int, *, most: int, holder: Holder, now: datetime | None = None
) -> tuple[str, Upload]:
    """A new upload of so many bytes, and its token, which only its sender knows from then on.

    TooLargeError beyond `most` bytes, InvalidError for none, TooManyError where its holder has too many on their way.
    """
    moment = now or datetime.now(UTC)
    if length > most:
        raise TooLargeError(_("Tệp quá lớn; nhiều nhất {most} MB."), most=most // 1_000_000)
    if length < 1:
        raise InvalidError(_("Tệp này rỗng; hãy chọn tệp khác."), field="Upload-Length")
    for column, times in (("device", PER_DEVICE), ("address", PER_ADDRESS)):
        if subject := getattr(holder, column):
            _bound(session, getattr(Upload, column) == subject, subject, times * most - length, moment)
    token = codes.token()
    upload = Upload(
        token_hash=codes.token_hash(token), length=length, received=0, expires_at=moment + LASTS, **vars(holder)
    )
    session.add(upload)
    session.flush()
    return token, upload


def _bound(session: Session, mine: ColumnElement[bool], subject: str, room: int, now: datetime) -> None:
    # Two that begin at the same moment would each find the room that is left for one.
    number = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big", signed=True)
    session.execute(_LOCK, {"number": number})
    held = select(func.sum(func.greatest(Upload.length, LEAST)))
    if (session.scalar(held.where(mine, Upload.report_id.is_(None), Upload.expires_at > now)) or 0) > room:
        raise TooManyError(TOO_MANY, details={"retry_after": 3_600})


def find(session: Session, token: str, *, lock: bool = False, now: datetime | None = None) -> Upload:
    """The upload of a token while it lasts; NotFoundError. With `lock` it is nobody else's until the session ends."""
    query = select(Upload).where(Upload.token_hash == codes.token_hash(token))
    upload = session.scalar(query.with_for_update() if lock else query)
    if upload is None or upload.expires_at <= (now or datetime.now(UTC)):
        raise NotFoundError(GONE)
    return upload


def append(session: Session, token: str, offset: int, data: bytes, *, now: datetime | None = None) -> Upload:
    """The upload with some more bytes; nothing may be acknowledged before the session is committed.

    ConflictError where they do not follow what is there (details have the true `offset`), TooLargeError beyond the end.
    """
    upload = find(session, token, lock=True, now=now)
    if offset != upload.received:
        raise ConflictError(
            _("Phần này không nối tiếp phần đã nhận; hãy hỏi lại vị trí rồi gửi tiếp."),
            details={"offset": upload.received},
        )
    if offset + len(data) > upload.length:
        raise TooLargeError(_("Phần này vượt quá độ dài đã báo trước của tệp."))
    if data:
        session.add(UploadPart(upload_id=upload.id, start=offset, data=data))
        upload.received += len(data)
        session.flush()
        if upload.received == upload.length:
            upload.sha256 = _digest(session, upload)
    return upload


def _digest(session: Session, upload: Upload) -> bytes:
    found = hashlib.sha256()
    parts = select(UploadPart.data).where(UploadPart.upload_id == upload.id).order_by(UploadPart.start)
    # A film is never in memory whole.
    for data in session.scalars(parts.execution_options(yield_per=4)):
        found.update(data)
    return found.digest()


def end(session: Session, token: str) -> None:
    """Forgets an upload and what came of it; NotFoundError."""
    session.delete(find(session, token, lock=True))


def sweep(sessions: sessionmaker[Session], now: datetime) -> int:
    """Forgets the uploads whose time is over, in batches; how many."""
    over = select(Upload.id).where(Upload.expires_at <= now).limit(BATCH).with_for_update(skip_locked=True)
    swept = 0
    while True:
        with sessions.begin() as session:
            done = len(session.scalars(delete(Upload).where(Upload.id.in_(over)).returning(Upload.id)).all())
        swept += done
        if done < BATCH:
            return swept
