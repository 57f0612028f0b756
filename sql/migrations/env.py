"""Alembic's entry: runs on the connection `include.warehouse.migrate` hands over, or on the configured warehouse."""

from alembic import context
from sqlalchemy import Connection


def run(connection: Connection) -> None:
    """Apply the migrations on `connection`, all in its transaction."""
    context.configure(connection=connection, version_table_schema="public")
    with context.begin_transaction():
        context.run_migrations()


def run_from_the_command_line() -> None:
    """Apply them for someone who typed `alembic -c sql/migrations/alembic.ini upgrade head`."""
    from include.warehouse.connect import engine, warehouse_url

    with engine(warehouse_url()).begin() as connection:
        run(connection)


given_connection = context.config.attributes.get("connection")
if given_connection is None:
    run_from_the_command_line()
else:
    run(given_connection)
