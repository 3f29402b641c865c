"""What a report from the player shows: which music, on which speaker, and whether a wish still applies to it. Pure."""

from __future__ import annotations

from edge.sentences import Sentence
from edge.values import Act, Basis, Music, Playback, Wish

# A song that begins this long before the end of the last one followed it by itself: players cross-fade up to 12 s.
SONG_END_TOLERANCE_S = 15.0


def matches(music: Music, playback: Playback) -> bool:
    """True where the playlist, album, artist or song is what plays or is paused."""
    if playback.context is not None:
        return normalized_uri(playback.context) == normalized_uri(music.uri)
    songs = {normalized_uri(uri) for uri in (music.uri, *music.uris)}
    return playback.uri is not None and normalized_uri(playback.uri) in songs


def normalized_uri(uri: str) -> str:
    """Return `spotify:playlist:ID` for `spotify:user:NAME:playlist:ID`, the old form; every other address unchanged."""
    parts = uri.split(":")
    return ":".join((parts[0], *parts[-2:])) if parts[0] == "spotify" else uri


def song_ends_at(playback: Playback, at: float) -> float | None:
    """When the song ends if nobody interrupts it, on the clock of `at`; None where that isn't known.

    at: the time of the report.
    """
    if playback.state != "playing" or playback.position is None or not playback.duration:
        return None
    return at + playback.duration - playback.position


def basis_of(playback: Playback | None, at: float) -> Basis:
    """Return the basis of a wish that is made while this plays. at: the time of the report."""
    if playback is None:
        return Basis(False)
    return Basis(plays_here(playback), playback.context, playback.uri, song_ends_at(playback, at))


def still_applies(wish: Wish, playback: Playback, now: float) -> bool:
    """False where the basis of the wish has changed, so that carrying it out would override a person's choice."""
    basis = wish.basis
    if basis is None or wish.act in (Act.KEEP, Act.FORGET):
        return True
    playing = plays_here(playback)
    if playback.state == "unavailable":
        return True
    if playback.elsewhere or playing != basis.playing:
        return False
    if not playing or wish.act is Act.VOLUME:
        return True
    if playback.context != basis.context and (basis.context is not None or basis.song is not None):
        return False
    if basis.song is None or playback.uri in (None, basis.song):
        return True
    began = now - (playback.position or 0.0)
    return basis.ends is None or began >= basis.ends - SONG_END_TOLERANCE_S


def is_revocable(wish: Wish) -> bool:
    """True where FORGET takes the wish back: music that hasn't begun, and a resume that no person requested."""
    return wish.act is Act.PLAY or (wish.act is Act.RESUME and wish.basis is not None)


def plays_here(playback: Playback) -> bool:
    """True where something plays on the device's speaker."""
    return playback.state == "playing" and not playback.elsewhere


def elsewhere_reason(playback: Playback) -> str:
    """Why nothing is done while the account plays on another speaker."""
    speaker = playback.speaker or Sentence("another speaker")
    return Sentence("the account plays on {speaker}, which is left alone", speaker=speaker)


def is_identified(playback: Playback) -> bool:
    """True where the report names what plays; right after some commands it doesn't."""
    return playback.context is not None or playback.uri is not None


def same_music(a: Playback, b: Playback) -> bool:
    """True where both show the same list, or the same song where there is no list."""
    return a.context == b.context if a.context is not None else a.uri is not None and a.uri == b.uri


def differs(a: Playback, b: Playback) -> bool:
    """True where the music, the song, or whether and where it plays differs."""
    return (plays_here(a), a.elsewhere, a.context, a.uri) != (plays_here(b), b.elsewhere, b.context, b.uri)
