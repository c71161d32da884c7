"""The phone's router against the server's: how large its borders are, and how often it sends a pin elsewhere."""

import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from boundaries import atlas, editions
from geo.settings import Settings
from tests.boundaries import phone, points

UNIFORM, NEAR = 30_000, 2_000

pytestmark = pytest.mark.benchmark_only


@pytest.mark.parametrize("code", ["2020", "2025-01", "2025-07"])
def test_agreement(
    session: Session, settings: Settings, tmp_path: Path, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edition = editions.find(session, code)
    polygons = atlas.sheet(session, edition, edition.routing_level).polygons
    rng = np.random.default_rng(7)
    some = [points.uniform(rng, polygons, UNIFORM), points.near_borders(rng, polygons, NEAR, 300)]
    lon, lat = (np.concatenate(axis) for axis in zip(*some, strict=True))
    start = time.perf_counter()
    both = phone.compare(session, settings, tmp_path, edition, lon, lat)
    took = time.perf_counter() - start
    different = both.different
    reasons = np.array([one.get("reason", {"code": ""})["code"] for one in both.phone], object) == both.server.reason
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{code}: {len(polygons)} areas, {both.size:,} bytes, {both.compressed:,} compressed; "
            f"same unit {1 - different[:UNIFORM].mean():.3%} of {UNIFORM:,} uniform pins, "
            f"{1 - different[UNIFORM:].mean():.1%} of {NEAR:,} within 300 m of a border; "
            f"same reason {reasons[:UNIFORM].mean():.2%}; the furthest disagreement "
            f"{both.margin[different].max():.0f} m from a border, "
            f"the median {np.median(both.margin[different]):.0f} m ({took:.1f} s)"
        )
    assert both.margin[different].max() < settings.border_uncertainty
