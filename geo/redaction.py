"""What of a report's pictures the public sees: as sent, with parts made unrecognisable, or nothing."""

import io

from PIL import Image
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from geo import media, stores
from geo.details import Details, Situation
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Media, Report
from geo.picture import SMALL, encode
from geo.settings import Settings

Region = tuple[float, float, float, float]  # left, top, width, height; parts of the picture from 0 to 1
MOST = 40  # regions in one picture
# Squares over the longer side of a region. Finer mosaics of plates and faces can be read back (Hill, Zhou, Saul and
# Shacham, "On the (In)effectiveness of Mosaicing and Blurring as Tools for Document Redaction", PoPETs 2016).
SQUARES = 4


def cover(at: Situation) -> None:
    """Shows, withholds or makes ready to blur one picture; InvalidError where the details do not fit it."""
    row = _row(at.session, at.report, at.details.picture or "")
    if at.details.shown is None:
        raise InvalidError(_("Hãy chọn: công bố như đã gửi, làm mờ, hay không công bố."), field="shown")
    if at.details.shown == "blurred":
        if row.kind != "photo":
            raise InvalidError(_("Chưa làm mờ được video; hãy chọn không công bố video này."), field="shown")
        _check(at.details.regions)
    row.withheld = at.details.shown == "withheld"
    row.public_key = None


def blur(session: Session, settings: Settings, report: Report, details: Details) -> None:
    """Makes the public copy of a picture, under a key of its own so that no cache keeps showing the old one."""
    row = _row(session, report, details.picture or "")
    data = stores.read(settings, media.paths(row.key)[0])
    if data is None:
        raise NotFoundError(_("Không có ảnh này."))
    row.public_key = media.store(session, settings, *pixelate(data, details.regions))


def forget(session: Session, settings: Settings, key: str) -> None:
    """Removes the files of a blurred copy that is no longer shown, once the session is committed."""
    event.listen(session, "after_commit", lambda _session: stores.remove(settings, media.paths(key)), once=True)


def shown_now(session: Session, report: Report, key: str) -> str | None:
    """The key of a picture's blurred copy, None where it has none."""
    return _row(session, report, key).public_key


def pixelate(data: bytes, regions: tuple[Region, ...]) -> tuple[bytes, bytes]:
    """A JPEG of ours and its thumbnail with each region in a few large squares, whatever was there before gone."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        picture = image.convert("RGB")
    for left, top, width, height in regions:
        box = (
            round(left * picture.width),
            round(top * picture.height),
            min(picture.width, max(round((left + width) * picture.width), round(left * picture.width) + 1)),
            min(picture.height, max(round((top + height) * picture.height), round(top * picture.height) + 1)),
        )
        region = picture.crop(box)
        share = SQUARES / max(region.size)
        few = [max(1, min(SQUARES, round(side * share))) for side in region.size]
        coarse = region.resize((few[0], few[1]), Image.Resampling.BOX)
        picture.paste(coarse.resize(region.size, Image.Resampling.NEAREST), box)
    small = picture.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return encode(picture, 85), encode(small, 80)


def _check(regions: tuple[Region, ...]) -> None:
    if not 1 <= len(regions) <= MOST:
        raise InvalidError(_("Hãy đánh dấu từ 1 đến {most} vùng cần làm mờ."), field="regions", most=MOST)
    for left, top, width, height in regions:
        inside = 0 <= left < 1 and 0 <= top < 1 and left + width <= 1.001 and top + height <= 1.001
        if not (inside and width > 0 and height > 0):
            raise InvalidError(_("Vùng làm mờ phải nằm trong ảnh."), field="regions")


def _row(session: Session, report: Report, key: str) -> Media:
    row = session.scalar(select(Media).where(Media.report_id == report.id, Media.key == key))
    if row is None:
        raise InvalidError(_("Phản ánh này không có ảnh đó."), field="picture")
    return row
