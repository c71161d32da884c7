from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from geo.models import Media, Report

LONG = " ".join(["Ổ gà lớn trước cổng chợ Tam Kỳ, nhiều người ngã xe."] * 12)  # some 900 bytes


@pytest.fixture
def filled(session: Session, make_report: Callable[..., Report]) -> Connection:
    """Reports of every kind: published with pictures, unpublished, sensitive, withdrawn, with hostile text."""
    made = [
        make_report(content="Đèn đường hỏng ở Tam Kỳ", accepted=True, lon=108.474, lat=15.5736, area_code="502"),
        make_report(content="Bí mật khi chưa tiếp nhận", name="Hồ Văn Kín", phone="+84912345678"),
        make_report(content="Bí mật luôn luôn", category="an-ninh-trat-tu", accepted=True, lon=108.1, lat=15.7),
        make_report(content='=HYPERLINK("http://x")\n<b>&"</b>\tĐá lở; 山 🚧', accepted=True, area_code="503"),
        make_report(content=LONG, accepted=True, lon=107.7, lat=15.1, area_code="516", commune_code="20950"),
        make_report(content="Bí mật đã rút", accepted=True),
    ]
    made[-1].state = "withdrawn"
    made[0].happened_at = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)  # half past midnight on 1 February in Vietnam
    made[1].second_of_id, made[4].lead_id = made[0].id, made[3].id
    session.add_all(Media(report_id=made[0].id, key=key, width=1, height=1) for key in ("zz", "aa"))
    session.add(Media(report_id=made[0].id, key="film", kind="video", width=1, height=1, seconds=3.0))
    session.add(Media(report_id=made[1].id, key="secret", width=1, height=1))
    session.flush()
    return session.connection()
