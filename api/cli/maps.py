"""quangnam maps: the maps as files."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api import comparing, mapping
from api.cli import context, filters
from api.cli.progress import progress
from api.filters import read_filters
from geo.errors import InvalidError, SetupError
from geo.i18n import LANGUAGES, Lang, _
from geo.refused import told
from geo.settings import Settings, load
from maps.assets.install import wanted
from maps.film import DAYS, By
from maps.frame import NAMES, Site
from maps.page import FONTS
from maps.style import asset_path

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Bản đồ.")
FOLDER = "assets"


@app.callback()
def maps() -> None:
    """Bản đồ."""


@app.command()
def render(  # noqa: PLR0917 (every filter is an option, none a position)
    out: Annotated[Path, typer.Option(help="thư mục để ghi")],
    lang: Annotated[str, typer.Option(help="vi hoặc en")] = "vi",
    by: Annotated[str | None, typer.Option(help="day hoặc week: khung hình của bản đồ thời gian")] = None,
    bbox: filters.BBoxes = None,
    category: filters.Categories = None,
    unit: filters.Units = None,
    area: filters.Areas = None,
    state: filters.States = None,
    since: filters.Begins = None,
    until: filters.Ends = None,
    q: filters.Words = None,
    edition: filters.Editions = None,
) -> None:
    """Writes the four maps, and that of two editions, as files that open from disk, without a server."""
    language = next((one for one in LANGUAGES if one == lang), None)
    if language is None:
        raise InvalidError(_("Chỉ có tiếng vi và en."), field="lang")
    step: By | None = next((one for one in DAYS if one == by), None)
    if by is not None and step is None:
        raise InvalidError(_("Khung hình là day hoặc week."), field="by")
    written = filters.written(
        bbox=bbox,
        category=category,
        unit=unit,
        area=area,
        state=state,
        since=since,
        until=until,
        q=q,
        edition=edition,
    )
    settings = load()
    writer = _Writer(out)
    with context.engine(settings) as engine, Session(engine) as session, progress(len(NAMES) + 1) as advance:
        count = _render(session, settings, writer, advance, lang=language, by=step, written=written)
    typer.echo(f"Đã ghi {count} bản đồ; mở {out / f'{NAMES[0]}.html'} bằng trình duyệt.")


def _render(
    session: Session,
    settings: Settings,
    writer: "_Writer",
    advance: Callable[..., None],
    *,
    lang: Lang,
    by: By | None,
    written: dict[str, str],
) -> int:
    """Writes the pages and what they need; how many pages."""
    passing = read_filters(session, **{("box" if name == "bbox" else name): value for name, value in written.items()})
    files = {*FONTS, *(row["name"] for row in wanted() if row["name"].startswith("licences/"))}

    def asset(name: str) -> str:
        files.add(name)
        return f"{FOLDER}/{name}"

    links = f"{settings.public_url.rstrip('/')}/reports/" if settings.public_url else None
    both = comparing.two(session)
    names = (*NAMES, "editions") if both else NAMES
    site = Site(asset=asset, maps={name: f"{name}.html" for name in names}, report=links)
    pages = {}
    for number, name in enumerate(NAMES):
        advance(number, f"{name}.html")
        around = mapping.frame(session, settings, name, lang=lang, site=site, filters=written)
        around = replace(around, made=datetime.now(UTC))
        pages[f"{name}.html"] = mapping.draw(session, around, passing, by=by).encode()
    if both:
        pages["editions.html"] = comparing.whole(session, settings, both, lang, site).encode()
    advance(len(NAMES), FOLDER)
    # The files that a page needs come first: whoever opens a page finds it whole.
    for name in sorted(files):
        path = asset_path(name)
        if path is None:
            raise SetupError(_("Thiếu tệp {name} của bản đồ; hãy chạy `make run`."), name=name)
        writer.write(f"{FOLDER}/{name}", path.read_bytes())
    for name, page in pages.items():
        writer.write(name, page)
    advance(len(NAMES) + 1)
    return len(pages)


class _Writer:
    """Writes files below a folder, each whole or not at all; SetupError where it can't."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(folder, error) from error

    def write(self, name: str, data: bytes) -> None:
        """Replaces a file."""
        target = self._folder / name
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            target.parent.mkdir(exist_ok=True)
            partial.write_bytes(data)
            partial.replace(target)
        except OSError as error:
            raise self._refused(target, error) from error
        finally:
            partial.unlink(missing_ok=True)

    @staticmethod
    def _refused(path: Path, error: OSError) -> SetupError:
        return SetupError(_("Không ghi được {path}: {error}"), path=path, error=told(error))
