"""quangnam demo: plausible reports, marked as such."""

from typing import Annotated

import typer

from api import demo
from api.cli import context
from api.cli.placing import place
from api.cli.progress import progress
from geo.settings import load


def run(
    reports: Annotated[int, typer.Option(min=1, max=50_000_000, help="số phản ánh mẫu")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="cùng số này, cùng dữ liệu")] = 49,
    clear: Annotated[bool, typer.Option("--clear", help="xóa hết dữ liệu mẫu, và chỉ dữ liệu mẫu")] = False,
) -> None:
    """Loads demonstration reports, or removes them."""
    settings = load()
    with context.engine(settings) as engine:
        if clear:
            typer.echo(f"Đã xóa {demo.clear(engine)} phản ánh mẫu.")
            return
        with progress(reports) as advance:
            stored = demo.load(engine, settings, reports, seed=seed, progress=advance)
        place(engine, settings)
        typer.echo(f"Đã thêm {stored} phản ánh mẫu.")
