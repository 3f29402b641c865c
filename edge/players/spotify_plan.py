"""A wish -> the few commands that fulfil it. Pure."""

from __future__ import annotations

from edge.players.spotify_seen import Do, Seen, Step
from edge.values import Act, When, Wish

PATIENCE = 600.0  # a command that couldn't be given for so long surprises the room when it comes
SHORT_PATIENCE = 60.0  # a skip sooner still
FADE_STEP = 0.8
FADE_OUT = (0.5, 0.15)
FADE_IN = (0.5, 1.0)
VOLUME_STEPS = 3
BETWEEN = 1.0  # Spotify doesn't promise the order of two commands

_PLAIN = {Act.PAUSE: Do.PAUSE, Act.RESUME: Do.RESUME, Act.NEXT: Do.NEXT, Act.PREVIOUS: Do.PREVIOUS}


def is_song(uri: str) -> bool:
    """A track or an episode, which Spotify takes as `uris`; everything else is a context."""
    return uri.startswith(("spotify:track:", "spotify:episode:"))


def patience(wish: Wish) -> float:
    """Seconds for which a wish is worth trying."""
    return SHORT_PATIENCE if wish.act in (Act.NEXT, Act.PREVIOUS, Act.VOLUME) else PATIENCE


def waits_for_end(wish: Wish, seen: Seen) -> bool:
    """The wish is for a song's end, and one plays on our speaker whose end is known; a playlist can't be queued."""
    if wish.act is not Act.PLAY or wish.music is None:
        return False
    late = wish.when is When.TRACK_END or (wish.when is When.QUEUE and not is_song(wish.music.uri))
    return late and seen.ours and seen.end() is not None


def steps(wish: Wish, seen: Seen, *, now: float, until: float, target: int | None = None) -> list[Step]:
    """The commands in their order.

    until: when they are no longer worth giving. target: the volume that a fade, cut short by this wish, was to end at.
    """
    volume = seen.speaker.volume if seen.ours and seen.speaker is not None else None
    settable = seen.speaker is None or not seen.ours or seen.speaker.volume_settable
    if wish.act is Act.PLAY and wish.music is not None:
        uri = wish.music.uri
        if wish.when is When.QUEUE and is_song(uri) and seen.ours and seen.playing:
            return [Step(Do.QUEUE, now, until, uri=uri)]
        goal = wish.volume if wish.volume is not None else target
        if wish.fade and settable and volume is not None and seen.playing:
            return _fade(uri, volume, volume if goal is None else goal, now, until)
        play = Step(Do.PLAY, now, until, uri=uri)
        return [play] if goal is None else _with_volume(play, goal, volume, now, until)
    if wish.act is Act.VOLUME and wish.volume is not None:
        return _glide(volume, wish.volume, now, until, wish.fade and settable)
    do = _PLAIN.get(wish.act)
    if do is None:
        return []
    step = Step(do, now, until)
    goal = wish.volume if do is Do.RESUME else None
    return [step] if goal is None else _with_volume(step, goal, volume, now, until)


def _with_volume(step: Step, goal: int, volume: int | None, now: float, until: float) -> list[Step]:
    """Quieter before the music begins, louder after it."""
    if volume is not None and goal < volume:
        later = Step(step.do, now + BETWEEN, until, uri=step.uri)
        return [Step(Do.VOLUME, now, until, volume=goal, part=True), later]
    return [step, Step(Do.VOLUME, now + BETWEEN, until + BETWEEN, volume=goal, part=True)]


def _fade(uri: str, volume: int, goal: int, now: float, until: float) -> list[Step]:
    made, at = [], now
    for share in FADE_OUT:
        made.append(Step(Do.VOLUME, at, until, volume=round(volume * share), part=True))
        at += FADE_STEP
    made.append(Step(Do.PLAY, at, until, uri=uri))
    for share in FADE_IN:
        at += BETWEEN
        # The way back up is worth having however late: nobody wants a speaker that stays hushed.
        made.append(Step(Do.VOLUME, at, until + 86400, volume=round(goal * share), part=True))
    return made


def _glide(volume: int | None, goal: int, now: float, until: float, fade: bool) -> list[Step]:
    if not fade or volume is None or abs(goal - volume) < 2 * VOLUME_STEPS:
        return [Step(Do.VOLUME, now, until, volume=goal)]
    return [
        Step(Do.VOLUME, now + FADE_STEP * (n - 1), until, volume=volume + round((goal - volume) * n / VOLUME_STEPS))
        for n in range(1, VOLUME_STEPS + 1)
    ]
