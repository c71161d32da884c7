import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geo import codes, reports, workflow
from geo.database import build_engine
from geo.models import Report, Unit
from geo.permissions import Actor
from geo.reports import Draft


@pytest.fixture
def engine_of_its_own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url)
    yield engine
    engine.dispose()


def accept(url: str, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"QUANGNAM_DATABASE_URL": url, "QUANGNAM_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "api", "reports", "accept", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_accept_publishes_a_report_once(engine_of_its_own: Engine, fresh_database_url: str, tmp_path: Path) -> None:
    with Session(engine_of_its_own) as session, session.begin():
        unit = session.scalars(select(Unit.id).where(Unit.code == "ioc")).one()
        draft = Draft("Bưởi", "+84905123456", "giao-thong", "Ổ gà trước chợ", 108.338, 15.8794, "api")
        report = reports.create(
            session,
            draft,
            category=reports.category(session, draft.category),
            unit_id=unit,
            area_code=None,
            commune_code=None,
            needs_confirmation=False,
            token=codes.token(),
            secret=b"a key for tests only",
        )
        workflow.apply(session, report, "receive", Actor("sender"), door="api")
        code = report.code

    spelled = code.lower().replace("-", " ")
    done = accept(fresh_database_url, tmp_path, spelled)
    assert (done.returncode, done.stdout) == (0, f"{code}: in_progress\n")
    with Session(engine_of_its_own) as session:
        stored = session.scalars(select(Report)).one()
        assert (stored.state, stored.version) == ("in_progress", 2)
        assert stored.published_at is not None

    again = accept(fresh_database_url, tmp_path, code)
    assert again.returncode == 1
    assert again.stderr.startswith("quangnam: Phản ánh đang ở trạng thái")
    assert len(again.stderr.splitlines()) == 1
    assert accept(fresh_database_url, tmp_path, "QN-0000-0000").returncode == 1
