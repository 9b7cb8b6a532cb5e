"""Letters that answer requests and put a hand-over on record; the signed file that is mailed"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = ("press", "progress")
NOW = (*BEFORE, "extension", "handover")
KEYS = (
    ("dispatch", "former_id", "agency", False),
    ("dispatch", "heir_id", "agency", False),
    ("dispatch_line", "request_id", "change_request", True),
    ("evidence", "dispatch_id", "dispatch", True),
    ("message", "dispatch_id", "dispatch", True),
)


def upgrade() -> None:
    _dispatch(NOW, answer_by_may_lack=True)
    op.add_column("dispatch_line", sa.Column("facts", sa.JSON(), nullable=True))
    for table, column, other, indexed in KEYS:  # as one statement, so that SQLite need not copy a whole outbox
        name = f"fk_{table}_{column}_{other}"
        op.execute(f"alter table {table} add column {column} integer constraint {name} references {other} (id)")
        if indexed:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    new = "select id from dispatch where kind in ('extension', 'handover')"
    for table in ("reminder", "delivery"):
        op.execute(f"delete from {table} where message_id in (select id from message where dispatch_id is not null)")
    op.execute("delete from message where dispatch_id is not null")
    op.execute("delete from evidence where dispatch_id is not null")
    op.execute(f"delete from dispatch_line where dispatch_id in ({new})")
    op.execute("delete from dispatch where kind in ('extension', 'handover')")
    for table, column, _other, indexed in reversed(KEYS):
        if indexed:
            op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.drop_column(table, column)
    op.drop_column("dispatch_line", "facts")
    _dispatch(BEFORE, answer_by_may_lack=False)


def _dispatch(kinds: tuple[str, ...], *, answer_by_may_lack: bool) -> None:
    """Let a dispatch be of some kinds, and whether it may name no day for an answer."""
    with op.batch_alter_table("dispatch") as dispatch:
        dispatch.drop_constraint(op.f("ck_dispatch_kind"), type_="check")
        dispatch.create_check_constraint(op.f("ck_dispatch_kind"), sa.column("kind").in_(kinds))
        dispatch.alter_column("answer_by", existing_type=sa.Date(), nullable=answer_by_may_lack)
