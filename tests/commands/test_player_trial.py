"""`moodroom player try` as a person runs it, on a real MPD."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.commands.player_trial import try_player
from edge.config import file as config_file
from edge.errors import ConfigError, PlayerError
from edge.system.run_lock import running
from tests.conftest import Moodroom
from tests.players.mpd_daemon import PROGRAM, Daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    if PROGRAM is None:
        pytest.skip("mpd is not installed: apt install mpd")
    daemon = Daemon(tmp_path / "mpd")
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()


def config(folder: Path, port: int, player: str = "mpd", **profile: Any) -> Path:
    path = folder / "config.yaml"
    music = {"player": player, "profile": "evening", "profiles": {"evening": profile or {"happy": "mpd:folder/calm"}}}
    path.write_text(json.dumps({"mpd": {"port": port}, "music": music}))
    return path


def test_says_line_by_line_what_works(moodroom: Moodroom, tmp_path: Path, daemon: Daemon) -> None:
    daemon.ask("setvol 61")
    done = moodroom("player", "try", "--config", config(tmp_path, daemon.port))
    assert (done.returncode, done.stderr) == (0, "")
    steps = [line.split()[1] for line in done.stdout.splitlines()]
    assert steps == ["speaker", "play", "pause", "resume", "volume", "queue", "skip", "end"]
    assert all(line.startswith("can  ") for line in done.stdout.splitlines()), done.stdout
    assert (daemon.status()["state"], daemon.status()["volume"], daemon.queue()) == ("stop", "61", [])


def test_refuses_what_would_disturb_somebody(
    moodroom: Moodroom, tmp_path: Path, daemon: Daemon, state_folder: Path
) -> None:
    file = config(tmp_path, daemon.port)
    daemon.ask('add "loud"\nplay')
    done = moodroom("player", "try", "--config", file)
    assert (done.returncode, done.stdout) == (2, "") and "plays now" in done.stderr and "--anyway" in done.stderr
    assert daemon.status()["state"] == "play" and "loud/loud0.wav" in daemon.queue()
    with running(state_folder):
        done = moodroom("player", "try", "--config", file)
    assert done.returncode == 2 and "the device runs" in done.stderr


@pytest.mark.parametrize(
    ("player", "profile", "mood", "words", "kind"),
    [
        ("dry_run", {"happy": "mpd:folder/calm"}, None, "there is no speaker to try; nothing is heard", None),
        ("none", {"happy": "mpd:folder/calm"}, None, "there is no speaker to try; the device only decides", None),
        ("mpd", {"happy": "spotify:track:1"}, None, "music.profiles: mpd can play none of it", ConfigError),
        ("mpd", {"happy": "mpd:folder/calm"}, "jolly", "--mood: must be one of", ConfigError),
        ("mpd", {"happy": "mpd:folder/calm"}, "sad", "music.profiles: mpd can play none of it for sad", ConfigError),
        ("mpd", {"happy": "mpd:folder/calm"}, None, "doesn't answer", PlayerError),
    ],
)
def test_without_a_speaker_or_music_one_sentence_says_why(
    tmp_path: Path,
    player: str,
    profile: dict[str, str],
    mood: str | None,
    words: str,
    kind: type[Exception] | None,
) -> None:
    settings, out = config_file.load(config(tmp_path, 1, player, **profile)), io.StringIO()
    if kind is None:
        assert try_player(settings, out, mood=mood) == 0
        assert words in out.getvalue() and len(out.getvalue().splitlines()) == 1
        return
    with pytest.raises(kind, match=words):
        try_player(settings, out, mood=mood)
    assert out.getvalue() == ""
