"""The password as Basic authentication: guesses are limited, but never blocked permanently."""

from __future__ import annotations

from base64 import b64encode

import pytest

from edge.web.security import password
from edge.web.security.basic import Basic
from edge.web.security.sessions import GUESS_WINDOW_S, MAX_GUESSES


class Times:
    now = 1000.0
    looked = 0


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    times = Times()

    def matches(given: str, line: str) -> bool:
        times.looked += 1
        return given == line

    monkeypatch.setattr(password, "matches", matches)
    return times


def header(given: str, who: str = "prometheus") -> str:
    return "Basic " + b64encode(f"{who}:{given}".encode()).decode()


def test_a_right_header_is_hashed_once(times: Times) -> None:
    basic = Basic("right", clock=lambda: times.now)
    assert all(basic(header("right")) for _ in range(5))
    assert times.looked == 1
    assert basic(header("right", who="another"))


def test_guesses_are_limited_and_come_back(times: Times) -> None:
    basic = Basic("right", clock=lambda: times.now)
    assert not any(basic(header(f"wrong {n}")) for n in range(4 * MAX_GUESSES))
    assert times.looked == MAX_GUESSES
    assert not basic(header("right"))
    times.now += GUESS_WINDOW_S + 1
    assert basic(header("right"))
    # A known right header is accepted while others guess.
    assert not any(basic(header(f"bad {n}")) for n in range(4 * MAX_GUESSES))
    assert basic(header("right"))


def test_repeating_a_wrong_header_is_one_guess(times: Times) -> None:
    basic = Basic("right", clock=lambda: times.now)
    assert not any(basic(header("wrong")) for _ in range(50))
    assert times.looked == 1
    assert basic(header("right"))


@pytest.mark.parametrize("text", ["", "Basic", "Basic !!", "Bearer right", "Basic /w==", header("right").lower()])
def test_an_invalid_header_is_no_guess(times: Times, text: str) -> None:
    basic = Basic("right", clock=lambda: times.now)
    assert not basic(text)
    assert times.looked == 0


def test_without_a_password_no_header_is_right(times: Times) -> None:
    assert not Basic(None, clock=lambda: times.now)(header("right"))
