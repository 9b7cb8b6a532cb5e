"""Runs the migrations on the connection that `workflow.database` hands over."""

from alembic import context
from sqlmodel import SQLModel

import workflow.record  # noqa: F401 - the tables register themselves

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, transactional_ddl=True
)
context.run_migrations()
