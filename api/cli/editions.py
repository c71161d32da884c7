"""quangnam boundaries list, check: the editions there are."""

from typing import Annotated

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cli import context
from api.cli.tables import show
from api.web.admin.edition_facts import STATES, state
from boundaries import checks, editions, lookup
from boundaries.models import Area
from geo.settings import load

LEVELS = {"district": "huyện", "commune": "xã", "neighbour": "tỉnh bên cạnh"}
EditionCode = Annotated[str, typer.Argument(help="mã phiên bản, ví dụ 2025-07")]


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
