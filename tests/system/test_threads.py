"""Threads that survive errors and stop on request."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import CameraError, PlayerError
from edge.system.threads import Latest, Worker, stop_all
from tests.waiting import PATIENCE

Start = Callable[..., Worker]


@pytest.fixture
def start() -> Iterator[Start]:
    """start(turn, ...) starts a worker, which is stopped after the test. errors: collects its errors."""
    running: list[Worker] = []

    def begin(turn: Callable[[], None], *, errors: list[str] | None = None, **options: Any) -> Worker:
        on_error: Callable[[str], None] = errors.append if errors is not None else lambda _: None
        worker = Worker(
            f"worker-{len(running)}", turn, on_error=on_error, **{"first_wait_s": 0.001, "max_wait_s": 0.01} | options
        )
        running.append(worker)
        worker.start()
        return worker

    yield begin
    assert stop_all(running, PATIENCE) == []


def soon(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        time.sleep(0.002)
    return bool(condition())


# Latest.


@given(st.lists(st.integers(), min_size=1))
def test_the_newest_value_wins_and_the_others_are_counted(values: list[int]) -> None:
    slot: Latest[int] = Latest()
    for value in values:
        slot.put(value)
    assert slot.get(0) == values[-1]
    assert slot.dropped == len(values) - 1
    assert slot.get(0) is None


def test_a_value_that_was_taken_is_not_dropped() -> None:
    slot: Latest[int] = Latest()
    for value in range(3):
        slot.put(value)
        assert slot.get(0) == value
    assert slot.dropped == 0


def test_a_waiting_reader_is_woken() -> None:
    slot: Latest[str] = Latest()
    threading.Timer(0.02, slot.put, ["here"]).start()
    started = time.monotonic()
    assert slot.get(2 * PATIENCE) == "here"
    assert time.monotonic() - started < PATIENCE


def test_a_reader_waits_no_longer_than_requested() -> None:
    started = time.monotonic()
    assert Latest[int]().get(0.02) is None
    assert 0.015 <= time.monotonic() - started < PATIENCE


# Worker.


@pytest.mark.parametrize(
    "error", [ValueError("odd"), CameraError("camera: gone"), KeyError(1), MemoryError(), RecursionError()]
)
def test_no_error_ends_a_worker(start: Start, error: Exception) -> None:
    turns, errors = [0], list[str]()

    def turn() -> None:
        turns[0] += 1
        time.sleep(0.001)
        if turns[0] % 2:
            raise error

    worker = start(turn, errors=errors)
    assert soon(lambda: turns[0] > 6)
    assert not worker.join(0)
    assert len(errors) >= 3


def test_own_errors_are_reported_as_they_are_and_foreign_ones_by_name(start: Start) -> None:
    errors: list[str] = []
    raised: Iterator[Exception] = iter([CameraError("camera: gone"), ValueError("odd")])

    def turn() -> None:
        for error in raised:
            raise error
        time.sleep(0.001)

    start(turn, errors=errors)
    assert soon(lambda: len(errors) == 2)
    assert errors == ["camera: gone", "worker-0: ValueError: odd"]


def test_a_worker_waits_as_long_as_the_error_requests(start: Start) -> None:
    at: list[float] = []

    def turn() -> None:
        at.append(time.monotonic())
        raise PlayerError("player: slow down", retry_after=0.1)

    start(turn)
    assert soon(lambda: len(at) == 3)
    assert all(later - earlier > 0.09 for earlier, later in itertools.pairwise(at))


def test_waits_grow_and_start_small_again_after_a_success(start: Start) -> None:
    at: list[float] = []

    def turn() -> None:
        at.append(time.monotonic())
        if len(at) != 5:
            raise CameraError("camera: gone")

    start(turn, first_wait_s=0.15, max_wait_s=10)
    assert soon(lambda: len(at) >= 7)
    gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
    # 0.15, 0.3, 0.6, 1.2 with a little jitter; none after the fifth; then 0.15 again.
    assert gaps[3] > 1.1
    assert gaps[4] < 1.1
    assert gaps[5] < 1.1


def test_a_long_wait_ends_when_the_worker_is_stopped(start: Start) -> None:
    errors: list[str] = []

    def turn() -> None:
        raise PlayerError("player: come back tomorrow", retry_after=86400)

    workers = [start(turn, errors=errors) for _ in range(3)]
    assert soon(lambda: len(errors) == 3)
    assert stop_all(workers, PATIENCE) == []


def test_a_hanging_worker_is_returned_and_the_others_stop(start: Start) -> None:
    free, hanging = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        free.wait(PATIENCE)

    stuck, fine = start(hang), start(lambda: time.sleep(0.001))
    assert hanging.wait(PATIENCE)
    assert stop_all([stuck, fine], 3.0) == [stuck.name]
    free.set()
    assert stuck.join(PATIENCE)


def test_a_worker_that_may_linger_delays_no_stop_and_is_no_fault(start: Start) -> None:
    free, hanging = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        free.wait(PATIENCE)

    stuck = start(hang, may_linger=True)
    assert hanging.wait(PATIENCE)
    began = time.monotonic()
    assert stop_all([stuck], PATIENCE) == [] and time.monotonic() - began < PATIENCE / 2
    free.set()
    assert stuck.join(PATIENCE)


def test_a_worker_that_never_started_needs_no_stopping() -> None:
    assert stop_all([Worker("idle", lambda: None, on_error=print)], 0.1) == []


def test_a_hanging_turn_shows_how_long_it_has_taken(start: Start) -> None:
    free, busy = threading.Event(), threading.Event()

    def turn() -> None:
        busy.set()
        free.wait(PATIENCE)
        worker.stopping.wait(PATIENCE)

    worker = start(turn)
    assert busy.wait(PATIENCE)
    now = time.monotonic()
    assert worker.busy_for(now + 10) == pytest.approx(10, abs=1)
    assert worker.busy_for(now - 10) == 0
    free.set()
    worker.stopping.set()
    assert worker.join(PATIENCE)
    assert worker.busy_for(time.monotonic() + 10) == 0


@pytest.mark.parametrize("error", [None, OSError("the device is gone")])
def test_on_end_runs_once_in_the_thread_even_if_it_raises(start: Start, error: Exception | None) -> None:
    ended: list[str] = []

    def end() -> None:
        ended.append(threading.current_thread().name)
        if error is not None:
            raise error

    worker = start(lambda: time.sleep(0.001), on_end=end)
    assert stop_all([worker], PATIENCE) == []
    assert ended == [worker.name]


def test_a_part_that_works_for_a_moment_only_is_tried_more_and_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each second turn fails; after a healthy minute the waits start small again."""
    clock, waits, turns = [100.0], [], iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def turn() -> None:
        clock[0] += 300.0 if next(turns) == 20 else 2.0
        if next(turns) % 4 == 1:
            raise CameraError("camera: it broke")

    worker = Worker("capture", turn, on_error=lambda _: None, first_wait_s=1.0, healthy_after_s=60.0)

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds
        if len(waits) == 9:
            worker.stopping.set()

    worker._retry.sleep = sleep
    worker._run()
    assert all(earlier < later for earlier, later in itertools.pairwise(waits[:5])) and max(waits) > 15
    assert min(waits[5:]) < 2, "after a healthy time"
