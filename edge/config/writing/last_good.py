"""The last text of a configuration file that a device could use, for when somebody breaks the file by hand."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from datetime import datetime, timezone
from pathlib import Path

from edge.config.writing.versions import forget_all_but, read_kept
from edge.errors import ConfigError
from edge.sentences import Sentence
from edge.system.files import make_folder, write_atomically
from edge.system.reading import reason_of

log = logging.getLogger(__name__)
BROKEN_MAX = 10


class LastGood:
    """Keeps a file's last good text, saved when the file was; and what was broken, when it is replaced."""

    def __init__(self, file: Path, folder: Path) -> None:
        """folder: where both are kept; other files may have theirs there, too."""
        self._file, self._folder = file, folder
        name = hashlib.sha256(os.fsencode(file.absolute())).hexdigest()[:12]
        self.path = folder / f"good-{name}.yaml"

    def keep(self, text: str) -> None:
        """Keep a text that the file has now; a card isn't written for one that is kept already. Never raises."""
        if read_kept(self.path) == text:
            return
        try:
            make_folder(self._folder)
            write_atomically(self.path, text)
            saved = self._file.stat().st_mtime
            os.utime(self.path, (saved, saved))
        except OSError as error:
            log.warning("configuration: %s can't be written (%s)", self.path, error.strerror)

    def put_aside(self) -> Path | None:
        """Keep the file, whatever is in it, before it is replaced; raises ConfigError if that can't be done.

        What can't be copied, such as a folder, is renamed; then this returns its new path.
        """
        if not os.path.lexists(self._file):
            return None
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
        copied = os.path.isfile(self._file) and os.access(self._file, os.R_OK)
        try:
            if copied:
                make_folder(self._folder)
                target = self._folder / f"broken-{now}.yaml"
                shutil.copyfile(self._file, target)
                target.chmod(0o600)
            else:
                target = self._file.with_name(f"{self._file.name}.broken-{now}")
                self._file.rename(target)
        except OSError as error:
            sentence = Sentence(
                "{path}: can't be kept ({reason}); nothing was changed", path=str(self._file), reason=reason_of(error)
            )
            raise ConfigError(sentence) from None
        log.warning(
            "configuration: %s is replaced by its last good version; what was in it is in %s", self._file, target
        )
        forget_all_but(BROKEN_MAX, sorted(self._folder.glob("broken-*.yaml")))
        return None if copied else target
