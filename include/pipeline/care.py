"""Care: what is done for the platform itself, not for a figure."""

from __future__ import annotations

from include.backups.folder import check_backup
from include.backups.write import write_backup
from include.settings import load_settings


def keep_backup() -> dict[str, int]:
    """Write the day's backup and read it back against its hashes; how many rows and files are in it.

    Raises BackupError: the run is red, and `ttdn doctor` tells how old the newest backup is.
    """
    backup = check_backup(write_backup(load_settings()).folder)
    return {"rows": backup.row_count, "files": backup.file_count, "unread": len(backup.unread)}
