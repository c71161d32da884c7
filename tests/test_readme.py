"""The README's commands exist, by their names."""

import re
import tomllib
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from api.cli import root

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# What stands in code: fenced blocks and spans.
CODE = "\n".join(re.findall(r"```\w*\n(.*?)```", README, re.DOTALL) + re.findall(r"`([^`\n]+)`", README))


def test_make_targets_of_the_readme_are_in_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", CODE))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"run", "test"} <= named
    assert named <= targets


def test_commands_of_the_readme_are_commands_of_the_program() -> None:
    lines = [line.split() for line in re.findall(r"\bquangnam ([a-z][^\n|]*)", CODE)]
    assert lines
    for words in lines:
        command: Any = get_command(root)
        while isinstance(command, TyperGroup) and words:
            name = words.pop(0)
            assert name in command.commands, f"quangnam … {name}"
            command = command.commands[name]
        assert not isinstance(command, TyperGroup), " ".join(["quangnam", command.name])
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options | {"--help"}


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = sum(project["dependency-groups"].values(), project["project"]["dependencies"])
    names = {re.split(r"[\[=<>~]", line)[0] for line in wanted}
    listed = set(re.findall(r"`([a-z0-9-]+)`", "\n".join(line for line in README.splitlines() if line.startswith("|"))))
    assert names - listed == set()
