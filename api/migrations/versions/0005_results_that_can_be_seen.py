"""Categories whose results can be photographed

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("categories", sa.Column("visible", sa.Boolean(), server_default="false", nullable=False))
    op.execute(
        """
        UPDATE categories SET visible = true WHERE code IN (
            'cap-thoat-nuoc', 'cay-xanh',
            'dien-chieu-sang', 'giao-thong', 'ha-tang-do-thi', 'tai-nguyen-khoang-san', 'thien-tai-thoi-tiet',
            've-sinh-moi-truong'
        )
        """
    )


def downgrade() -> None:
    op.drop_column("categories", "visible")
