"""Reports of periods that are called for, and what agencies answer"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "period_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("called_at", sa.DateTime(), nullable=False),
        sa.Column("called_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_period_call_directive_id_directive")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_period_call_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_call")),
        sa.UniqueConstraint("directive_id", "period", name=op.f("uq_period_call_directive_id_period")),
        sa.UniqueConstraint("task_id", name=op.f("uq_period_call_task_id")),
    )
    op.create_table(
        "period_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("difficulties", sa.String(), nullable=False),
        sa.Column("proposals", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_period_answer_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_answer")),
        sa.UniqueConstraint("occurrence_id", name=op.f("uq_period_answer_occurrence_id")),
    )


def downgrade() -> None:
    op.drop_table("period_answer")
    op.drop_table("period_call")
