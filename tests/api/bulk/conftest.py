import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.bulk.importing import Summary, import_file
from geo.settings import Settings


@pytest.fixture
def session(own: Engine) -> Iterator[Session]:
    with Session(own) as session:
        yield session


@pytest.fixture
def bring(own: Engine, settings: Settings, tmp_path: Path) -> Callable[..., Summary]:
    """Writes rows to a CSV file and imports it."""

    def run(*rows: dict[str, Any], delimiter: str = ",", encoding: str = "utf-8", name: str = "reports.csv") -> Summary:
        path = tmp_path / name
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, columns, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return import_file(own, settings, path)

    return run
