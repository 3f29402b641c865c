"""A wish -> the few commands that fulfil it. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.players.spotify.commands import Operation, SpotifyCommand, is_song
from edge.players.spotify.playback import SpotifyPlayback
from edge.players.wishes import rotated
from edge.values import Act, Music, When, Wish

FADE_STEP = 0.8
FADE_OUT = (0.5, 0.15)
FADE_IN = (0.5, 1.0)
VOLUME_STEPS = 3
BETWEEN = 1.0  # Spotify doesn't promise the order of two commands
MOST_SONGS = 300  # a longer list makes a request that Spotify refuses
LATE = 86400.0  # the way back up is worth having however late: nobody wants a speaker that stays hushed

_PLAIN = {
    Act.PAUSE: Operation.PAUSE,
    Act.RESUME: Operation.RESUME,
    Act.NEXT: Operation.NEXT,
    Act.PREVIOUS: Operation.PREVIOUS,
}


def one_song(music: Music) -> str | None:
    """The song, where the music is a single one; only those can be queued."""
    songs = music.uris or (music.uri,)
    return songs[0] if len(songs) == 1 and is_song(songs[0]) else None


def queues(wish: Wish) -> bool:
    """A song for the queue, which takes nothing else's place."""
    return (
        wish.act is Act.PLAY and wish.when is When.QUEUE and wish.music is not None and one_song(wish.music) is not None
    )


def waits_for_end(wish: Wish, seen: SpotifyPlayback, *, certain: bool) -> bool:
    """The wish is for a song's end, and one plays on our speaker whose end is known; a playlist can't be queued.

    certain: Spotify has shown this; what is only believed has an end that isn't known yet.
    """
    if wish.act is not Act.PLAY or wish.music is None:
        return False
    late = wish.when is When.TRACK_END or (wish.when is When.QUEUE and not queues(wish))
    return late and seen.ours and seen.playing and (seen.end() is not None or not certain)


def lead(wish: Wish, seen: SpotifyPlayback) -> float:
    """Seconds that pass before the music, while what goes with it is set."""
    made = steps(wish, seen, now=0.0, until=0.0)
    return next((step.at for step in made if step.do is Operation.PLAY), 0.0)


def steps(wish: Wish, seen: SpotifyPlayback, *, now: float, until: float) -> list[SpotifyCommand]:
    """The commands in their order. until: when they are no longer worth giving."""
    volume = seen.speaker.volume if seen.ours and seen.speaker is not None else None
    settable = seen.speaker is None or not seen.ours or seen.speaker.volume_settable
    if wish.act is Act.PLAY and wish.music is not None:
        song = one_song(wish.music)
        if song is not None and wish.when is When.QUEUE and seen.ours and seen.loaded:
            return [SpotifyCommand(Operation.QUEUE, now, until, uri=song)]
        play = _play(wish.music, wish.offset, now, until)
        if wish.fade and settable and volume is not None and seen.playing:
            made = _fade(play, volume, volume if wish.volume is None else wish.volume)
        else:
            made = [play] if wish.volume is None else _with_volume(play, wish.volume, volume)
        return _with_settings(wish, seen, made)
    if wish.act is Act.VOLUME and wish.volume is not None:
        return _glide(volume, wish.volume, now, until, wish.fade and settable)
    do = _PLAIN.get(wish.act)
    if do is None:
        return []
    step = SpotifyCommand(do, now, until)
    if do is Operation.RESUME:
        if wish.music is not None and not seen.ours:
            step = _bring(wish.music, wish.offset, seen, now, until)
        made = [step] if wish.volume is None else _with_volume(step, wish.volume, volume)
        return _with_settings(wish, seen, made)
    return [step]


def _play(music: Music, offset: int | None, now: float, until: float) -> SpotifyCommand:
    if music.uris:
        songs = tuple(rotated(list(music.uris), offset)[:MOST_SONGS])
        return SpotifyCommand(Operation.PLAY, now, until, uri=music.uri, uris=songs)
    counted = music.uri.startswith(("spotify:playlist:", "spotify:album:"))
    return SpotifyCommand(Operation.PLAY, now, until, uri=music.uri, offset=offset if counted else None)


def _bring(music: Music, offset: int | None, seen: SpotifyPlayback, now: float, until: float) -> SpotifyCommand:
    """Go on on our speaker with what is played or paused on another; what is nowhere begins."""
    step = SpotifyCommand(Operation.TRANSFER, now, until, uri=music.uri, uris=music.uris)
    return step if step.music_in(seen) or seen.elsewhere else _play(music, offset, now, until)


def _with_settings(wish: Wish, seen: SpotifyPlayback, made: list[SpotifyCommand]) -> list[SpotifyCommand]:
    """Shuffle and repeat: before the music where our speaker is active, else after it."""
    first, last = made[0], made[-1]
    wanted: list[SpotifyCommand] = []
    if wish.shuffle is not None and not (seen.ours and seen.shuffle == wish.shuffle):
        wanted.append(SpotifyCommand(Operation.SHUFFLE, first.at, first.until, part=True, on=wish.shuffle))
    if wish.repeat is not None and not (seen.ours and seen.repeat == wish.repeat):
        wanted.append(SpotifyCommand(Operation.REPEAT, first.at, first.until, part=True, repeat=wish.repeat))
    if not seen.ours:
        return made + [replace(step, at=last.at + BETWEEN, until=step.until + BETWEEN) for step in wanted]
    if wanted and first.do is not Operation.VOLUME:
        # A fade, or a volume that goes first, leaves time enough between these and the music.
        made = [replace(step, at=step.at + BETWEEN) for step in made]
    return wanted + made


def _with_volume(step: SpotifyCommand, goal: int, volume: int | None) -> list[SpotifyCommand]:
    """Quieter before the music begins, louder after it."""
    if volume is not None and goal < volume:
        return [
            SpotifyCommand(Operation.VOLUME, step.at, step.until, volume=goal, part=True),
            replace(step, at=step.at + BETWEEN),
        ]
    return [step, SpotifyCommand(Operation.VOLUME, step.at + BETWEEN, step.until + BETWEEN, volume=goal, part=True)]


def _fade(play: SpotifyCommand, volume: int, goal: int) -> list[SpotifyCommand]:
    made, at = [], play.at
    for share in FADE_OUT:
        made.append(
            SpotifyCommand(Operation.VOLUME, at, play.until, volume=round(volume * share), part=True, goal=goal)
        )
        at += FADE_STEP
    made.append(replace(play, at=at))
    for share in FADE_IN:
        at += BETWEEN
        made.append(
            SpotifyCommand(Operation.VOLUME, at, play.until + LATE, volume=round(goal * share), part=True, goal=goal)
        )
    return made


def _glide(volume: int | None, goal: int, now: float, until: float, fade: bool) -> list[SpotifyCommand]:
    if not fade or volume is None or abs(goal - volume) < 2 * VOLUME_STEPS:
        return [SpotifyCommand(Operation.VOLUME, now, until, volume=goal)]
    return [
        SpotifyCommand(
            Operation.VOLUME,
            now + FADE_STEP * (n - 1),
            until,
            volume=volume + round((goal - volume) * n / VOLUME_STEPS),
        )
        for n in range(1, VOLUME_STEPS + 1)
    ]
