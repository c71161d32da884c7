"""quangnam boundaries: editions of the administrative borders."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cli import activation, compared, context
from api.cli.placing import place
from api.cli.tables import show
from api.web.admin.edition_facts import STATES, state
from boundaries import bringing, checks, editions, files, lookup, territory
from boundaries.bringing import About
from boundaries.files import Fields
from boundaries.models import Area
from geo.settings import load

app = typer.Typer(no_args_is_help=True, help="Địa giới hành chính, theo từng phiên bản.")
Level = Literal["district", "commune", "neighbour"]
LEVELS = {"district": "huyện", "commune": "xã", "neighbour": "tỉnh bên cạnh"}
EditionCode = Annotated[str, typer.Argument(help="mã phiên bản, ví dụ 2025-07")]
app.command("diff")(compared.diff)
app.command("correspondence")(compared.correspondence)


@app.command("list")
def list_() -> None:
    """Lists the editions, oldest first."""
    with context.engine(load()) as engine, Session(engine) as session:
        counted = select(Area.edition_id, Area.level, func.count()).group_by(Area.edition_id, Area.level)
        counts = {(edition, level): count for edition, level, count in session.execute(counted)}
        show(
            ["mã", "trạng thái", "từ ngày", "đến trước ngày", "huyện", "xã", "điều phối ở cấp", "tên", "nguồn"],
            [
                [
                    one.code,
                    STATES[state(one, lookup.today())],
                    one.valid_from.isoformat(),
                    one.valid_until.isoformat() if one.valid_until else "",
                    str(counts.get((one.id, "district"), 0)),
                    str(counts.get((one.id, "commune"), 0)),
                    LEVELS[one.routing_level],
                    one.name,
                    one.source,
                ]
                for one in editions.every(session)
            ],
        )


@app.command()
def check(edition: EditionCode) -> None:
    """Measures an edition: validity of its polygons, gaps and overlaps in m²; status 1 where it has any."""
    with context.engine(load()) as engine, Session(engine) as session:
        found = checks.check(session, editions.find(session, edition))
    show(
        ["cấp", "số đơn vị", "diện tích km²", "không hợp lệ", "khe hở m²", "chồng lấn m²"],
        [
            [
                LEVELS[one.level],
                str(one.count),
                f"{one.square_metres / 1e6:.2f}",
                str(len(one.invalid)),
                f"{one.gap_m2:.1f}",
                f"{one.overlap_m2:.1f}",
            ]
            for one in found
        ],
    )
    for one in found:
        for code, reason in one.invalid.items():
            typer.echo(f"{code}: {reason}")
        for word, flaws in (("khe hở", one.gaps), ("chồng lấn", one.overlaps)):
            for flaw in flaws:
                lon, lat = flaw.point
                typer.echo(f"{word} {flaw.square_metres:.1f} m²: {', '.join(flaw.codes)} ({lon}, {lat})")
    if not all(one.sound for one in found):
        raise typer.Exit(1)


@app.command("import")
def import_(  # noqa: PLR0917 (Typer makes options of them, whose order nobody sees)
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, Shapefile…")],
    edition: Annotated[str, typer.Option(help="mã phiên bản, mới hoặc đang là bản nháp")],
    name: Annotated[str | None, typer.Option(help="tên phiên bản")] = None,
    valid_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="hiệu lực từ ngày")
    ] = None,
    level: Annotated[
        Level | None, typer.Option(help="cấp của các đơn vị; không có thì theo loại của mỗi đơn vị")
    ] = None,
    routing_level: Annotated[
        Literal["district", "commune"] | None, typer.Option(help="cấp mà UBND nhận phản ánh")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="lớp trong tệp, nếu có nhiều")] = None,
    crs: Annotated[str | None, typer.Option(help="hệ tọa độ, nếu tệp không nói hoặc nói sai: EPSG:5899")] = None,
    code_field: Annotated[str | None, typer.Option(help="cột mã")] = None,
    name_field: Annotated[str | None, typer.Option(help="cột tên")] = None,
    kind_field: Annotated[str | None, typer.Option(help="cột loại: huyện, xã…; không có thì lấy ở đầu tên")] = None,
    parent_field: Annotated[str | None, typer.Option(help="cột mã huyện của xã")] = None,
    coastal_field: Annotated[str | None, typer.Option(help="cột ven biển: true hoặc false")] = None,
    tolerance: Annotated[
        float,
        typer.Option(min=0, help="khe hở, chồng lấn nhỏ hơn ngần này m² thì được khép, lớn hơn thì tệp bị từ chối"),
    ] = files.TOLERANCE,
    source: Annotated[str | None, typer.Option(help="nguồn dữ liệu")] = None,
    licence: Annotated[str | None, typer.Option(help="giấy phép")] = None,
    attribution: Annotated[str | None, typer.Option(help="câu ghi nguồn trên bản đồ")] = None,
    redistributable: Annotated[
        bool | None, typer.Option("--redistributable/--not-redistributable", help="được phân phối lại nguyên vẹn không")
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="ghi thật; không có thì chỉ xem báo cáo")] = False,
) -> None:
    """Checks a file of areas and, with --commit, writes it into a draft edition."""
    fields = Fields(code_field, name_field, kind_field, parent_field, coastal_field)
    about = About(
        edition,
        name,
        valid_from.date() if valid_from else None,
        routing_level,
        source,
        licence,
        attribution,
        redistributable,
    )
    settings = load()
    with context.engine(settings) as engine:
        with Session(engine) as session, session.begin():
            bringing.refuse_active(session, edition)
            land = territory.known(session)
            reading = files.read(file, level, fields, layer=layer, crs=crs, tolerance=tolerance, land=land)
            territory.check(session, reading, edition, land)
            bringing.complete(session, reading)
            for finding in reading.findings:
                typer.echo(f"{'Lỗi' if finding.serious else 'Lưu ý'}: {finding}")
            for one in reading.coverages:
                typer.echo(
                    f"{LEVELS[one.level]}: {one.count} đơn vị, {one.square_metres / 1e6:.2f} km², "
                    f"khe hở {one.gap_m2:.1f} m², chồng lấn {one.overlap_m2:.1f} m²."
                )
            if commit:
                bringing.bring(session, about, reading)
                typer.echo(f"Đã ghi vào bản nháp {edition}; kích hoạt bằng: quangnam boundaries activate {edition}")
            elif reading.serious:
                raise typer.Exit(1)
            else:
                typer.echo("Chưa ghi gì; thêm --commit để ghi vào bản nháp.")
        if commit:
            place(engine, settings, edition)


for command in (activation.preview, activation.activate, activation.undo, activation.remove):
    app.command()(command)
