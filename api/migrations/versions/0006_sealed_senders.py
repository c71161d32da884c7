"""Senders sealed, each with a key of its own

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import context, op

from geo.senders import Contact, seal

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 10_000


def upgrade() -> None:
    for name in ("key", "contact", "phone_hash"):
        op.add_column("senders", sa.Column(name, sa.LargeBinary(), nullable=True))
    _seal()
    op.drop_index(op.f("ix_senders_phone"), table_name="senders")
    for name in ("name", "organisation", "phone", "email"):
        op.drop_column("senders", name)
    op.create_index(op.f("ix_senders_phone_hash"), "senders", ["phone_hash"])


def _seal() -> None:
    connection = op.get_bind()
    plain = sa.text(
        "SELECT report_id, name, phone, organisation, email FROM senders WHERE report_id > :done ORDER BY report_id"
        " LIMIT :most"
    )
    write = sa.text("UPDATE senders SET key = :key, contact = :contact, phone_hash = :phone_hash WHERE report_id = :id")
    done = -1
    while rows := connection.execute(plain, {"done": done, "most": BATCH}).all():
        secret = context.config.attributes["secret"]
        sealed = [(row.report_id, seal(secret, Contact(*row[1:]))) for row in rows]
        connection.execute(write, [{"id": number} | vars(one) for number, one in sealed])
        done = rows[-1].report_id


def downgrade() -> None:
    raise NotImplementedError("A sealed contact does not go back into the open; restore a backup instead.")
