"""Acting from the letter: links bound to the deadline's version, codes, uploads, limits, letters that come in, notes"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("link_policy", sa.String(), nullable=True))
    # Links of before are signed otherwise and act no more; whoever has one asks for a new letter.
    op.execute("update action_link set revoked_at = issued_at where revoked_at is null")
    with op.batch_alter_table("action_link") as link:
        link.add_column(sa.Column("deadline_version", sa.Integer(), nullable=False, server_default="0"))
        link.add_column(sa.Column("about", sa.String(), nullable=False, server_default=""))
        link.drop_column("due_on")
    op.create_table(
        "link_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["action_link.id"], name=op.f("fk_link_code_link_id_action_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
    )
    op.create_index(op.f("ix_link_code_link_id"), "link_code", ["link_id"])
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["action_link.id"], name=op.f("fk_upload_link_id_action_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_link_id"), "upload", ["link_id"])
    op.create_table(
        "attempts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attempts")),
    )
    op.create_table(
        "incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("became", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["message.id"], name=op.f("fk_incoming_letter_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
        sa.UniqueConstraint("key", name=op.f("uq_incoming_key")),
    )
    op.create_index(op.f("ix_incoming_letter_id"), "incoming", ["letter_id"])
    kinds = sa.Enum(
        "progress", "comment", "unverified", name="kind", native_enum=False, length=20, create_constraint=True
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incoming_id"], ["incoming.id"], name=op.f("fk_note_incoming_id_incoming")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"], name=op.f("fk_note_occurrence_id_occurrence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_incoming_id"), "note", ["incoming_id"])
    op.create_index(op.f("ix_note_occurrence_id"), "note", ["occurrence_id"])
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("note_id", sa.Integer(), nullable=True))
        evidence.create_foreign_key(op.f("fk_evidence_note_id_note"), "note", ["note_id"], ["id"])
        evidence.create_index(op.f("ix_evidence_note_id"), ["note_id"])


def downgrade() -> None:
    op.execute("delete from evidence where note_id is not null and submission_id is null")
    with op.batch_alter_table("evidence") as evidence:
        evidence.drop_index(op.f("ix_evidence_note_id"))
        evidence.drop_constraint(op.f("fk_evidence_note_id_note"), type_="foreignkey")
        evidence.drop_column("note_id")
    for table in ("note", "incoming", "attempts", "upload", "link_code"):
        op.drop_table(table)
    op.execute("delete from delivery where outcome in ('bounced', 'delayed')")
    op.execute("delete from action_link where act <> 'report_done'")
    with op.batch_alter_table("action_link") as link:
        link.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        link.drop_column("about")
        link.drop_column("deadline_version")
    op.drop_column("agency", "link_policy")
