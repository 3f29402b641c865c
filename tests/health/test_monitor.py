"""Ages, problems and when the watchdog may be fed."""

from __future__ import annotations

from edge.health.findings import Finding
from edge.health.monitor import HealthMonitor
from edge.health.wall_clock import WallClock
from edge.values import UNKNOWN, Mood, Reading


def test_the_device_is_fresh_while_frames_come_or_it_is_paused() -> None:
    health = HealthMonitor(10.0, 100.0)
    assert health.is_fresh(105.0)
    assert not health.is_fresh(111.0)
    health.last_frame = 110.0
    assert health.is_fresh(119.0)
    assert not health.is_fresh(121.0)
    health.paused = True
    assert health.is_fresh(1000.0)


def test_after_a_pause_the_camera_has_as_much_time_as_at_the_start() -> None:
    health = HealthMonitor(10.0, 100.0, last_frame=200.0)
    health.resumed_at = 5000.0
    assert health.counted_from(health.last_frame) == 5000.0
    assert health.is_fresh(5009.0)
    assert not health.is_fresh(5011.0)


def test_the_device_is_not_fresh_when_frames_are_never_examined() -> None:
    health = HealthMonitor(10.0, 0.0)

    def frames(*, until: float) -> None:
        while (health.last_frame or 0.0) < until:
            health.record_frame((health.last_frame or 0.0) + 1.0)

    frames(until=61.0)
    assert health.is_fresh(61.0), "the first frame came at 1.0"
    frames(until=62.0)
    assert not health.is_fresh(62.0), "no look has been finished"
    health.last_examined = 60.0
    assert health.is_fresh(62.0)
    frames(until=120.0)
    assert health.is_fresh(120.0)
    frames(until=121.0)
    assert not health.is_fresh(121.0)
    # A camera that was away left nothing to examine.
    health.record_frame(500.0)
    assert health.is_fresh(505.0)
    assert HealthMonitor(30.0, 0.0, last_frame=89.0, _frames_since=0.0).is_fresh(89.0), (
        "a longer stuck_after allows more time here too"
    )


def test_a_problem_is_a_change_once() -> None:
    health, clock = HealthMonitor(10.0, 0.0), WallClock(0.0, 1.8e9)
    assert health.set_problem("camera", "gone")
    assert not health.set_problem("camera", "gone")
    finding = Finding("camera", "gone")
    assert health.update_findings(health.readings(1.0, clock)) == ([finding], [])
    assert health.update_findings(health.readings(2.0, clock)) == ([], [])
    assert health.report(2.0, 0)["problems"] == [{"part": "camera", "message": "gone"}]
    assert health.set_problem("camera", None)
    assert health.update_findings(health.readings(3.0, clock)) == ([], [finding])
    assert health.report(3.0, 0)["problems"] == []


def test_ages_are_reported_and_are_none_before_the_first_result() -> None:
    health = HealthMonitor(10.0, 100.0)
    first = health.report(101.0, 0)
    assert [first[key] for key in ("frame_age", "look_age", "mood_age", "player_age", "broker_age")] == [None] * 5
    health.last_frame, health.last_playback, health.last_broker = 104.5, 104.0, 103.0
    health.record_look(Reading(104.6, Mood(UNKNOWN, 0, 0, 0, 1, 100.0), True))
    report = health.report(105.0, 1)
    assert (report["frame_age"], report["look_age"], report["mood_age"]) == (0.5, 0.4, None)
    assert (report["player_age"], report["broker_age"]) == (1.0, 2.0)
    health.record_look(Reading(105.0, Mood("happy", 0.9, 0, 0, 1, 105.0), True))
    assert health.report(106.0, 2)["mood_age"] == 1.0


def test_ages_do_not_include_a_pause() -> None:
    health, clock = HealthMonitor(10.0, 0.0), WallClock(0.0, 1.8e9)
    health.last_frame = health.last_look = health.last_mood = 50.0
    health.resumed_at = 3999.0
    assert health.readings(4000.0, clock).frame_age == 1.0
    assert health.readings(4000.0, clock, paused=True).paused


def test_the_end_of_the_login_is_reported_in_utc() -> None:
    assert HealthMonitor(10.0, 0.0).report(1.0, 0)["spotify_login_expires"] is None
    assert (
        HealthMonitor(10.0, 0.0).report(1.0, 0, login_expires=1.8e9)["spotify_login_expires"] == "2027-01-15T08:00:00Z"
    )


def test_a_face_that_is_taken_for_a_picture_is_told_as_a_notice() -> None:
    health, clock = HealthMonitor(10.0, 0.0), WallClock(0.0, 1.8e9)
    empty = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, 0.0)

    def told(now: float, *, pictures: int) -> list[str]:
        health.record_frame(now)
        health.record_look(Reading(now, empty, False, pictures=pictures))
        health.last_playback = health.last_mood = now
        health.update_findings(health.readings(now, clock))
        return [notice["part"] for notice in health.report(now, 1)["notices"]]

    assert told(100.0, pictures=1) == []
    # Somebody stands before it.
    assert told(200.0, pictures=0) == []
    assert told(221.0, pictures=1) == ["pictures"]
    assert told(400.0, pictures=0) == ["pictures"]
    assert told(522.0, pictures=0) == [], "it was taken down"
    assert told(530.0, pictures=1) == [], "another one"
