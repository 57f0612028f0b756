"""The map before and since 01/07/2025, public holidays, and answers about unusual figures."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
