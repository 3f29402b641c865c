"""Rules for wishes that every player follows: what replaces what, how long one is tried, its words, its songs. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.errors import PlayerError
from edge.music.playback import is_revocable
from edge.values import Act, Music, When, Wish

PATIENCE = 600.0  # music that couldn't be given for so long surprises the room when it comes
SHORT_PATIENCE = 60.0  # a skip sooner still
LIBRARY = "library:"
Resolve = Callable[[str], "Music | None"]
_TRANSPORT = (Act.PLAY, Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS)
_REPLACED = {
    Act.PLAY: _TRANSPORT,
    Act.PAUSE: _TRANSPORT,
    Act.RESUME: (Act.PAUSE, Act.RESUME),
    Act.VOLUME: (Act.VOLUME,),
}
_WORDS = {
    Act.PAUSE: "pause",
    Act.RESUME: "go on",
    Act.NEXT: "skip to the next song",
    Act.PREVIOUS: "go back a song",
    Act.FORGET: "let the music go on after this song",
}
_WHEN = {When.NOW: "now", When.TRACK_END: "once this song ends", When.QUEUE: "next, in the queue"}
_REPEATS = {"off": "without repeating", "context": "again and again", "track": "one song again and again"}


@dataclass(frozen=True)
class AbandonedWish:
    """A wish that won't be done any more. why: in words. fault: something failed; else somebody chose otherwise."""

    wish: Wish
    why: str
    fault: bool


class UnplayableError(PlayerError):
    """The player can't play this address, now or later."""

    lasting = True


def replaces(new: Wish, old: Wish) -> bool:
    """True where a newer wish makes an older one pointless that is still to be carried out.

    This is the one rule for whatever holds wishes: the queue in front of the player, and each player's own list. Music
    for now replaces everything about what plays; music for the end of the song replaces other music; a pause replaces
    music, other pauses and skips; resuming replaces pausing and resuming; a volume replaces a volume. FORGET replaces
    what it takes back. A skip, and a song for the queue, replace nothing, and only FORGET removes such a song.
    """
    if new.act is Act.FORGET:
        return old.act is Act.FORGET or is_revocable(old)
    if _queues(new) or _queues(old):
        return False
    if new.act is Act.PLAY and new.when is not When.NOW:
        return old.act is Act.PLAY
    return old.act in _REPLACED.get(new.act, ())


def patience(wish: Wish) -> float:
    """Seconds for which a wish is worth trying."""
    return SHORT_PATIENCE if wish.act in (Act.NEXT, Act.PREVIOUS, Act.VOLUME) else PATIENCE


def words(wish: Wish) -> str:
    """What the wish asks for, such as `play jazz now, shuffled`, to come after "would" or "can't"."""
    told: list[str] = []
    if wish.act is Act.VOLUME:
        told.append(f"set the volume to {wish.volume}")
    elif wish.act is Act.PLAY and wish.music is not None:
        told.append(f"play {_named(wish.music)} {_WHEN[wish.when]}")
    elif wish.act is Act.RESUME and wish.music is not None:
        told.append(f"go on with {_named(wish.music)} on our speaker")
    else:
        told.append(_WORDS.get(wish.act, "leave the music as it is"))
    if wish.offset is not None:
        told.append(f"from song {wish.offset + 1} on")
    if wish.shuffle is not None:
        told.append("shuffled" if wish.shuffle else "in its order")
    if wish.repeat is not None:
        told.append(_REPEATS.get(wish.repeat, wish.repeat))
    if wish.volume is not None and wish.act is not Act.VOLUME:
        told.append(f"at volume {wish.volume}")
    if wish.fade:
        told.append("fading")
    return ", ".join(told)


def resolved(wish: Wish, player: str, prefix: str, resolve: Resolve | None) -> Wish:
    """The wish with music that the player understands.

    prefix: how such addresses begin. resolve: finds what a `library:` address stands for, None where it is nothing.
    Raises UnplayableError.
    """
    music = wish.music
    if wish.act is Act.PLAY and music is None:
        raise UnplayableError(f"{player}: there is no music to play; check music.profiles", retry_after=1)
    if music is None:
        return wish
    if music.uri.startswith(LIBRARY):
        found = resolve(music.uri) if resolve is not None else None
        if found is None:
            raise UnplayableError(
                f"{player}: {music.uri} isn't in the library; sort your songs with `moodroom library`, or name a "
                "playlist in music.profiles",
                retry_after=1,
            )
        music = replace(found, name=music.name)
    strange = next((uri for uri in music.uris or (music.uri,) if not uri.startswith(prefix)), None)
    if strange is not None:
        raise UnplayableError(
            f"{player}: {strange} isn't {_owner(player)}'s to play; check music.profiles and music.player",
            retry_after=1,
        )
    return replace(wish, music=music)


def rotated(songs: list[str], offset: int | None) -> list[str]:
    """The same songs in the same order, beginning with number `offset`; a larger one begins again at 0."""
    at = (offset or 0) % len(songs) if songs else 0
    return songs[at:] + songs[:at]


def _queues(wish: Wish) -> bool:
    return wish.act is Act.PLAY and wish.when is When.QUEUE


def _named(music: Music) -> str:
    return f"{music.name} ({len(music.uris)} songs)" if len(music.uris) > 1 else music.name


def _owner(player: str) -> str:
    return {"spotify": "Spotify", "mpd": "MPD"}.get(player, player)
