"""Commands that write, on a full and on a read-only disk: one sentence, exit code 1 or 2, and nothing lost."""

from __future__ import annotations

import io
import subprocess
import time
from pathlib import Path

import pytest

from edge.cli.main import main
from edge.journal.writer import Journal
from edge.music.tastes import Feedback, Outcome
from tests.small_disk import disk, fill

__all__ = ["disk"]
SONGS = "artist,title,uri,valence,energy\nColdplay,Clocks,spotify:track:0BCPKOYdS2jbQ8iyB56Zns,0.9,0.8\n"
COMMANDS = [
    "web password",
    "learning reset --yes",
    "library sync",
    "library features --from {table}",
    "library move clocks happy --from {table}",
    "library publish --yes",
]


@pytest.fixture
def seeded(disk: Path) -> Path:
    journal = Journal(disk / "journal.db", keep_s=1e9, on_problem=print)
    journal.put(Outcome(time.time(), "happy", "mpd:a", "A", Feedback.SKIP))
    journal.close()
    return disk


@pytest.mark.parametrize("state", ["full", "read-only"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_cannot_write_says_so(
    seeded: Path, tmp_path: Path, command: str, state: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    table, config = tmp_path / "songs.csv", tmp_path / "config.yaml"
    table.write_text(SONGS)
    config.write_text(f"mpd: {{playlist_folder: {tmp_path}}}\nmusic: {{player: mpd}}\n")
    before = (seeded / "journal.db").read_bytes()
    if state == "full":
        fill(seeded)
    else:
        subprocess.run(["mount", "-o", "remount,ro", seeded], check=True)
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\na long password\n"))
    with pytest.raises(SystemExit) as ended:
        main([*command.format(table=table).split(), "--config", str(config)])
    told = capsys.readouterr().err
    if ended.value.code == 0:
        # Nothing had to be written.
        assert command.startswith("library features") and state == "read-only"
    else:
        assert ended.value.code in (1, 2) and told.count("\n") == 1 and told.startswith("moodroom: ")
    if "can't be used" in told:
        assert "is the disk full or read-only" in told
    assert (seeded / "journal.db").read_bytes() == before
