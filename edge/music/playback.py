"""What a wish counts on, and whether it still stands; which music a look at the player shows. Pure."""

from __future__ import annotations

from edge.values import Act, Basis, Music, Playback, Wish

# A song that begins so long before the last one's end still followed it by itself: players cross-fade up to 12 s.
SLACK = 15.0


def plays(music: Music, playback: Playback) -> bool:
    """True where the playlist, album, artist or song is what plays or is paused."""
    if playback.context is not None:
        return short(playback.context) == short(music.uri)
    return playback.uri is not None and short(playback.uri) in {short(uri) for uri in (music.uri, *music.uris)}


def short(uri: str) -> str:
    """`spotify:user:NAME:playlist:ID`, as old playlists are still called, -> `spotify:playlist:ID`."""
    parts = uri.split(":")
    return ":".join((parts[0], *parts[-2:])) if parts[0] == "spotify" else uri


def ends(playback: Playback, at: float) -> float | None:
    """When the song ends if nobody touches it, on the device's clock; None where it isn't known."""
    if playback.state != "playing" or playback.position is None or not playback.duration:
        return None
    return at + playback.duration - playback.position


def basis(playback: Playback | None, at: float) -> Basis:
    """What a wish counts on. at: when the playback was seen."""
    if playback is None:
        return Basis(False)
    return Basis(here(playback), playback.context, playback.uri, ends(playback, at))


def stands(wish: Wish, playback: Playback, now: float) -> bool:
    """False where what the wish counted on is over, so that it would come between a person and their music."""
    told = wish.basis
    if told is None or wish.act in (Act.KEEP, Act.FORGET):
        return True
    playing = here(playback)
    if playback.state == "unavailable":
        return True
    if playback.elsewhere or playing != told.playing:
        return False
    if not playing or wish.act is Act.VOLUME:
        return True
    if playback.context != told.context and (told.context is not None or told.song is not None):
        return False
    if told.song is None or playback.uri in (None, told.song):
        return True
    began = now - (playback.position or 0.0)
    return told.ends is None or began >= told.ends - SLACK


def forgotten(wish: Wish) -> bool:
    """True where FORGET takes it back: music that hasn't begun, and going on where no person asked for it."""
    return wish.act is Act.PLAY or (wish.act is Act.RESUME and wish.basis is not None)


def here(playback: Playback) -> bool:
    """Something plays on our speaker."""
    return playback.state == "playing" and not playback.elsewhere


def elsewhere(playback: Playback) -> str:
    """Why nothing is done while the account plays on another speaker."""
    return f"the account plays on {playback.speaker or 'another speaker'}, which is left alone"


def named(playback: Playback) -> bool:
    """What plays has a name; for a moment after some commands it has none."""
    return playback.context is not None or playback.uri is not None


def same_music(a: Playback, b: Playback) -> bool:
    """The same list, or the same song where there is no list."""
    return a.context == b.context if a.context is not None else a.uri is not None and a.uri == b.uri


def differs(a: Playback, b: Playback) -> bool:
    """Other music, another song, or a start or a stop."""
    return (here(a), a.elsewhere, a.context, a.uri) != (here(b), b.elsewhere, b.context, b.uri)
