"""What a backup consists of. Pure."""

from __future__ import annotations

FORMAT, VERSION = "moodroom-backup", 1
MANIFEST, CONFIG, JOURNAL, SECRETS = "manifest.json", "config.yaml", "journal.db", "secrets"
# Files of the state directory: what people have set, the camera's switch, the set-up's steps. Codes, sessions and
# what only matters to a running device aren't among them.
STATE = ("settings", "camera", "setup")
# Files of the state directory that are only in a backup whose secrets were asked for, and encrypted there.
SECRET_STATE = ("spotify_login.json", "web_password", "mqtt_password", "mpd_password")
# In the state directory: a backup that the page has taken in, restored when the parts are next put together; and what
# restores have replaced.
PENDING, KEPT_FOLDER = "restore.pending", "before_restore"
TEXT_MAX_BYTES, JOURNAL_MAX_BYTES = 512 * 1024, 512 * 1024 * 1024
# The most that a backup may have, in its parts together; as a file it is smaller.
BACKUP_MAX_BYTES = JOURNAL_MAX_BYTES + 16 * 1024 * 1024


def largest(name: str) -> int | None:
    """The most bytes that a part may have; None for what is no part of a backup."""
    if name == JOURNAL:
        return JOURNAL_MAX_BYTES
    return TEXT_MAX_BYTES if name in (MANIFEST, CONFIG, SECRETS, *(f"state/{one}" for one in STATE)) else None
