"""Commands that are imported when they are run: who asks for one does not wait for what the others need."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

Commands = dict[str, tuple[str, str]]  # name → where in this package ("module:function"), and its own first words


class Imported(Mapping[str, Any]):
    """The commands of a group by their names, each imported when it is looked at."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def __getitem__(self, name: str) -> Any:
        module, found = self._commands[name][0].split(":")
        app = getattr(import_module(f"api.cli.{module}"), found)
        if not isinstance(app, typer.Typer):
            function, app = app, typer.Typer(add_completion=False)
            app.command()(function)
        command = get_command(app)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)


def later(commands: Commands) -> type[TyperGroup]:
    """A group of commands that lists them without importing them, and runs one by importing it."""

    class Later(TyperGroup):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self.commands: Any = Imported(commands)

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (of the library)
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (of the library)
            return TyperCommand(cmd_name, help=commands[cmd_name][1]) if cmd_name in commands else None

        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, _listed, rest = super().resolve_command(ctx, args)
            return name, self.commands[name] if name else None, rest

    return Later
