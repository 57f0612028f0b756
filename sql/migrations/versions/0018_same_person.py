"""One person under two spellings of a post: accents, punctuation and what cannot be seen no longer make two."""

from pathlib import Path

from alembic import op

from include.warehouse.sql import run_script

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run the file of the same name; migrations only go forward."""
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
