"""Reports sent as Word documents: what they say in words, and what a person says of how they were read."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
