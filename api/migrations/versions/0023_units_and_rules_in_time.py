"""Units that become others, rules with days and priority, which rule decided a routing

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("units", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_units_merged_into_id_units"), "units", "units", ["merged_into_id"], ["id"])
    op.create_check_constraint(op.f("ck_units_days"), "units", "valid_from <= valid_until")
    op.create_check_constraint(
        op.f("ck_units_merged"), "units", "merged_into_id IS NULL OR (valid_until IS NOT NULL AND merged_into_id <> id)"
    )
    op.drop_constraint(op.f("uq_rules_category_id_area_code"), "rules")
    op.add_column("rules", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rules", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("rules", sa.Column("valid_until", sa.Date(), nullable=True))
    # A rule may end on the day it began: it was one for some hours.
    op.create_check_constraint(op.f("ck_rules_days"), "rules", "valid_from <= valid_until")
    op.create_index(op.f("ix_rules_category_id"), "rules", ["category_id"])
    # With the column itself: then the rows that are there, which name no rule, are not read.
    op.execute(
        "ALTER TABLE assignments ADD COLUMN rule_id integer"
        " CONSTRAINT fk_assignments_rule_id_rules REFERENCES rules (id) ON DELETE SET NULL"
    )
    op.create_index(
        "ix_assignments_rule_id", "assignments", ["rule_id"], postgresql_where=sa.text("rule_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_column("assignments", "rule_id")
    # The schema before has one rule for a category in an area, and all of them hold for ever: the newest that does now.
    op.execute(
        "DELETE FROM rules WHERE valid_until <= current_date OR valid_from > current_date OR EXISTS ("
        " SELECT FROM rules AS other WHERE other.category_id = rules.category_id"
        " AND other.area_code IS NOT DISTINCT FROM rules.area_code AND other.id > rules.id"
        " AND coalesce(other.valid_until, 'infinity') > current_date"
        " AND coalesce(other.valid_from, '-infinity') <= current_date)"
    )
    op.drop_index(op.f("ix_rules_category_id"), "rules")
    op.drop_constraint(op.f("ck_rules_days"), "rules")
    for column in ("valid_until", "valid_from", "priority"):
        op.drop_column("rules", column)
    op.execute(
        "ALTER TABLE rules ADD CONSTRAINT uq_rules_category_id_area_code"
        " UNIQUE NULLS NOT DISTINCT (category_id, area_code)"
    )
    op.drop_constraint(op.f("ck_units_merged"), "units")
    op.drop_constraint(op.f("ck_units_days"), "units")
    op.drop_column("units", "merged_into_id")
