"""Targets: indicators with their actual values, and the money of a directive as it is stated"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RELATIONS = ("at_least", "more_than", "at_most", "less_than", "equal", "range", "watched")
SOURCES = ("total", "state", "central", "local", "own", "other")
STAGES = ("needed", "planned", "allocated", "paid")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _told() -> tuple[sa.Column, ...]:  # type: ignore[type-arg]
    """Who stated a row, when, and through which door."""
    return (
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("relation", _one_of("relation", RELATIONS), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("upper", sa.BigInteger(), nullable=True),
        sa.Column("baseline", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.String(), nullable=False),
        sa.Column("whole", _one_of("whole", ("sum", "average", "last")), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        *_told(),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_indicator_directive_id_directive")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_indicator_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("directive_id", "code", name=op.f("uq_indicator_directive_id_code")),
    )
    op.create_index(op.f("ix_indicator_task_id"), "indicator", ["task_id"])
    op.create_table(
        "actual",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        *_told(),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_actual_agency_id_agency")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_actual_indicator_id_indicator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actual")),
        sa.UniqueConstraint(
            "indicator_id", "agency_id", "period", name=op.f("uq_actual_indicator_id_agency_id_period")
        ),
    )
    op.create_index(op.f("ix_actual_agency_id"), "actual", ["agency_id"])
    op.create_index(
        "uq_actual_of_all",
        "actual",
        ["indicator_id", "period"],
        unique=True,
        sqlite_where=sa.text("agency_id is null"),
        postgresql_where=sa.text("agency_id is null"),
    )
    op.create_table(
        "funding_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("stage", _one_of("stage", STAGES), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("beneficiary", sa.String(), nullable=False),
        sa.Column("source", _one_of("source", SOURCES), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        *_told(),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_funding_line_directive_id_directive")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_line")),
        sa.UniqueConstraint(
            "directive_id",
            "purpose",
            "stage",
            "period",
            "beneficiary",
            "source",
            "document_number",
            "place",
            name="uq_funding_line_stated",
        ),
    )


def downgrade() -> None:
    op.drop_table("funding_line")
    op.drop_table("actual")
    op.drop_table("indicator")
