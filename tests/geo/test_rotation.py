from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import inbound, rotation, sealing, second_factor, senders
from geo.errors import SetupError
from geo.models import Report, Sender, SmsMessage, Unit, Webhook
from tests.conftest import SECRET

NEW = b"another key for tests only"
Make = Callable[..., Any]


def test_everything_opens_with_the_new_key_alone(session: Session, make_report: Make, make_user: Make) -> None:
    reports: list[Report] = [make_report(phone=f"+8490512345{n}") for n in range(3)]
    senders.erase(session, reports[2])
    user = make_user("operator", totp_key=sealing.seal(SECRET, second_factor.PURPOSE, "JBSWY3DPEHPK3PXP"))
    unit = session.scalars(select(Unit.id).limit(1)).one()
    hook = Webhook(unit_id=unit, url="https://example.vn", key=sealing.seal(SECRET, "webhook", "whsec_abc"))
    session.add(hook)
    told = SmsMessage(number_hash=b"1", answer={}, reply_to=sealing.seal(SECRET, inbound.PURPOSE, "+84905123456"))
    session.add(told)
    session.flush()
    for _time in range(2):  # again, as after a crash
        assert rotation.rotate(session, NEW, SECRET) == 2
        session.expire_all()
        sender = session.get_one(Sender, reports[0].id)
        assert senders.read(NEW, sender).phone == "+84905123450"
        assert sender.phone_hash == senders.phone_hash(NEW, "+84905123450")
        with pytest.raises(SetupError):
            senders.read(SECRET, sender)
        assert sealing.unseal(NEW, second_factor.PURPOSE, user.totp_key) == "JBSWY3DPEHPK3PXP"
        assert sealing.unseal(NEW, "webhook", hook.key) == "whsec_abc"
        assert sealing.unseal(NEW, inbound.PURPOSE, told.reply_to or "") == "+84905123456"


def test_with_the_wrong_old_key_nothing_changes(session: Session, make_report: Make) -> None:
    report: Report = make_report()
    session.commit()
    with pytest.raises(SetupError, match="QUANGNAM_SECRET_KEY"):
        rotation.rotate(session, NEW, b"not the key that it was")
    session.rollback()
    assert senders.read(SECRET, session.get_one(Sender, report.id)).name == "Trần Thị Bưởi"
