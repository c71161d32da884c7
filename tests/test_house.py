import ast
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
STOREYS = ("geo", "boundaries", "maps", "api")


def test_imports_go_downward_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "logging.config.dictConfig", lambda _config: None
    )  # it would silence the loggers of later tests
    assert lint_imports(str(ROOT / "pyproject.toml")) == 0


def test_any_module_can_be_the_first_that_a_program_imports() -> None:
    # A circle works or fails by which of its modules comes first, and `python -m` begins where no test does.
    paths = {_name(path): path for storey in STOREYS for path in (ROOT / storey).rglob("*.py")}
    needs = {name: set(_needed(path, paths)) - {name} for name, path in paths.items()}
    assert needs["boundaries.placing"] >= {"boundaries.batch", "boundaries.models"}
    order = list(TopologicalSorter(needs).static_order())  # CycleError names the circle
    assert set(order) == set(paths)


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _needed(path: Path, known: Iterable[str]) -> Iterator[str]:
    """The modules of ours that a module imports while it is itself imported; not what a function does later."""
    for node in _at_once(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield from [one for one in (f"{node.module}.{alias.name}", str(node.module)) if one in known][:1]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def _at_once(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in body:
        yield node
        later = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if not later and not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from _at_once(ast.iter_child_nodes(node))
