"""Releases: what was frozen, who reviewed and approved it, what was rendered, what went to whom."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
