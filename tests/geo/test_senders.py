"""Nobody reads a sender's name or phone out of the tables; who destroys their key destroys them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo import contacts, senders
from geo.errors import NotFoundError, SetupError
from geo.models import Sender
from geo.permissions import Actor
from geo.senders import Contact, phone_hash, read, seal

Make = Callable[..., Any]
SECRET = b"a key for tests only"


def test_a_contact_comes_back_by_the_same_secret_alone(session: Session, make_report: Make) -> None:
    report = make_report(name="Trần Thị Bưởi", email="buoi@example.vn")
    sender = session.get_one(Sender, report.id)
    assert read(SECRET, sender) == Contact("Trần Thị Bưởi", "+84905123456", None, "buoi@example.vn")
    with pytest.raises(SetupError, match="QUANGNAM_SECRET_KEY"):
        read(b"another key, not this one", sender)


def test_the_table_has_neither_names_nor_numbers(session: Session, make_report: Make) -> None:
    make_report(name="Trần Thị Bưởi", email="buoi@example.vn")
    raw = repr(session.execute(text("SELECT s::text, encode(contact, 'escape') FROM senders s")).all())
    for word in ("Bưởi", "905123456", "buoi@"):
        assert word not in raw
        assert word.encode().hex() not in raw


def test_a_phone_is_found_by_its_keyed_hash(session: Session, make_report: Make) -> None:
    one, other = make_report(), make_report(phone="+84905000001")
    found = session.scalars(
        select(Sender.report_id).where(Sender.phone_hash == phone_hash(SECRET, "+84905123456"))
    ).all()
    assert one.id in found
    assert other.id not in found
    assert phone_hash(b"another key, not this one", "+84905123456") != phone_hash(SECRET, "+84905123456")


def test_each_sender_has_a_key_of_their_own() -> None:
    contact = Contact("Trần Thị Bưởi", "+84905123456")
    one, other = seal(SECRET, contact), seal(SECRET, contact)
    assert senders.unwrap([SECRET], one.key) != senders.unwrap([SECRET], other.key)
    assert senders.unwrap([b"a newer key than that", SECRET], one.key) == senders.unwrap([SECRET], one.key)
    assert one.phone_hash == other.phone_hash


def test_what_was_erased_is_gone_and_the_report_stays(session: Session, make_report: Make) -> None:
    report = make_report()
    sender = session.get_one(Sender, report.id)
    senders.erase(session, report)
    session.refresh(sender)
    assert (sender.key, sender.contact, sender.phone_hash, sender.token_hash) == (None, None, None, None)
    with pytest.raises(NotFoundError, match="đã được xóa"):
        read(SECRET, sender)
    assert report.content


def test_who_saw_whom_is_listed_for_whoever_examines_a_breach(
    session: Session, make_report: Make, make_user: Make
) -> None:
    report, officer = make_report(unit="ubnd-503"), make_user("officer", unit="ubnd-503")
    who = Actor("officer", unit_id=officer.unit_id, user_id=officer.id)
    before = datetime.now(UTC)
    contacts.look(session, report, who, "gọi hỏi thêm", secret=SECRET)
    session.flush()
    found = session.execute(contacts.looks_since(before - timedelta(minutes=1))).all()
    assert [tuple(row)[1:] for row in found] == [(report.code, officer.email, "ubnd-503", "gọi hỏi thêm")]
    assert session.execute(contacts.looks_since(before + timedelta(minutes=1))).all() == []
