"""Which music is the device's own."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.music.limits import Limits
from edge.music.ownership import Ownership, OwnMusic, known
from edge.music.takeover import TakeoverDetector
from edge.values import Act, Music, Playback, When, Wish

CONFIG = MusicConfig.model_validate({"profiles": {"a": {"happy": ["mpd:x", "mpd:y"]}, "b": {"sad": "mpd:z"}},
                                     "profile": "a", "max_switches": 1})  # fmt: skip
X, Y = OwnMusic(Music("mpd:x", "mpd:x"), 10), OwnMusic(Music("mpd:y", "mpd:y"))


def shown(context: str, position: float = 10.0) -> Playback:
    return Playback("playing", "mpd", uri=f"{context}#1", context=context, duration=200.0, position=position)


def test_what_waits_becomes_what_plays_and_counts_then() -> None:
    hands, limits = TakeoverDetector(8.0), Limits(CONFIG)
    ours = Ownership(hands, limits)
    assert not ours.begun(0) and ours.offset == 0
    ours.asked(0, X, When.NOW, instead=False)
    assert ours.playing == X and ours.offset == 10 and limits.full(0) is None, "silence makes no switch"
    ours.asked(10, Y, When.TRACK_END, instead=True)
    assert ours.playing == X and limits.full(10) is None
    assert ours.begun(100)
    assert ours.playing == Y and ours.coming is None and limits.full(100) is not None


def test_what_is_taken_back_counts_where_it_may_have_begun() -> None:
    hands, limits = TakeoverDetector(8.0), Limits(CONFIG)
    ours = Ownership(hands, limits)
    hands.asked(0, Wish(Act.PLAY, "happy", "why", X.music))
    hands.see(1, shown("mpd:x", 1))
    ours.asked(10, Y, When.TRACK_END, instead=True)
    assert ours.lose_coming(20) and limits.full(20) is None
    assert not ours.lose_coming(20)
    ours.asked(30, Y, When.TRACK_END, instead=True)
    assert ours.lose_coming(199) and limits.full(199) is not None


def test_what_ended_is_remembered() -> None:
    ours = Ownership(TakeoverDetector(8.0), Limits(CONFIG))
    ours.asked(0, X, When.NOW, instead=False)
    ours.ended()
    assert ours.over == "mpd:x" and ours.playing is None


def test_what_plays_is_known_by_any_profile() -> None:
    found = known(CONFIG.profiles.values(), shown("mpd:z"))
    assert found is not None and found.music.uri == "mpd:z"
    assert known(CONFIG.profiles.values(), shown("mpd:theirs")) is None
    hands = TakeoverDetector(8.0)
    ours = Ownership(hands, Limits(CONFIG))
    hands.see(0, shown("mpd:y"))
    ours.recount(CONFIG.profiles.values())
    assert ours.playing == Y
    hands.see(1, Playback("stopped", "mpd"))
    ours.recount(CONFIG.profiles.values())
    assert ours.playing is None
