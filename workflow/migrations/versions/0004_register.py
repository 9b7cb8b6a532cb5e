"""The register in full: validity, groups, names by issuer; succession; who a duty was issued to and who owes it now"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AGENCY = ("short_name", "level", "identifier", "scheme", "deputy_mailbox", "language", "working_hours", "source")
# SQLite builds a table anew to drop a constraint, and would lose the checks that it does not report.
STATUS = sa.CheckConstraint(
    "status in ('not_started', 'in_progress', 'submitted', 'returned', 'completed', 'suspended', 'cancelled')",
    name="status",
)
ROLE = sa.CheckConstraint("role in ('lead', 'coordinating')", name="role")


def upgrade() -> None:
    for name in AGENCY:
        blank = {"nullable": False, "server_default": ""} if name in ("short_name", "source") else {"nullable": True}
        op.add_column("agency", sa.Column(name, sa.String(), **blank))
    op.add_column("agency", sa.Column("rule", sa.JSON(), nullable=True))
    with op.batch_alter_table("agency_alias") as alias:
        alias.add_column(sa.Column("scope_id", sa.Integer(), nullable=True))
        alias.drop_constraint(op.f("uq_agency_alias_folded"), type_="unique")
        alias.create_unique_constraint(op.f("uq_agency_alias_folded_scope_id"), ["folded", "scope_id"])
        alias.create_foreign_key(op.f("fk_agency_alias_scope_id_agency"), "agency", ["scope_id"], ["id"])
        alias.create_index(op.f("ix_agency_alias_scope_id"), ["scope_id"])
    with op.batch_alter_table("directive") as directive:
        directive.add_column(sa.Column("issuer_id", sa.Integer(), nullable=True))
        directive.create_foreign_key(op.f("fk_directive_issuer_id_agency"), "agency", ["issuer_id"], ["id"])
        directive.create_index(op.f("ix_directive_issuer_id"), ["issuer_id"])
    with op.batch_alter_table("assignment", table_args=(ROLE,)) as assignment:
        assignment.add_column(sa.Column("owed_by_id", sa.Integer(), nullable=True))
        assignment.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        assignment.drop_constraint(op.f("uq_assignment_task_id_role_position"), type_="unique")
        assignment.create_foreign_key(op.f("fk_assignment_owed_by_id_agency"), "agency", ["owed_by_id"], ["id"])
        assignment.create_foreign_key(op.f("fk_assignment_group_id_agency"), "agency", ["group_id"], ["id"])
        assignment.create_index(op.f("ix_assignment_owed_by_id"), ["owed_by_id"])
    op.add_column("occurrence", sa.Column("issued_to_id", sa.Integer(), nullable=True))
    op.execute("update occurrence set issued_to_id = agency_id")
    with op.batch_alter_table("occurrence", table_args=(STATUS,)) as occurrence:
        occurrence.alter_column("issued_to_id", nullable=False, existing_type=sa.Integer())
        occurrence.drop_constraint(op.f("uq_occurrence_task_id_agency_id_period"), type_="unique")
        occurrence.create_unique_constraint(
            op.f("uq_occurrence_task_id_issued_to_id_period"), ["task_id", "issued_to_id", "period"]
        )
        occurrence.create_foreign_key(op.f("fk_occurrence_issued_to_id_agency"), "agency", ["issued_to_id"], ["id"])
        occurrence.create_index(op.f("ix_occurrence_issued_to_id"), ["issued_to_id"])
    _members()
    _succession()
    _handover()


def _members() -> None:
    _table(
        "group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.UniqueConstraint("group_id", "agency_id", name=op.f("uq_group_member_group_id_agency_id")),
        points={"group_id": "agency", "agency_id": "agency"},
    )


def _succession() -> None:
    _table(
        "succession",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("former_id", sa.Integer(), nullable=False),
        sa.Column("heir_id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("tasks", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("former_valid_to", sa.Date(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=False),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        points={"former_id": "agency", "heir_id": "agency"},
        also=("batch",),
    )


def _handover() -> None:
    _table(
        "handover",
        sa.Column("succession_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.Column("focal_point_id", sa.Integer(), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("held", sa.String(), nullable=True),
        points={
            "succession_id": "succession",
            "occurrence_id": "occurrence",
            "assignment_id": "assignment",
            "directive_id": "directive",
            "focal_point_id": "focal_point",
            "child_id": "agency",
            "agency_id": "agency",
        },
        only=("succession_id", "occurrence_id", "assignment_id", "focal_point_id"),
    )


def _table(
    name: str,
    *columns: sa.schema.SchemaItem,
    points: dict[str, str],
    also: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
) -> None:
    """A table with its keys, and an index for each column that points elsewhere (or for `only` those)."""
    keys = [
        sa.ForeignKeyConstraint(
            [key],
            [f"{table}.id"],
            name=op.f(f"fk_{name}_{key}_{table}"),
            ondelete="SET NULL" if table == "assignment" else None,  # an amendment may take an agency's part away
        )
        for key, table in points.items()
    ]
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *keys,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for key in (*(only or points), *also):
        op.create_index(op.f(f"ix_{name}_{key}"), name, [key])


def downgrade() -> None:
    for name in ("handover", "succession", "group_member"):
        op.drop_table(name)
    op.execute("update occurrence set agency_id = issued_to_id")  # as if nobody had taken over anything
    op.execute("delete from agency_alias where scope_id is not null")
    with op.batch_alter_table("occurrence", table_args=(STATUS,)) as occurrence:
        occurrence.drop_index(op.f("ix_occurrence_issued_to_id"))
        occurrence.drop_constraint(op.f("fk_occurrence_issued_to_id_agency"), type_="foreignkey")
        occurrence.drop_constraint(op.f("uq_occurrence_task_id_issued_to_id_period"), type_="unique")
        occurrence.drop_column("issued_to_id")
        occurrence.create_unique_constraint(
            op.f("uq_occurrence_task_id_agency_id_period"), ["task_id", "agency_id", "period"]
        )
    op.execute("delete from assignment where group_id is not null")
    with op.batch_alter_table("assignment", table_args=(ROLE,)) as assignment:
        assignment.drop_index(op.f("ix_assignment_owed_by_id"))
        for name in ("owed_by_id", "group_id"):
            assignment.drop_constraint(op.f(f"fk_assignment_{name}_agency"), type_="foreignkey")
            assignment.drop_column(name)
        assignment.create_unique_constraint(
            op.f("uq_assignment_task_id_role_position"), ["task_id", "role", "position"]
        )
    with op.batch_alter_table("directive") as directive:
        directive.drop_index(op.f("ix_directive_issuer_id"))
        directive.drop_constraint(op.f("fk_directive_issuer_id_agency"), type_="foreignkey")
        directive.drop_column("issuer_id")
    with op.batch_alter_table("agency_alias") as alias:
        alias.drop_index(op.f("ix_agency_alias_scope_id"))
        alias.drop_constraint(op.f("fk_agency_alias_scope_id_agency"), type_="foreignkey")
        alias.drop_constraint(op.f("uq_agency_alias_folded_scope_id"), type_="unique")
        alias.drop_column("scope_id")
        alias.create_unique_constraint(op.f("uq_agency_alias_folded"), ["folded"])
    for name in (*AGENCY, "rule"):
        op.drop_column("agency", name)
