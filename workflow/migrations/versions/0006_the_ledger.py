"""The ledger of reminders: versions of deadlines, occasions beside rungs, what was skipped, mornings, calendar feeds"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occurrence", sa.Column("deadline_version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(op.f("ix_occurrence_opens_on"), "occurrence", ["opens_on"])
    op.drop_index(op.f("ix_occurrence_due_on"), "occurrence")
    still = sa.text("status in ('not_started', 'in_progress', 'returned')")
    op.create_index(
        "ix_occurrence_open", "occurrence", ["due_on", "agency_id"], sqlite_where=still, postgresql_where=still
    )
    waits = sa.text("status = 'submitted'")
    op.create_index("ix_occurrence_submitted", "occurrence", ["task_id"], sqlite_where=waits, postgresql_where=waits)
    op.add_column("agency", sa.Column("head_mailbox", sa.String(), nullable=True))
    op.add_column("heartbeat", sa.Column("upto", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("kind", sa.String(), nullable=False, server_default="digest"))
    op.add_column("message", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.execute("update message set kind = 'office' where key like 'office:%'")
    op.create_index(op.f("ix_message_recipient"), "message", ["recipient"])
    op.execute(
        """update occurrence set deadline_version = 1 + (select count(*) from audit_entry e
            where e.occurrence_id = occurrence.id and e.act in ('set deadline', 'grant extension'))"""
    )
    _reminders()
    op.create_table(
        "morning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("knew", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_morning_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_morning")),
        sa.UniqueConstraint("agency_id", "day", name=op.f("uq_morning_agency_id_day")),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("monitor", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_feed_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
    )
    _begin()


def _reminders() -> None:
    """Rungs become words, and a line belongs to a version of the deadline instead of to its day."""
    old = op.f("uq_reminder_occurrence_id_due_on_rung_recipient")
    with op.batch_alter_table("reminder") as reminder:
        reminder.drop_constraint(old, type_="unique")
        reminder.alter_column("rung", type_=sa.String(), existing_type=sa.Integer(), postgresql_using="rung::text")
        reminder.alter_column("message_id", nullable=True, existing_type=sa.Integer())
        reminder.alter_column("due_on", nullable=True, existing_type=sa.Date())
        reminder.add_column(sa.Column("deadline_version", sa.Integer(), nullable=False, server_default="1"))
        reminder.add_column(sa.Column("at", sa.DateTime(), nullable=True))
        reminder.add_column(sa.Column("skipped", sa.String(), nullable=True))
    op.execute("update reminder set at = (select m.queued_at from message m where m.id = reminder.message_id)")
    # A day that stands is of the newest version; which versions the others were of is not known, only that they were others.
    op.execute(
        """update reminder set deadline_version = case
            when due_on = (select o.due_on from occurrence o where o.id = reminder.occurrence_id)
            then (select o.deadline_version from occurrence o where o.id = reminder.occurrence_id)
            else -(select count(distinct r.due_on) from reminder r where r.occurrence_id = reminder.occurrence_id and r.due_on <= reminder.due_on)
            end"""
    )
    with op.batch_alter_table("reminder") as reminder:
        reminder.alter_column("at", nullable=False, existing_type=sa.DateTime())
        reminder.create_unique_constraint(
            op.f("uq_reminder_occurrence_id_deadline_version_rung_recipient"),
            ["occurrence_id", "deadline_version", "rung", "recipient"],
        )


def _begin() -> None:
    """Where the clock ran before, nobody is told anew what is long known: the history counts from here, the days from the
    day before the last tick, whose hour may have come before an agency's own."""
    connection = op.get_bind()
    ticked, newest = connection.execute(
        sa.text("select (select max(at) from heartbeat where name = 'tick'), (select max(id) from audit_entry)")
    ).one()
    if not ticked or not newest:
        return
    at = datetime.fromisoformat(ticked) if isinstance(ticked, str) else ticked
    morning = sa.table(
        "morning",
        *(sa.column(n) for n in ("agency_id", "upto", "knew")),
        sa.column("day", sa.Date()),
        sa.column("at", sa.DateTime()),
    )
    known = {"day": at.date() - timedelta(days=1), "at": at, "upto": newest, "knew": ""}
    rows = [{"agency_id": row[0], **known} for row in connection.execute(sa.text("select id from agency"))]
    op.bulk_insert(morning, rows)
    beat = sa.table("heartbeat", sa.column("name"), sa.column("upto"), sa.column("at", sa.DateTime()))
    op.bulk_insert(beat, [{"name": "urgent", "at": known["at"] - timedelta(days=1), "upto": newest}])


def downgrade() -> None:
    op.drop_table("feed")
    op.drop_table("morning")
    op.execute("delete from heartbeat where name in ('urgent', 'plan')")
    op.execute(
        "delete from reminder where message_id is null or rung like '%:%' or rung in ('new', 'opens') or due_on is null"
    )
    op.execute(
        """delete from reminder where id not in
            (select min(r.id) from reminder r group by r.occurrence_id, r.due_on, r.rung, r.recipient)"""
    )
    with op.batch_alter_table("reminder") as reminder:
        reminder.drop_constraint(op.f("uq_reminder_occurrence_id_deadline_version_rung_recipient"), type_="unique")
        for name in ("skipped", "at", "deadline_version"):
            reminder.drop_column(name)
        reminder.alter_column("due_on", nullable=False, existing_type=sa.Date())
        reminder.alter_column("message_id", nullable=False, existing_type=sa.Integer())
        reminder.alter_column("rung", type_=sa.Integer(), existing_type=sa.String(), postgresql_using="rung::integer")
        reminder.create_unique_constraint(
            op.f("uq_reminder_occurrence_id_due_on_rung_recipient"), ["occurrence_id", "due_on", "rung", "recipient"]
        )
    op.drop_index(op.f("ix_message_recipient"), "message")
    op.drop_column("message", "doubts")
    op.drop_column("message", "kind")
    op.drop_column("heartbeat", "upto")
    op.drop_column("agency", "head_mailbox")
    op.drop_index(op.f("ix_occurrence_opens_on"), "occurrence")
    op.drop_index("ix_occurrence_open", "occurrence")
    op.drop_index("ix_occurrence_submitted", "occurrence")
    op.create_index(op.f("ix_occurrence_due_on"), "occurrence", ["due_on"])
    op.drop_column("occurrence", "deadline_version")
