"""The device's own music over a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import MusicConfig
from edge.daemon import last_time
from edge.music.director import Director
from edge.music.ownership import goes_on
from edge.music.takeover import Cause
from edge.system import state
from edge.values import Basis, Control, Mood, Playback

CONFIG = MusicConfig.model_validate({"profiles": {"everyday": {"happy": {"play": "mpd:folder/a", "name": "A"}}}})


def shown(context: str | None, song: str = "mpd:a/1.flac", position: float = 10.0) -> Playback:
    return Playback("playing", "mpd", uri=song, context=context, position=position, duration=200.0)


def playing() -> Director:
    director = Director(CONFIG)
    director.told(0, Playback("stopped", "mpd"))
    director.mood(1, Mood("happy", 1, 0.8, 0.5, 1, 0), Control.AUTO)
    assert director.told(3, shown("mpd:folder/a", position=2)).means is Cause.STARTED
    return director


def test_a_player_that_forgets_the_list_s_name(tmp_path: Path) -> None:
    # The next process counts its time from elsewhere: 1000 here is 2 there.
    last_time.keep(playing(), 1000.0, tmp_path)
    director = Director(CONFIG)
    last_time.recall(director, 2000.0, tmp_path)
    assert director.told(-990, shown(None, position=15)).means is Cause.FOUND
    assert director.music is not None and (director.music.uri, director.music.name) == ("mpd:folder/a", "A")


def test_somebody_elses_music_stays_theirs(tmp_path: Path) -> None:
    last_time.keep(playing(), 0.0, tmp_path)
    director = Director(CONFIG)
    last_time.recall(director, 0.0, tmp_path)
    assert director.told(20, shown(None, "mpd:theirs.flac", 5)).means is Cause.TAKEN


def test_nothing_of_ours_is_kept_as_nothing(tmp_path: Path) -> None:
    last_time.keep(Director(CONFIG), 0.0, tmp_path)
    assert not (tmp_path / last_time.NAME).exists(), "and nothing is written for it"
    last_time.keep(playing(), 0.0, tmp_path)
    last_time.keep(Director(CONFIG), 0.0, tmp_path)
    director = Director(CONFIG)
    last_time.recall(director, 0.0, tmp_path)
    assert director.before is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"uri": 1}', '{"uri":"a","name":"a","ends":"x"}', "null"])
def test_a_file_that_makes_no_sense_counts_for_nothing(tmp_path: Path, text: str) -> None:
    state.write(last_time.NAME, text, tmp_path)
    director = Director(CONFIG)
    last_time.recall(director, 0.0, tmp_path)
    assert director.before is None


def test_what_follows_the_last_song_goes_on_with_it() -> None:
    last = Basis(True, "library:happy", "s1", 200.0)
    assert goes_on(last, shown(None, "s1"), 100)
    assert goes_on(last, shown(None, "s2", 5), 205)
    assert not goes_on(last, shown(None, "s2", 5), 100), "somebody chose it"
    assert not goes_on(last, shown(None, "s2", 5), 2000), "too long ago to tell"
    assert not goes_on(last, shown("spotify:album:theirs", "s1"), 100)
    assert not goes_on(Basis(True, None, "s1", None), shown(None, "s2"), 100)
