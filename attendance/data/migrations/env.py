"""Runs the migrations on the connection that ``attendance.data.upgrade`` hands over.

That connection has foreign keys off and an open IMMEDIATE transaction: with foreign keys on, a batch
recreation of a parent table empties its children without any error.
"""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
