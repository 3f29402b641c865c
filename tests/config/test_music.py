"""The section `music`: profiles and choices, and the sentence for each mistake."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config import Choice, Config, MusicConfig, several
from edge.config import file as config_file
from edge.errors import ConfigError
from edge.music.choices import music_of
from edge.values import Music


def profile(text: str) -> MusicConfig:
    return config_file.parse(f"music:\n  profiles:\n    everyday:\n      {text}").music


def test_a_mood_has_one_choice_or_several() -> None:
    config = profile("happy: [mpd:a, {play: mpd:b, weight: 2, volume: -10, shuffle: true, repeat: context}]")
    plain, rich = several(config.profiles["everyday"]["happy"])
    assert (plain.play, plain.weight, plain.volume, plain.shuffle) == ("mpd:a", 1.0, 0, None)
    assert (rich.weight, rich.volume, rich.shuffle, rich.repeat) == (2.0, -10, True, "context")
    assert several(profile("happy: mpd:a").profiles["everyday"]["happy"]) == (Choice(play="mpd:a"),)
    assert several(None) == ()


def test_a_list_of_songs_is_one_choice() -> None:
    config = profile('happy: {play: ["https://open.spotify.com/track/abc?si=1", spotify:track:def], name: Ours}')
    (choice,) = several(config.profiles["everyday"]["happy"])
    assert music_of(choice) == Music("spotify:track:abc", "Ours", ("spotify:track:abc", "spotify:track:def"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("happy: []", "line 4: music.profiles.everyday.happy: "),
        ("happy: [mpd:a, jazz]", "music.profiles.everyday.happy.1.play: must begin with spotify:, mpd: or library:"),
        ("happy: {play: []}", "music.profiles.everyday.happy.play: must be text, such as spotify:playlist:"),
        ("happy: {play: [spotify:album:abc]}", "a list under `play` must hold single songs (spotify:track:...), and"),
        ("happy: {plya: mpd:a, play: mpd:b}", "happy.plya: there is no such key; did you mean play?"),
        ("happy: [{wieght: 2, play: mpd:b}]", "happy.0.wieght: there is no such key; did you mean weight?"),
        ("happy: {play: mpd:a, weight: -1}", "happy.weight: must be at least 0, not -1"),
        ("happy: {play: mpd:a, volume: 101}", "happy.volume: must be at most 100, not 101"),
        ("happy: {play: mpd:a, repeat: off}", ""),
        ("happy: {play: mpd:a, repeat: twice}", "happy.repeat: must be 'off', 'context' or 'track', not 'twice'"),
    ],
)
def test_a_mistake_is_one_sentence(text: str, part: str) -> None:
    if not part:
        profile(text)
        return
    with pytest.raises(ConfigError) as caught:
        profile(text)
    assert part in str(caught.value) and len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("schedule: [{profile: party, begins: '18:00', ends: '23:00'}]", "schedule.0.profile: there is no profile"),
        ("schedule: [{profile: everyday, begins: 18, ends: '23:00'}]", "schedule.0.begins: must be a time of day"),
        ("quiet_hours: [{begins: '22:00', ends: '7:00', days: [so]}]", "quiet_hours.0.days.0: must be 'mon', 'tue',"),
        ("quiet_hours: [{begins: '22:00', ends: '7:00', max_volum: 3}]", "0.max_volum: there is no such key; did"),
        ("strategy: fixed", "music.strategy: fixed plays the profile's `default`, and 'everyday' has none; name one"),
        ("lift: {valence: 2}", "music.lift.valence: must be at most 1, not 2"),
        ("takeover: [songs]", "music.takeover.0: must be 'song', "),
        ("switch: later", "music.switch: must be 'at_track_end', 'queue' or 'now', not 'later'"),
        ("time_zone: Berlin", "music.time_zone: must be a time zone such as Europe/Berlin, not 'Berlin'"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_music_section_is_one_sentence(text: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_file.parse(f"music:\n  {text}")
    assert part in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_a_choice_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Choice(play="mpd:a").weight = 2


def test_music_follows_between_devices_by_their_ids_over_a_broker() -> None:
    follow = {"follow": ["kitchen", "living-room"], "follow_after": "1m"}
    config = Config.model_validate({"music": follow, "mqtt": {"host": "10.0.0.5"}})
    assert (config.music.follow, config.music.follow_after) == (("kitchen", "living-room"), 60.0)
    assert Config().music.follow == ()
    for sections, words in [
        ({"music": follow}, "music.follow: needs the broker"),
        ({"music": {"follow": ["Living Room"]}, "mqtt": {"host": "x"}}, "a-z, 0-9 and hyphens"),
        (
            {"device": {"id": "bath"}, "music": {"follow": ["bath", "bath"]}, "mqtt": {"host": "x"}},
            "music.follow: names only this device",
        ),
        ({"music": follow | {"follow_after": -1}, "mqtt": {"host": "x"}}, "greater than or equal to 0"),
    ]:
        with pytest.raises(ValidationError, match=words):
            Config.model_validate(sections)
    with pytest.raises(ConfigError, match=r": music\.follow: needs the broker that all of its devices use; name it in"):
        config_file.parse("music:\n  follow: [kitchen, living-room]\n")
    many = ", ".join(f"room-{number}" for number in range(17))
    with pytest.raises(ConfigError, match=r": music\.follow: must have at most 16 entries, not 17$"):
        config_file.parse(f"mqtt:\n  host: x\nmusic:\n  follow: [{many}]\n")
