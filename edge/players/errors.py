"""What can go wrong with a player of any kind: for each cause the plain sentence, and what it means. Pure.

Each player has errors of its own for these, whose sentences name the part and the fix.
"""

from __future__ import annotations

from edge.errors import PlayerError
from edge.sentences import Sentence

NOTHING_PLAYS = Sentence("The music was started, and nothing is heard; choose other music, or try the speaker.")


class UnreachedPlayerError(PlayerError):
    """Nothing answers at the player's address, so no request reached it."""

    plain = Sentence("The player can't be reached; see whether it is switched on.")

    gone = True


class LostAnswerError(PlayerError):
    """The connection broke, or an answer didn't come in time; whether the command took effect isn't known."""

    plain = UnreachedPlayerError.plain


class RestartedPlayerError(PlayerError):
    """The player was restarted, and the music has ended with it."""

    plain = Sentence("The player was restarted, and its music has ended.")

    silent = True


class RefusedCommandError(PlayerError):
    """The player refuses the command; the same one would be refused again."""

    plain = Sentence("The player doesn't take this music; choose other music in the settings.")

    lasting = True


class BusyServiceError(PlayerError):
    """The player, or the service that the music comes from, can't do it now."""

    plain = Sentence("The music service doesn't answer just now; the device tries again by itself.")


class OtherSpeakerError(PlayerError):
    """The account plays on another speaker, which is left alone."""

    plain = Sentence("Spotify plays on another device; pause it there first.")

    lasting = True


class MissingSpeakerError(PlayerError):
    """The speaker can't be found: off, asleep, or under another name."""

    plain = Sentence("The speaker can't be found; switch it on, or choose another one.")
