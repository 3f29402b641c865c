"""Everything that can go wrong, each in one sentence that names the part and the mend."""

from __future__ import annotations


class MoodroomError(Exception):
    """Base of all errors that a user may read; `str(error)` is one plain sentence."""


class ConfigError(MoodroomError):
    """The configuration, an argument or an input file can't be used as it is. Exit code 2."""


class SourceError(ConfigError):
    """What the user named as a replay's source can't be replayed. Exit code 2."""


class DataError(ConfigError):
    """A labelled set of faces can't be used. Exit code 2."""


class TableError(ConfigError):
    """A table of songs can't be used. Exit code 2."""


class LibraryError(MoodroomError):
    """The listener's library can't do what was asked; the sentence says what is missing."""


class CameraError(MoodroomError):
    """A camera can't be opened, or stopped giving frames. The daemon tries again."""


class ModelError(MoodroomError):
    """A model file is missing, damaged, or isn't what its sidecar says."""


class JournalError(MoodroomError):
    """The journal can't be read or written. The daemon goes on without it."""


class BrokerError(MoodroomError):
    """The MQTT broker can't be reached or refuses us. The daemon tries again."""


class PlayerError(MoodroomError):
    """A player can't do what was asked of it.

    retry_after: seconds to wait before the next try, None where the worker's own back-off decides.
    lasting: the same wish would fail again, so it isn't kept; the player itself works.
    """

    lasting = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
