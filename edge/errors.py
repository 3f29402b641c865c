"""The errors that a user may read; `str(error)` is one sentence that names the part or key, the cause and the fix.

MoodroomError
ConfigError             exit code 2
EditedMeanwhile
SourceError
DataError
TableError
LibraryError
CameraError
ModelError
JournalError
BrokerError
PlayerError
UnplayableError     edge.players.wishes
SpotifyError        edge.players.spotify.errors, with one class for each cause
"""

from __future__ import annotations

from edge.sentences import Sentence


class MoodroomError(Exception):
    """Base class of all errors that a user may read."""


def sentence_of(error: BaseException) -> str:
    """The error's sentence; as a `Sentence`, with what it was made from, if it was raised with one."""
    only = error.args[0] if len(error.args) == 1 else None
    return only if isinstance(only, Sentence) else str(error)


class ConfigError(MoodroomError):
    """The configuration, an argument or an input file can't be used. Exit code 2."""


class EditedMeanwhile(MoodroomError):
    """Somebody else changed the file that was to be written."""


class SourceError(ConfigError):
    """The source of a replay can't be replayed. Exit code 2."""


class DataError(ConfigError):
    """A labelled set of faces can't be used. Exit code 2."""


class TableError(ConfigError):
    """A table of songs can't be used. Exit code 2."""


class LibraryError(MoodroomError):
    """The listener's library can't do what was requested."""


class CameraError(MoodroomError):
    """A camera can't be opened, or no longer delivers frames. The daemon tries again."""


class ModelError(MoodroomError):
    """A model file is missing, damaged, or doesn't match its sidecar."""


class JournalError(MoodroomError):
    """The journal can't be read or written. The daemon continues without it."""


class BrokerError(MoodroomError):
    """The MQTT broker can't be reached, or refuses the connection. The daemon tries again."""


class PlayerError(MoodroomError):
    """A player can't do what was requested.

    retry_after: seconds to wait before the next attempt; None leaves that to the back-off of the player's thread.
    lasting: the same wish would fail again, so it is dropped; the player itself works.
    gone: nothing answers at the player's address, so no music plays there.
    silent: the player itself ended the music, for example by its restart, and no person did.
    """

    lasting = False
    gone = False
    silent = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
