"""Which music is the device's own."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.music.limits import Limits
from edge.music.ownership import Ownership, OwnMusic, find_choice
from edge.music.takeover import TakeoverDetector
from edge.values import Act, Music, Playback, When, Wish

CONFIG = MusicConfig.model_validate({"profiles": {"a": {"happy": ["mpd:x", "mpd:y"]}, "b": {"sad": "mpd:z"}},
                                     "profile": "a", "max_switches": 1})  # fmt: skip
X, Y = OwnMusic(Music("mpd:x", "mpd:x"), 10), OwnMusic(Music("mpd:y", "mpd:y"))


def shown(context: str, position: float = 10.0) -> Playback:
    return Playback("playing", "mpd", uri=f"{context}#1", context=context, duration=200.0, position=position)


def test_upcoming_music_counts_as_a_switch_when_it_starts() -> None:
    detector, limits = TakeoverDetector(8.0), Limits(CONFIG)
    own = Ownership(detector, limits)
    assert not own.start_upcoming(0) and own.offset == 0
    own.request(0, X, When.NOW, replaces=False)
    assert own.playing == X and own.offset == 10 and limits.hourly_reason(0) is None, (
        "music that begins in silence is no switch"
    )
    own.request(10, Y, When.TRACK_END, replaces=True)
    assert own.playing == X and limits.hourly_reason(10) is None
    assert own.start_upcoming(100)
    assert own.playing == Y and own.upcoming is None and limits.hourly_reason(100) is not None


def test_cancelled_music_counts_as_a_switch_if_it_may_have_begun() -> None:
    detector, limits = TakeoverDetector(8.0), Limits(CONFIG)
    own = Ownership(detector, limits)
    detector.request(0, Wish(Act.PLAY, "happy", "why", X.music))
    detector.observe(1, shown("mpd:x", 1))
    own.request(10, Y, When.TRACK_END, replaces=True)
    assert own.cancel_upcoming(20) and limits.hourly_reason(20) is None
    assert not own.cancel_upcoming(20)
    own.request(30, Y, When.TRACK_END, replaces=True)
    assert own.cancel_upcoming(199) and limits.hourly_reason(199) is not None


def test_the_music_that_ended_is_remembered() -> None:
    own = Ownership(TakeoverDetector(8.0), Limits(CONFIG))
    own.request(0, X, When.NOW, replaces=False)
    own.ended()
    assert own.ended_uri == "mpd:x" and own.playing is None


def test_music_of_any_profile_is_own_music() -> None:
    own_music = find_choice(CONFIG.profiles.values(), shown("mpd:z"))
    assert own_music is not None and own_music.music.uri == "mpd:z"
    assert find_choice(CONFIG.profiles.values(), shown("mpd:theirs")) is None
    detector = TakeoverDetector(8.0)
    own = Ownership(detector, Limits(CONFIG))
    detector.observe(0, shown("mpd:y"))
    own.match_playback(CONFIG.profiles.values())
    assert own.playing == Y
    detector.observe(1, Playback("stopped", "mpd"))
    own.match_playback(CONFIG.profiles.values())
    assert own.playing is None
