"""Waits that grow as a failure lasts."""

from __future__ import annotations

from edge.players.spotify.errors import RequestRefusedError, ServerError, SpeakerGoneError, login_missing
from edge.players.spotify.limits.backoff import Backoff, RequestPace


def test_waits_double_from_2_s_to_15_minutes_and_begin_anew_after_a_success() -> None:
    backoff, now, waits = Backoff(), 1000.0, []
    for _ in range(11):
        waits.append(backoff.failed(now))
        now += waits[-1]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    backoff.succeeded()
    assert backoff.failed(now) == 2


def test_an_early_failure_doesnt_lengthen_the_wait() -> None:
    backoff = Backoff()
    assert backoff.failed(0.0) == 2
    assert [backoff.failed(at) for at in (0.5, 1.0, 1.5)] == [1.5, 1.0, 0.5]
    assert backoff.failed(2.0) == 4


def test_what_the_error_asks_for_is_waited_at_least() -> None:
    backoff = Backoff()
    assert [backoff.failed(0.0, at_least=80_000), backoff.failed(80_000.0)] == [80_000, 4]


def test_only_failed_requests_lengthen_the_wait_for_commands() -> None:
    pace = RequestPace()
    for error in (login_missing(), RequestRefusedError("refused", retry_after=2)):
        wait = error.retry_after
        for _ in range(9):
            pace.command_failed(error, 0.0)
        assert error.retry_after == wait
    assert not pace.commands.failing


def test_a_command_is_held_from_a_minute_on_until_it_works_or_spotify_answers_again() -> None:
    pace, now = RequestPace(), 0.0
    for expected in (5.0, 5.0, 8.0, 16.0, 32.0):
        error = SpeakerGoneError("gone", retry_after=5)
        pace.command_failed(error, now)
        assert (error.retry_after, pace.held(now)) == (expected, None)
        now += expected
    pace.command_failed(SpeakerGoneError("gone", retry_after=5), now)
    held = pace.held(now + 54)
    assert held is not None
    assert (str(held), held.retry_after, held.request_failed) == ("gone", 10.0, False)
    pace.read()
    assert pace.held(now + 54) is not None, "reading worked all the time"
    pace.reading_failed(ServerError("oops"), now)
    pace.read()
    assert pace.held(now + 54) is None
    assert not pace.commands.failing
