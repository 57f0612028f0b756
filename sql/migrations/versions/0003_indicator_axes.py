"""How an indicator may be broken down, and whose figures are only set beside the others'."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
