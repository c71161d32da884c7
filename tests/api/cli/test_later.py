import subprocess
import sys

import pytest
from typer.testing import CliRunner

from api.cli import COMMANDS, boundaries, root
from api.cli.later import Imported

HEAVY = {"alembic", "fastapi", "folium", "numpy", "pandas", "psycopg", "pyarrow", "scipy", "shapely", "sklearn"}
HELP = """
import sys
sys.argv[1:] = ["--help"]
from api.cli import main
try:
    main()
finally:
    print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    ("name", "place", "sentence"),
    [(name, *told) for commands in (COMMANDS, boundaries.COMMANDS) for name, told in commands.items()],
)
def test_a_command_says_of_itself_what_the_list_says_of_it(name: str, place: str, sentence: str) -> None:
    assert Imported({name: (place, sentence)})[name].help.partition("\n\n")[0] == sentence


@pytest.mark.parametrize("words", [["up"], ["keys", "rotate"], ["boundaries", "list"]])
def test_a_command_is_called_what_the_list_calls_it(words: list[str]) -> None:
    told = CliRunner().invoke(root, [*words, "--help"])
    assert told.exit_code == 0
    assert f"Usage: root {' '.join(words)} [OPTIONS]" in told.output
    assert "--install-completion" not in told.output


def test_a_name_that_is_none_is_refused_with_the_nearest_one() -> None:
    told = CliRunner().invoke(root, ["boundary"])
    assert told.exit_code == 2
    assert "boundaries" in told.output


def test_help_imports_no_library_of_a_command() -> None:
    told = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    assert HEAVY & set(told.stdout.splitlines()[-1].split()) == set()
