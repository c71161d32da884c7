"""quangnam reports: accept, step, import, export, archive."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_args

import typer
from sqlalchemy.orm import Session

from api import archiving, stepping
from api.asked import asked_of
from api.bulk.importing import import_file
from api.cli import context, filters
from api.cli.placing import place
from api.cli.progress import progress
from api.filters import moment, read_filters
from geo import reports, units
from geo.database import build_sessions
from geo.effects import REASONS, Details
from geo.errors import InvalidError, SetupError
from geo.filters import Filters
from geo.i18n import _
from geo.models import Report
from geo.permissions import SYSTEM
from geo.refused import told
from geo.settings import Settings, load
from geo.transitions import Action
from maps.export import FORMATS, Asked, check, count, write

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Phản ánh.")


@app.command()
def accept(code: Annotated[str, typer.Argument(help="mã phản ánh, ví dụ QN-7K2M-9XQ4")]) -> None:
    """Accepts a report: its content and pictures become public."""
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session, session.begin():
        report = reports.by_code(session, code)
        _step(session, settings, report, "accept")
        typer.echo(f"{report.code}: {report.state}")


@app.command()
def step(
    code: Annotated[str, typer.Argument(help="mã phản ánh")],
    action: Annotated[str, typer.Argument(help="forward, return, ask, progress, extend, resolve, reject hoặc close")],
    *,
    text: Annotated[str | None, typer.Option(help="nội dung trả lời")] = None,
    unit: Annotated[str | None, typer.Option(help="mã đơn vị nhận, khi chuyển")] = None,
    reason: Annotated[str | None, typer.Option(help=f"lý do từ chối: {', '.join(REASONS)}")] = None,
    days: Annotated[int | None, typer.Option(help="số ngày làm việc gia hạn thêm")] = None,
) -> None:
    """Takes one step of the process in the name of the responsible unit."""
    chosen = next((one for one in get_args(Action) if one == action), None)
    if chosen is None:
        raise InvalidError(_("Không có bước {action}."), field="action", action=action)
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session, session.begin():
        report = reports.by_code(session, code)
        said = Details(text, reason, units.by_code(session, unit), days)
        _step(session, settings, report, chosen, said)
        typer.echo(f"{report.code}: {report.state}")


@app.command("import")
def import_reports(file: Annotated[Path, typer.Argument(help="CSV hoặc GeoJSON, UTF-8")]) -> None:
    """Imports reports from a CSV or GeoJSON file: all its good rows, or nothing."""
    settings = load()
    with context.engine(settings) as engine:
        with progress(1.0, str(file.name)) as advance:
            done = import_file(
                engine, settings, file, progress=lambda share, count: advance(share, f"{count:,} phản ánh")
            )
        place(engine, settings)
    typer.echo(f"Đã nhập {done.stored} phản ánh, {done.to_confirm} cần xác nhận nơi xử lý.")
    if done.rejected:
        typer.echo(f"{done.rejected} dòng không nhập được; lý do ở {done.rejected_path}.")
        if not done.stored:
            raise InvalidError(_("Không dòng nào trong tệp nhập được."))


@app.command()
def export(  # noqa: PLR0917 (every filter is an option, none a position)
    out: Annotated[Path, typer.Option(help="tệp để ghi")],
    format: Annotated[str, typer.Option(help=", ".join(FORMATS))] = "geojson",  # noqa: A002 (the contract's word)
    crs: Annotated[str | None, typer.Option(help="EPSG:5899 (VN-2000), 32648, 32649, 4326, …")] = None,
    fields: Annotated[str | None, typer.Option(help="các trường, cách nhau bằng dấu phẩy")] = None,
    geometry: Annotated[str | None, typer.Option(help="trong CSV: lonlat hoặc wkt")] = None,
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
    """Writes the public reports that pass the filters to a file."""
    _refuse_shp(format, out)
    said = filters.written(
        box=bbox,
        category=category,
        unit=unit,
        area=area,
        state=state,
        since=since,
        until=until,
        q=q,
        edition=edition,
    )
    wanted = replace(asked_of(Filters(), fields=fields, crs=crs, geometry=geometry), said=said)
    check(wanted, format)
    with context.engine(load()) as engine, Session(engine) as session:
        found = replace(wanted, filters=read_filters(session, **said))
        typer.echo(f"Đã ghi {_write(session, found, format, out)} phản ánh vào {out}.")


@app.command()
def archive(
    before: Annotated[str, typer.Option(help="đã kết thúc trước ngày này, ví dụ 2024-01-01")],
    commit: Annotated[
        bool, typer.Option("--commit", help="ghi ra tệp mật rồi xóa khỏi cơ sở dữ liệu, giữ ảnh; không có thì chỉ đếm")
    ] = False,
) -> None:
    """Moves reports that ended long ago into confidential files, or says how many it would move; pictures stay."""
    settings = load()
    until = moment(before, "before")
    with context.engine(settings) as engine, Session(engine) as session:
        total = archiving.count(session, until)
        if not commit:
            typer.echo(f"{total} phản ánh đã kết thúc trước {before}; thêm --commit để đưa vào kho lưu trữ.")
            return
        session.rollback()
        with progress(total, "Lưu trữ") as advance:
            done = archiving.run(build_sessions(engine), settings, until, advance)
        typer.echo(f"Đã đưa {done} phản ánh vào kho lưu trữ.")


def _step(session: Session, settings: Settings, report: Report, action: Action, said: Details | None = None) -> None:
    stepping.step(session, settings, report, action, SYSTEM, door="cli", version=None, details=said or Details())


def _refuse_shp(name: str, out: Path) -> None:
    # GIS programs would take the archive for the one file of it that has this name.
    if name == "shp" and out.suffix.lower() == ".shp":
        raise InvalidError(
            _("Shapefile gồm nhiều tệp, được ghi vào một tệp nén; hãy đặt tên có đuôi .zip, ví dụ {name}."),
            field="out",
            name=out.with_suffix(".zip").name,
        )


def _write(session: Session, asked: Asked, name: str, out: Path) -> int:
    try:
        with progress(count(session.connection(), asked), out.name) as advance:
            return write(session.connection(), asked, name, out, advance)
    except OSError as error:
        raise SetupError(_("Không ghi được {path}: {error}"), path=out, error=told(error)) from error
