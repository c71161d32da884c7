"""A progress bar on a terminal; in a pipe, nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def progress(total: float, label: str = "") -> Iterator[Callable[..., None]]:
    """Yields a function that takes how much of `total` is done, and optionally a word to show beside it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=total)

        def advance(done: float, word: str | None = None) -> None:
            bar.update(task, completed=done, description=label if word is None else word)

        yield advance
