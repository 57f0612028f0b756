"""Who a session speaks for; the roles themselves and their rights are in sql/roles, given after every migration."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
