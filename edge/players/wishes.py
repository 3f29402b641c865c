"""Rules for wishes that every player follows: what replaces what, how long one is tried, its words, its songs. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.errors import PlayerError
from edge.music.playback import is_revocable
from edge.players.errors import RefusedCommandError
from edge.sentences import Sentence
from edge.values import Act, Music, When, Wish

PATIENCE_S = 600.0  # music that comes later than this surprises people
SHORT_PATIENCE_S = 60.0  # for skips and the volume
LIBRARY_PREFIX = "library:"
# Why a wish is abandoned.
OVERRULED = Sentence("somebody changed the music in the meantime")
EXPIRED = Sentence("it wasn't possible in time")
# Looks up the music that a `library:` address stands for; None if there is none.
Resolve = Callable[[str], "Music | None"]
_TRANSPORT = (Act.PLAY, Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS)
_REPLACED = {
    Act.PLAY: _TRANSPORT,
    Act.PAUSE: _TRANSPORT,
    Act.RESUME: (Act.PAUSE, Act.RESUME),
    Act.VOLUME: (Act.VOLUME,),
    Act.SPEAKER: (Act.SPEAKER,),
    Act.SEEK: (Act.SEEK,),
}
_ACT_WORDS = {
    Act.PAUSE: Sentence("pause"),
    Act.RESUME: Sentence("resume"),
    Act.NEXT: Sentence("skip to the next song"),
    Act.PREVIOUS: Sentence("go back one song"),
    Act.FORGET: Sentence("take back the music that is waiting"),
}
_REPEAT_WORDS = {
    "off": Sentence("without repeating"),
    "context": Sentence("on repeat"),
    "track": Sentence("with one song on repeat"),
}


@dataclass(frozen=True)
class AbandonedWish:
    """A wish that won't be carried out. why: in words. fault: something failed; otherwise a person intervened."""

    wish: Wish
    why: str
    fault: bool


class UnplayableError(PlayerError):
    """The player can't play this address, now or later."""

    plain = RefusedCommandError.plain

    lasting = True


def replaces(new: Wish, old: Wish) -> bool:
    """True if a newer wish makes an older one pointless that hasn't been carried out yet.

    This is the one rule for everything that holds wishes: the queue in front of the player, and each player's own list.
    Music for now replaces everything about what plays; music for the end of the song replaces other music; a pause
    replaces music, other pauses and skips; resuming replaces pausing and resuming; a volume replaces a volume. FORGET
    replaces what it takes back. A skip, and a song for the queue, replace nothing, and only FORGET removes such a song.
    """
    if new.act is Act.FORGET:
        return old.act is Act.FORGET or is_revocable(old)
    if queues(new) or queues(old):
        return False
    if new.act is Act.PLAY and new.when is not When.NOW:
        return old.act is Act.PLAY
    return old.act in _REPLACED.get(new.act, ())


def patience(wish: Wish) -> float:
    """Return for how many seconds a player should try to carry out the wish."""
    return SHORT_PATIENCE_S if wish.act in (Act.NEXT, Act.PREVIOUS, Act.VOLUME) else PATIENCE_S


def describe(wish: Wish) -> str:
    """Return what the wish does, to follow "would" or "can't": for example `play jazz now, shuffled`."""
    parts: list[str] = []
    if wish.act is Act.VOLUME:
        parts.append(Sentence("set the volume to {volume}", volume=wish.volume))
    elif wish.act is Act.SEEK:
        parts.append(Sentence("go to another place in the song"))
    elif wish.act is Act.SPEAKER:
        parts.append(Sentence("play on {speaker}", speaker=wish.speaker))
    elif wish.act is Act.PLAY and wish.music is not None:
        parts.append(_play(wish.music, wish.when))
    elif wish.act is Act.RESUME and wish.music is not None:
        parts.append(Sentence("resume {music} on the configured speaker", music=_name(wish.music)))
    else:
        parts.append(_ACT_WORDS.get(wish.act, Sentence("leave the music as it is")))
    if wish.offset is not None:
        parts.append(Sentence("from song {number} on", number=wish.offset + 1))
    if wish.shuffle is not None:
        parts.append(Sentence("shuffled" if wish.shuffle else "in order"))
    if wish.repeat is not None:
        parts.append(_REPEAT_WORDS.get(wish.repeat, wish.repeat))
    if wish.volume is not None and wish.act is not Act.VOLUME:
        parts.append(Sentence("at volume {volume}", volume=wish.volume))
    if wish.fade:
        parts.append(Sentence("fading"))
    whole = parts[0]
    for part in parts[1:]:
        whole = Sentence("{first}, {next}", first=whole, next=part)
    return whole


def _play(music: Music, when: When) -> Sentence:
    if when is When.TRACK_END:
        return Sentence("play {music} once this song ends", music=_name(music))
    if when is When.QUEUE:
        return Sentence("play {music} next", music=_name(music))
    return Sentence("play {music} now", music=_name(music))


def resolved(wish: Wish, player: str, prefix: str | tuple[str, ...], resolve: Resolve | None) -> Wish:
    """Return the wish with music that the player can play. Raises UnplayableError.

    prefix: of the addresses that the player can play, or several.
    """
    music = wish.music
    if wish.act is Act.PLAY and music is None:
        raise UnplayableError(f"{player}: there is no music to play; check music.profiles", retry_after=1)
    if music is None:
        return wish
    if music.uri.startswith(LIBRARY_PREFIX):
        library_music = resolve(music.uri) if resolve is not None else None
        if library_music is None:
            raise UnplayableError(
                f"{player}: {music.uri} isn't in the library; sort your songs with `moodroom library`, or choose a "
                "playlist in music.profiles",
                retry_after=1,
            )
        music = replace(library_music, name=music.name)
    unplayable = next((uri for uri in music.uris or (music.uri,) if not uri.startswith(prefix)), None)
    if unplayable is not None:
        raise UnplayableError(
            f"{player}: can't play {unplayable}; check music.profiles and music.player",
            retry_after=1,
        )
    return replace(wish, music=music)


def rotated(songs: list[str], offset: int | None) -> list[str]:
    """Return the songs in the same order, beginning with number `offset`, modulo their count."""
    start = (offset or 0) % len(songs) if songs else 0
    return songs[start:] + songs[:start]


def queues(wish: Wish) -> bool:
    """True for a song that is to be played after those that are queued already."""
    return wish.act is Act.PLAY and wish.when is When.QUEUE


def _name(music: Music) -> str:
    if len(music.uris) > 1:
        return Sentence("{music} ({count} songs)", music=music.name, count=len(music.uris))
    return music.name
