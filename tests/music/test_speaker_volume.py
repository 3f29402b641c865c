"""The speaker's volume over the player's reports."""

from __future__ import annotations

from edge.music.speaker_volume import SpeakerVolume, same_volume
from edge.values import VOLUME_TOLERANCE


def observed(speaker: SpeakerVolume, now: float, volume: int, *, away: bool = False, coming: int | None = None) -> bool:
    by_person = speaker.set_by_person(now, volume, observed=True, away=away, coming=coming)
    speaker.accept(volume)
    return by_person


def at(volume: int) -> SpeakerVolume:
    speaker = SpeakerVolume(8.0)
    speaker.accept(volume)
    return speaker


def test_rounded_volumes_are_the_same() -> None:
    assert same_volume(40, 40 + VOLUME_TOLERANCE) and not same_volume(40, 41 + VOLUME_TOLERANCE)


def test_a_volume_that_nothing_explains_was_set_by_a_person() -> None:
    assert not observed(at(40), 0, 43)
    assert observed(at(40), 0, 60)


def test_a_volume_that_changed_unobserved_is_taken_as_it_is() -> None:
    speaker = at(40)
    assert not observed(speaker, 0, 60, away=True)
    assert speaker.changed_unobserved == 60


def test_the_volume_of_pending_music_is_no_takeover() -> None:
    assert not observed(at(40), 0, 60, coming=60)


def test_a_requested_volume_is_followed_until_it_is_reached_or_refused() -> None:
    speaker = at(40)
    speaker.request(0, 60)
    assert not observed(speaker, 1, 50) and speaker.pending
    assert not observed(speaker, 2, 59) and not speaker.pending
    assert observed(speaker, 30, 80), "the request is done"
    refusing = at(40)
    refusing.request(0, 60)
    assert not observed(refusing, 5, 40) and refusing.pending
    assert not observed(refusing, 9, 40) and not refusing.pending


def test_a_fade_is_not_over_before_it_has_begun() -> None:
    speaker = at(80)
    speaker.request(0, 80, fade=True)
    assert not observed(speaker, 0.5, 80) and speaker.pending
    assert not observed(speaker, 2, 40) and not observed(speaker, 3, 12)
    assert speaker.goal == 80 and speaker.current == 12
    assert not observed(speaker, 9, 80) and not speaker.pending
    assert observed(speaker, 30, 40), "the fade is done"


def test_a_dropped_fade_goes_back_to_where_it_began() -> None:
    speaker = at(80)
    speaker.request(0, 80, fade=True)
    assert not observed(speaker, 1, 40)
    speaker.request(2, 80, fade=True)
    speaker.drop(3)
    for now, volume in ((4, 40), (5, 80), (6, 40), (12, 80)):
        assert not observed(speaker, now, volume)
    assert not speaker.pending and speaker.current == 80


def test_a_dropped_request_that_had_no_effect_leaves_the_volume_as_it_is() -> None:
    speaker = at(40)
    speaker.request(0, 60)
    speaker.drop(1)
    assert not observed(speaker, 2, 40) and not observed(speaker, 12, 40)
    assert speaker.current == 40 and not speaker.pending
