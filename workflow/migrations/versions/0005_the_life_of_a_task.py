"""Requests, parts, period reports, roles, the rules of a directive; the history refuses to be changed"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("not_started", "in_progress", "submitted", "returned", "completed", "suspended", "cancelled")
# SQLite builds a table anew to add a checked column, and would lose the check that it does not report.
STATUS = sa.CheckConstraint(f"status in {STATES}", name="status")
RESTED = sa.CheckConstraint(f"rested_from in {STATES}", name="rested_from")


def upgrade() -> None:
    op.add_column("directive", sa.Column("deliverable", sa.String(), nullable=False, server_default="mark"))
    op.add_column("directive", _flag("confidential"))
    op.add_column("submission", sa.Column("document_on", sa.Date(), nullable=True))
    op.add_column("submission", _flag("nothing_arose"))
    op.add_column("submission", _flag("lacks_deliverable"))
    op.add_column("evidence", sa.Column("media_type", sa.String(), nullable=False, server_default=""))
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"])
    with op.batch_alter_table("handover") as handover:
        handover.alter_column("succession_id", nullable=True, existing_type=sa.Integer())
        for name, kind in (
            ("heir_id", sa.Integer()),
            ("moved_on", sa.Date()),
            ("reason", sa.String()),
            ("basis", sa.String()),
        ):
            handover.add_column(sa.Column(name, kind, nullable=True))
        handover.create_foreign_key(op.f("fk_handover_heir_id_agency"), "agency", ["heir_id"], ["id"])
    with op.batch_alter_table("occurrence", table_args=(STATUS,)) as occurrence:
        occurrence.add_column(_one_of("rested_from", *STATES, nullable=True))
    op.execute(
        """update occurrence set rested_from = case
            when (select s.decision from submission s where s.occurrence_id = occurrence.id order by s.number desc limit 1) = 'returned'
            then 'returned' when started_at is not null then 'in_progress' else 'not_started' end where status = 'suspended'"""
    )
    with op.batch_alter_table("audit_entry") as entry:
        # Hashes fall anywhere in an index: each entry would write a page of it. The chain shows a doubled one all the same.
        entry.drop_constraint(op.f("uq_audit_entry_hash"), type_="unique")
        entry.drop_index(op.f("ix_audit_entry_subject"))
    nowhere = sa.text("occurrence_id is null")
    op.create_index(
        "ix_audit_entry_subject", "audit_entry", ["subject"], sqlite_where=nowhere, postgresql_where=nowhere
    )
    _requests()
    _parts()
    _periods()
    _people()
    _guard_history()


def _requests() -> None:
    _table(
        "change_request",
        _key("occurrence_id", "occurrence"),
        _one_of("wish", "extension", "hand_on", "suspension", "cancellation"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("asked_by", "channel", "reason", "basis_number")),
        sa.Column("basis_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_due_on", sa.Date(), nullable=True),
        _key("asked_agency_id", "agency", nullable=True),
        _one_of("outcome", "waiting", "granted", "refused", "withdrawn", "lapsed"),
        sa.Column("granted_due_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decision_number", sa.String(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        unique=("occurrence_id", "wish", "number"),
    )
    waiting = sa.text("outcome = 'waiting'")
    op.create_index(
        "uq_change_request_waiting",
        "change_request",
        ["occurrence_id", "wish"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _parts() -> None:
    _table(
        "part",
        _key("occurrence_id", "occurrence"),
        sa.Column("number", sa.Integer(), nullable=False),
        _key("agency_id", "agency"),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        _one_of("status", "waiting", "given", "dropped"),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        unique=("occurrence_id", "number"),
        index=("agency_id",),
    )


def _periods() -> None:
    _table(
        "period_report",
        _key("occurrence_id", "occurrence"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("period", "result", "document_number")),
        sa.Column("nothing_arose", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("by", "channel")),
        unique=("occurrence_id", "period"),
    )
    _table(
        "closed_period",
        _key("directive_id", "directive"),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        unique=("directive_id", "period"),
    )


def _people() -> None:
    _table(
        "directive_reader",
        _key("directive_id", "directive"),
        _key("agency_id", "agency"),
        unique=("directive_id", "agency_id"),
        index=("directive_id", "agency_id"),
    )
    _table(
        "appointment",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        _one_of("role", "focal_point", "head", "monitor", "office", "leader", "administrator"),
        _key("agency_id", "agency", nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        index=("agency_id",),
    )


def _guard_history() -> None:
    """Entries are added and never touched again; whoever has the database password can still drop the guard, which the chain shows."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger audit_entry_no_{verb} before {verb} on audit_entry "
                "begin select raise(abort, 'entries of the history are never changed'); end"
            )
        op.execute(  # "insert or replace" deletes without a word to the trigger above
            "create trigger audit_entry_no_replace before insert on audit_entry "
            "when exists (select 1 from audit_entry where id = new.id) "
            "begin select raise(abort, 'entries of the history are never changed'); end"
        )
        return
    op.execute(
        "create function audit_entry_guard() returns trigger language plpgsql as "
        "$$ begin raise exception 'entries of the history are never changed'; end $$"
    )
    op.execute(
        "create trigger audit_entry_no_change before update or delete on audit_entry "
        "for each row execute function audit_entry_guard()"
    )
    op.execute(
        "create trigger audit_entry_no_truncate before truncate on audit_entry "
        "for each statement execute function audit_entry_guard()"
    )


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _key(name: str, points_to: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, info={"points_to": points_to})


def _one_of(name: str, *values: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, length=20, create_constraint=True)
    return sa.Column(name, kind, nullable=nullable)


def _table(name: str, *columns: sa.Column, unique: tuple[str, ...] = (), index: tuple[str, ...] = ()) -> None:  # type: ignore[type-arg]
    keys = [
        sa.ForeignKeyConstraint(
            [c.name], [f"{c.info['points_to']}.id"], name=op.f(f"fk_{name}_{c.name}_{c.info['points_to']}")
        )
        for c in columns
        if c.info.get("points_to")
    ]
    rules = [sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}"))] if unique else []
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *keys,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *rules,
    )
    for column in index:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete", "replace"):
            op.execute(f"drop trigger audit_entry_no_{verb}")
    else:
        op.execute("drop trigger audit_entry_no_change on audit_entry")
        op.execute("drop trigger audit_entry_no_truncate on audit_entry")
        op.execute("drop function audit_entry_guard()")
    for name in ("appointment", "directive_reader", "closed_period", "period_report", "part", "change_request"):
        op.drop_table(name)
    op.execute("delete from handover where succession_id is null")
    with op.batch_alter_table("handover") as handover:
        handover.drop_constraint(op.f("fk_handover_heir_id_agency"), type_="foreignkey")
        for name in ("heir_id", "moved_on", "reason", "basis"):
            handover.drop_column(name)
        handover.alter_column("succession_id", nullable=False, existing_type=sa.Integer())
    with op.batch_alter_table("occurrence", table_args=(STATUS,)) as occurrence:
        occurrence.drop_constraint(op.f("ck_occurrence_rested_from"), type_="check")
        occurrence.drop_column("rested_from")
    with op.batch_alter_table("audit_entry") as entry:
        entry.create_unique_constraint(op.f("uq_audit_entry_hash"), ["hash"])
    op.drop_index("ix_audit_entry_subject", "audit_entry")
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"])
    op.drop_index(op.f("ix_evidence_sha256"), "evidence")
    op.drop_column("evidence", "media_type")
    for name in ("lacks_deliverable", "nothing_arose", "document_on"):
        op.drop_column("submission", name)
    for name in ("confidential", "deliverable"):
        op.drop_column("directive", name)
