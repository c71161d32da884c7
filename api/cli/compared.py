"""quangnam boundaries diff and correspondence: two editions side by side."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy.orm import Session

from api.cli import context
from api.cli.tables import show
from api.comparing import lay
from boundaries import editions
from boundaries.correspondence import Part
from boundaries.diff import Change
from boundaries.difference import Comparison, Ground, difference
from boundaries.reported import points
from geo.errors import InvalidError, SetupError
from geo.i18n import _
from geo.refused import told
from geo.settings import load
from maps.editions import WHAT
from maps.export.parts import check_parts, file_of

Level = Literal["district", "commune"]
LEVELS = {"district": "huyện", "commune": "xã"}
Code = Annotated[str, typer.Argument(help="mã phiên bản, ví dụ 2025-07")]
Demo = Annotated[bool, typer.Option("--demo", help="tính phản ánh minh họa thay cho phản ánh thật")]


def diff(
    first: Code,
    second: Code,
    every: Annotated[bool, typer.Option("--all", help="cả những đơn vị giữ nguyên")] = False,
    demo: Demo = False,
) -> None:
    """Shows what became of the areas of one edition in another, the km² that change hands and the reports on them."""
    with context.engine(load()) as engine, Session(engine) as session:
        found = difference(session, editions.find(session, first), editions.find(session, second), demo=demo)
    show(
        ["cấp", "thay đổi", first, second, "km² đổi đơn vị", "phản ánh", "chưa giải quyết"],
        [
            row
            for one in found.comparisons
            for change in one.changes
            if every or change.what != "kept"
            for row in [_row(one, change)]
        ],
    )
    for one in found.comparisons:
        typer.echo(_sum(one))


def _row(told: Comparison, change: Change) -> list[str]:
    """A change with what changes hands between its areas."""
    codes = {one.code for one in change.old}, {one.code for one in change.new}
    mine = [one for one in told.pieces if one.hands and (one.old in codes[0] or one.new in codes[1])]
    return [
        _levels(told),
        WHAT[change.what],
        *(", ".join(f"{one.code} {one.kind} {one.name}" for one in side) for side in (change.old, change.new)),
        f"{sum(one.square_metres for one in mine) / 1e6:.2f}",
        str(sum(one.reports for one in mine)),
        str(sum(one.open for one in mine)),
    ]


def _sum(told: Comparison) -> str:
    """A level in one line: "17 huyện, thành phố, thị xã → 78 xã, phường: …"."""
    sides = [f"{sum(kinds.values())} {', '.join(kinds)}" for kinds in (told.old_kinds, told.new_kinds)]
    whats = Counter(change.what for change in told.changes)
    counted = ", ".join(f"{whats[what]} {words}" for what, words in WHAT.items() if whats[what])
    said = f"{sides[0]} → {sides[1]}: {counted}. Đổi đơn vị: {_ground(told.handed)}."
    return said if told.authority is None else f"{said} Đổi nơi giải quyết: {_ground(told.authority)}."


def _ground(ground: Ground) -> str:
    narrow = f" (trong đó {ground.narrow_square_metres / 1e6:.2f} là dải hẹp dưới 150 m dọc ranh giới)"
    return (
        f"{ground.square_metres / 1e6:.2f} km²{narrow if ground.narrow_square_metres else ''}, "
        f"{ground.reports} phản ánh, {ground.open} chưa giải quyết"
    )


def _levels(told: Comparison) -> str:
    old, new = LEVELS[told.old_level], LEVELS[told.new_level]
    return old if old == new else f"{old} → {new}"


def correspondence(  # noqa: PLR0917 (Typer makes options of them, whose order nobody sees)
    first: Code,
    second: Code,
    level: Annotated[Level, typer.Option(help="cấp của phiên bản thứ nhất")] = "commune",
    to: Annotated[Level, typer.Option(help="cấp của phiên bản thứ hai")] = "commune",
    demo: Demo = False,
    format: Annotated[str | None, typer.Option(help="csv, xlsx hoặc geojson")] = None,  # noqa: A002 (the contract's word)
    out: Annotated[Path | None, typer.Option(help="tệp để ghi")] = None,
) -> None:
    """Shows how much of each area of one edition lies in which areas of another, by land and by reports."""
    name = _format(format, out)
    with context.engine(load()) as engine, Session(engine) as session:
        both = (editions.find(session, first), editions.find(session, second))
        found = lay(session, both, (level, to), points(session, demo=demo))
        if out is not None and name is not None:
            _write(out, file_of(name, found.overlay, found.parts, both, found.levels))
            typer.echo(f"Đã ghi {len(found.parts)} phần vào {out}.")
            return
    show(
        [first, "tên", second, "tên", "km²", "% diện tích", "phản ánh", "% phản ánh"],
        [_part(one) for one in found.parts],
    )


def _format(name: str | None, out: Path | None) -> str | None:
    """The format, of the file's ending where none is named; InvalidError for one without the other."""
    if name is not None and out is None:
        raise InvalidError(_("Thêm --out TỆP để ghi."), field="out")
    if out is None:
        return None
    found = name or out.suffix[1:].lower()
    check_parts(found)
    return found


def _part(one: Part) -> list[str]:
    return [
        *(one.old, one.old_name, one.new or "–", one.new_name or "–"),
        *(f"{one.square_metres / 1e6:.3f}", f"{100 * one.area_share:.2f}"),
        *(str(one.reports), "" if one.report_share is None else f"{100 * one.report_share:.2f}"),
    ]


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        said = _("Không ghi được {path}: {error}")
        raise SetupError(said, path=path, error=told(error)) from error
    finally:
        partial.unlink(missing_ok=True)
