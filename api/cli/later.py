"""Commands that are imported when they are run: who asks for one does not wait for what the others need."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

Commands = dict[str, tuple[str, str]]  # name → where in this package ("module:function"), and its own first words


def later(commands: Commands) -> type[TyperGroup]:
    """A group of commands of which only the one that is run is imported."""

    class Later(TyperGroup):
        def __init__(self, **given: Any) -> None:
            known = {name: TyperCommand(name, help=sentence) for name, (_place, sentence) in commands.items()}
            super().__init__(**given | {"commands": known})

        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, _known, rest = super().resolve_command(ctx, args)
            return name, self.whole(name) if name else None, rest

        def whole(self, name: str) -> Any:
            return load(name, commands[name][0])

    return Later


def load(name: str, place: str) -> Any:
    """A command, or a group of them, whole."""
    module, found = place.split(":")
    app = getattr(import_module(f"api.cli.{module}"), found)
    if not isinstance(app, typer.Typer):
        function, app = app, typer.Typer(add_completion=False)
        app.command()(function)
    command = get_command(app)
    command.name = name
    return command
