"""Alembic's entry: runs inside the connection that `dossiers.db.migrate.upgrade` hands over."""

from alembic import context

import dossiers.db.data_set_tables
import dossiers.db.model_tables
import dossiers.db.trust  # noqa: F401 (registers the tables)
from dossiers.db.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
