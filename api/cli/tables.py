"""Tables: drawn on a terminal, tab-separated in a pipe."""

from collections.abc import Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table


def show(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints rows of text under their columns' names."""
    console = Console(markup=False)
    if not console.is_terminal:
        for row in (columns, *rows):
            typer.echo("\t".join(row))
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in columns:
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    console.print(table)
