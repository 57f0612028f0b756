"""The same project told by several sources is counted once; a person confirms what is only likely."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
