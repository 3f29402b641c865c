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
and one class for each cause in edge.players.errors, from which those of each player are made
"""

from __future__ import annotations

from edge.sentences import Sentence, TechnicalText


class MoodroomError(Exception):
    """Base class of all errors that a user may read.

    plain: what the page tells of it, in words of the household. The error's own sentence is for logs and settings.
    """

    plain = Sentence("Something doesn't work just now; the settings say more.")


def sentence_of(error: BaseException) -> str:
    """The error's sentence; as a `Sentence`, with what it was made from, if it was raised with one."""
    only = error.args[0] if len(error.args) == 1 else None
    return only if isinstance(only, Sentence) else str(error)


def reported(error: BaseException) -> str:
    """The error's sentence as it is reported to everybody: with a plain one beside it, which the page shows."""
    text = sentence_of(error)
    if isinstance(text, Sentence) or not isinstance(error, MoodroomError):
        return text
    return TechnicalText(text, error.plain)


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

    plain = Sentence("Your own songs can't be read just now; the settings say more.")


class CameraError(MoodroomError):
    """A camera can't be opened, or no longer delivers frames. The daemon tries again."""

    plain = Sentence("The camera doesn't work just now; the settings say more.")


class ModelError(MoodroomError):
    """A model file is missing, damaged, or doesn't match its sidecar."""

    plain = Sentence("The part that reads faces doesn't work; the settings say more.")


class JournalError(MoodroomError):
    """The journal can't be read or written. The daemon continues without it."""

    plain = Sentence("The day's history can't be kept just now; the settings say more.")


HOME_AWAY = Sentence("The home can't be reached: music plays on, and lamps and scenes don't follow.")


class BrokerError(MoodroomError):
    """The MQTT broker can't be reached, or refuses the connection. The daemon tries again."""

    plain = Sentence(
        "The connection to the home doesn't work, so lamps and scenes may not follow; the settings say more."
    )


class PlayerError(MoodroomError):
    """A player can't do what was requested.

    retry_after: seconds to wait before the next attempt; None leaves that to the back-off of the player's thread.
    lasting: the same wish would fail again, so it is dropped; the player itself works.
    gone: nothing answers at the player's address, so no music plays there.
    silent: the player itself ended the music, for example by its restart, and no person did.
    """

    plain = Sentence("The music doesn't work just now; the settings say more.")

    lasting = False
    gone = False
    silent = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
