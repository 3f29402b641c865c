"""Our messages and the simulated server's are those of Music Assistant's own models, which need Python 3.12."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from edge.players.music_assistant.state import parse_player, parse_queue
from edge.values import Act, Music, When
from tests.mass_server import Mass
from tests.mass_server.world import KITCHEN
from tests.players.listening import play, wish
from tests.players.music_assistant_samples import HAPPY, SAD, SONG, player_on, run_for

SCRIPT = Path(__file__).with_name("official_models.py")
ROOT = SCRIPT.parents[3]
PYTHON = os.environ.get("MOODROOM_MODELS_PYTHON") or str(ROOT / ".venv-models" / "bin" / "python")
needs_models = pytest.mark.skipif(
    not Path(PYTHON).exists(),
    reason="music-assistant-models isn't there: scripts/test installs it on Python 3.12",
)


def an_evening() -> Mass:
    """Return a server on which everything was used that the device uses."""
    mass = Mass()
    player = player_on(mass)
    song = "ma:song/XXCAL00000003/The%20calmsongss/calmsongs%203"
    for what in (
        play(HAPPY, shuffle=True, repeat="context"),
        play(SAD, fade=True),
        play(SONG, When.QUEUE),
        *(wish(act) for act in (Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS)),
        wish(Act.VOLUME, 20),
        play(Music("ma:playlist/calmsongs", "calm")),
        play(Music("ma:radio/Radio Paradise", "radio")),
        play(Music("ma:search/theirs", "theirs")),
        play(Music(song, "own", (song, song))),
        play(Music("ma:library://playlist/99", "gone")),
    ):
        player.apply(what)
        run_for(player, mass, 8)
    mass.break_connections()
    run_for(player, mass, 3)
    mass.plays_by_itself()
    mass.group(KITCHEN)
    run_for(player, mass, 3)
    return mass


@needs_models
def test_every_message_fits_the_official_models_and_theirs_are_understood(tmp_path: Path) -> None:
    mass = an_evening()
    recorded = tmp_path / "messages.json"
    recorded.write_text(json.dumps({"sent": mass.sent, "received": [json.loads(text) for text in mass.messages]}))
    run = subprocess.run([PYTHON, str(SCRIPT), str(recorded)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    *problems, samples = run.stdout.strip().splitlines()
    assert [problem for problem in problems if problem] == []
    theirs = json.loads(samples)
    queue, player = parse_queue(theirs["queue"], "http://mass:8095"), parse_player(theirs["player"])
    assert queue is not None and queue.item is not None and queue.next is not None and player is not None
    assert (queue.state, queue.elapsed, queue.repeat, queue.shuffle) == ("playing", 12.5, "all", True)
    assert (queue.item.title, queue.item.artist, queue.item.duration) == ("A Song", "Somebody", 201.0)
    assert (queue.item.uri, queue.sources) == ("library://track/7", ("library://album/a",))
    assert (player.name, player.state, player.volume, player.leader, player.source) == (
        "Den", "paused", 33, "other", "line_in",
    )  # fmt: skip
    assert player.media is not None and (player.media.title, player.media.cover) == ("T", "http://h/i")
