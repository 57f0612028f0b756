"""Backups and restores are entries of the audit log."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
