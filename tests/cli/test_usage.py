"""Wrong usage in plain words; help where no command is named."""

from __future__ import annotations

import pytest

import edge
from tests.conftest import Moodroom

# Words of the libraries that parse and validate; none of them tells a person what to do.
FOREIGN = ("Input should", "Invalid value", "Missing argument", "Missing command", "Got unexpected", "Possible options")


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_without_a_command_the_help_is_printed(moodroom: Moodroom, arguments: list[str]) -> None:
    done = moodroom(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: moodroom ") and "  check " in done.stdout


@pytest.mark.parametrize("group", ["library", "learning", "mqtt", "web"])
def test_a_group_without_a_command_prints_its_help(moodroom: Moodroom, group: str) -> None:
    done = moodroom(group)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: moodroom {group} ")
    assert moodroom(group, "-h").stdout == done.stdout


def test_the_version_is_an_option_too(moodroom: Moodroom) -> None:
    done = moodroom("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{edge.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["recommend"], "MOOD is missing; see `moodroom recommend --help`"),
        (["library", "move", "a"], "MOOD is missing; see `moodroom library move --help`"),
        (["recommend", "happy", "-n", "x"], "-n: must be a whole number, not 'x'"),
        (["recommend", "happy", "-n", "0"], "-n: must be at least 1, not '0'"),
        (["login", "--listen", "70000"], "--listen: must be at most 65535, not '70000'"),
        (["analyze", "a.mp4", "--fps", "many"], "--fps: must be a number, not 'many'"),
        (["bench", "--json=3"], "--json: takes no value; leave it out"),
        (["run", "--onse"], "No such option: --onse; did you mean --once?"),
        (["run", "-x"], "No such option: -x; see `moodroom run --help`"),
        (["librari"], "No such command 'librari'; did you mean 'library'?"),
        (["version", "more"], "more: there is no such argument; see `moodroom version --help`"),
    ],
)
def test_wrong_usage_is_a_plain_sentence(moodroom: Moodroom, arguments: list[str], sentence: str) -> None:
    done = moodroom(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"moodroom: {sentence}\n")
    assert not any(words in done.stderr for words in FOREIGN)


@pytest.mark.parametrize(
    ("arguments", "before"),
    [
        (["analyze", ""], "analyze"),
        (["bench", "", "--json"], "bench"),
        (["check", "--config", ""], "--config"),
        (["check", "--config="], "--config"),
        (["recommend", "happy", "--from", ""], "--from"),
        (["library", "move", "", "happy"], "move"),
        (["history", "--png", ""], "--png"),
        ([""], "moodroom"),
    ],
)
def test_an_empty_argument_is_told_and_is_never_the_current_folder(
    moodroom: Moodroom, arguments: list[str], before: str
) -> None:
    done = moodroom(*arguments)
    sentence = f"moodroom: {before}: the argument after it is empty; give it a value, or leave it out\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)


@pytest.mark.parametrize("arguments", [["evaluate", "none.npz"], ["library", "sync"]])
def test_no_blank_line_precedes_an_error(moodroom: Moodroom, arguments: list[str]) -> None:
    done = moodroom(*arguments)
    assert done.returncode != 0
    assert all(done.stderr.splitlines()), done.stderr


def test_a_reset_is_checked_before_it_is_confirmed(moodroom: Moodroom) -> None:
    done = moodroom("learning", "reset", "joy")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("moodroom: 'joy': isn't a mood; choose one of: angry, ")
