"""The log: priorities for systemd's journal, and the limit on lines."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.system import logs
from edge.system.logs import INFO_BURST, WARNING_BURST, LogBudget


@pytest.fixture
def restored() -> Iterator[None]:
    """Restore the loggers after the test."""
    root, package = logging.getLogger(), logging.getLogger("edge")
    before = (root.handlers[:], root.level, package.level)
    yield
    root.handlers[:], root.level, package.level = before


def record(level: int = logging.INFO, text: str = "line %d", *args: object) -> logging.LogRecord:
    return logging.LogRecord("edge.daemon", level, __file__, 1, text, args or (1,), None)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 600), min_size=1, max_size=400))
def test_no_hour_has_more_than_sixty_lines(gaps: list[float]) -> None:
    clock = Clock()
    budget, passed = LogBudget(clock), list[float]()
    for gap in gaps:
        clock.now += gap
        if budget.filter(record()):
            passed.append(clock.now)
    for start in passed:
        assert sum(start <= at < start + 3600 for at in passed) <= 60


def test_a_quiet_log_loses_nothing_and_a_busy_one_counts_its_losses() -> None:
    clock = Clock()
    budget = LogBudget(clock)
    assert all(budget.filter(record()) for _ in range(INFO_BURST))
    assert not any(budget.filter(record()) for _ in range(7))
    clock.now = 130.0
    last = record(logging.INFO, "%s: is well again", "camera")
    assert budget.filter(last)
    assert last.getMessage() == "camera: is well again (before this, 7 more were left out)"
    clock.now = 100_000.0
    calm = record()
    assert budget.filter(calm) and calm.getMessage() == "line 1"


def test_info_lines_leave_room_for_warnings_and_errors_always_pass() -> None:
    budget = LogBudget(Clock())
    for _ in range(1000):
        budget.filter(record())
    assert sum(budget.filter(record(logging.WARNING)) for _ in range(1000)) == WARNING_BURST
    assert all(budget.filter(record(logging.ERROR)) for _ in range(1000))
    assert all(budget.filter(record(logging.DEBUG)) for _ in range(1000))


@pytest.mark.parametrize("verbose", [False, True])
def test_the_verbose_log_has_no_limit(restored: None, monkeypatch: pytest.MonkeyPatch, verbose: bool) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    logs.set_up(verbose=verbose)
    for number in range(100):
        logging.getLogger("edge.daemon").info("line %d", number)
        logging.getLogger("spotipy").info("a token")
    written = out.getvalue().splitlines()
    assert len(written) == (100 if verbose else INFO_BURST)
    assert not any("token" in line for line in written)


def test_the_journal_gets_priorities_and_no_times(restored: None, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    logs.set_up()
    assert logs.in_journal()
    logging.getLogger("edge.daemon").info("one")
    logging.getLogger("edge.daemon").warning("two")
    assert out.getvalue() == "<6>one\n<4>two\n"
