"""The errors of Music Assistant: one class for each cause, each with a sentence that names the fix. Pure."""

from __future__ import annotations

from edge.errors import PlayerError
from edge.players.errors import (
    BusyServiceError,
    LostAnswerError,
    MissingSpeakerError,
    RefusedCommandError,
    RestartedPlayerError,
    UnreachedPlayerError,
)
from edge.players.music_assistant.messages import (
    SCHEMA_KNOWN,
    SCHEMA_MIN,
    SCHEMA_WITH_TOKEN,
    CommandRefusal,
    ServerInfo,
)
from edge.sentences import Sentence

_TOO_DIFFERENT = Sentence("Music Assistant and this device don't understand each other; update both.")
PERSON_RETRY_S = 30.0  # until somebody may have set something right
PROVIDER_RETRY_S = 15.0
# Codes of the server's errors; others are refusals without a cause of their own.
PROVIDER_UNAVAILABLE, MEDIA_NOT_FOUND, QUEUE_EMPTY, PLAYER_UNAVAILABLE = 1, 2, 8, 10
UNPLAYABLE_MEDIA, WRONG_URI, WRONG_ID = 13, 14, 15
TEMPORARY = frozenset({16, 17, 24, 25})
TOKEN_CODES = frozenset({20, 21, 23})
NOT_PERMITTED = frozenset({18, 22})
SETUP_REQUIRED = 503
_NO_MUSIC = frozenset({MEDIA_NOT_FOUND, UNPLAYABLE_MEDIA, WRONG_URI, WRONG_ID})
_NEW_ONE = "make one in Music Assistant (Settings, your profile, Long-lived access tokens) and write it into the file"


class MusicAssistantError(PlayerError):
    """Base class."""

    plain = Sentence("Music Assistant doesn't do that just now; the settings say more.")


class ServerAwayError(UnreachedPlayerError, MusicAssistantError):
    """Nothing answers at the server's address."""


class ServerLostError(LostAnswerError, MusicAssistantError):
    """The connection to the server broke, or it didn't answer in time."""


class MusicLostError(RestartedPlayerError, MusicAssistantError):
    """The server was restarted."""


class UnreadableServerError(MusicAssistantError):
    """What answers isn't Music Assistant, or breaks a limit."""

    plain = _TOO_DIFFERENT


class SchemaMismatchError(MusicAssistantError):
    """The server speaks a version of the protocol that this program doesn't, or the other way round."""

    plain = _TOO_DIFFERENT


class TokenError(MusicAssistantError):
    """There is no token, or the server takes it no longer."""

    plain = Sentence("Music Assistant doesn't let this device in any more; connect it again in the settings.")


class PlayerAwayError(MissingSpeakerError, MusicAssistantError):
    """The server knows the speaker no longer, or it is offline."""


class ServerBusyError(BusyServiceError, MusicAssistantError):
    """The server, or the service that the music comes from, can't do it now."""


class ServerRefusedError(RefusedCommandError, MusicAssistantError):
    """The server refuses the command."""


def check_schema(info: ServerInfo) -> None:
    """Raise SchemaMismatchError where the versions don't meet."""
    if info.schema_min > SCHEMA_KNOWN:
        raise SchemaMismatchError(
            f"music_assistant: the server ({info.version}) takes clients of schema {info.schema_min} and newer only, "
            f"and this one speaks {SCHEMA_KNOWN}; update Moodroom",
            retry_after=PERSON_RETRY_S,
        )
    if info.schema < SCHEMA_MIN:
        raise SchemaMismatchError(
            f"music_assistant: the server ({info.version}) speaks schema {info.schema}, and {SCHEMA_MIN} is needed; "
            "update Music Assistant to 2.3 or newer",
            retry_after=PERSON_RETRY_S,
        )


def token_missing(info: ServerInfo, token: str | None) -> TokenError | None:
    """The error for a server that needs a token where there is none."""
    if token or info.schema < SCHEMA_WITH_TOKEN:
        return None
    return TokenError(
        f"music_assistant.token_file: the server asks for a token; {_NEW_ONE}", retry_after=PERSON_RETRY_S
    )


def refused(refusal: CommandRefusal, *, about: str = "") -> MusicAssistantError:
    """The error for a refusal. about: the address of the music that the command was to play, if any."""
    code, words = refusal.code, refusal.text or f"error {refusal.code}"
    if code in TOKEN_CODES:
        return TokenError(
            f"music_assistant.token_file: the server takes the token no longer ({words}); {_NEW_ONE}",
            retry_after=PERSON_RETRY_S,
        )
    if code == SETUP_REQUIRED:
        return TokenError(
            "music_assistant: the server isn't set up yet; open its page once and make an account",
            retry_after=PERSON_RETRY_S,
        )
    if code in _NO_MUSIC and about:
        return ServerRefusedError(
            f"music_assistant: can't play {about} ({words}); check music.profiles, and the service in Music Assistant",
            retry_after=1,
        )
    if code == PLAYER_UNAVAILABLE:
        return PlayerAwayError(f"music_assistant: {words}; wake the speaker", retry_after=PERSON_RETRY_S)
    if code == PROVIDER_UNAVAILABLE or code in TEMPORARY:
        return ServerBusyError(f"music_assistant: {words}; it is tried again", retry_after=PROVIDER_RETRY_S)
    if code in NOT_PERMITTED:
        return ServerRefusedError(
            f"music_assistant: the token's user may not do that ({words}); let this user control the speaker in Music "
            "Assistant",
            retry_after=1,
        )
    return ServerRefusedError(f"music_assistant: the server refuses: {words}", retry_after=1)
