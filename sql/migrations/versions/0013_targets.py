"""Targets and legal bases as dated data, what a silent body means for an indicator, words given about figures."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
