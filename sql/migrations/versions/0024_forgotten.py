"""Registers with a column of people are forgotten, also those that came before; what the columns say, said anew."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
