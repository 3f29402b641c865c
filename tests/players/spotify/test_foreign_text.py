"""Hostile text from Spotify, followed on the real process to wherever it is shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from edge.players.spotify.token_file import TokenFile
from edge.text import TEXT_MAX_CHARS
from tests.broker import Broker, Listener, broker, free_port
from tests.conftest import ROOT
from tests.spotify_server import Server, World
from tests.spotify_server.library import LibraryWorld, Own, track_of
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
# A title for the terminal, a forged line, half a character, an override of direction, a C1 command, and its size.
HOSTILE = (
    "\x1b]0;owned\x07\x1b[2Ja\nFORGED\r\u2028b \ud83d \u202egnp\u2066 \x9b31m [bold]c[/bold] <b>d</b>\0" + "x" * 100_000
)
LAUNCHER = """
import sys
from edge.players.spotify import auth
auth.ACCOUNTS_URL = sys.argv[2]
from edge.players.spotify import api
api.API_URL = sys.argv[1]
api.SpotifyApi.__init__.__kwdefaults__.update(api=sys.argv[1], accounts=sys.argv[2])
from edge.cli.main import main
main(sys.argv[3:])
"""
HARMFUL = ("\x1b", "\x07", "\x9b", "\0", "\r", "\u2028", "\u202e", "\u2066", "\ud83d", "\nFORGED")


def harmless(text: str) -> bool:
    return not any(sign in text for sign in HARMFUL)


@pytest.fixture
def hostile(world: World, server: Server, login: TokenFile) -> Server:
    """An account in which everything has a hostile name, and something plays."""
    token = server.login()
    server.access[token["access_token"]] = 9e9
    login.write({**token, "expires_at": 9_000_000_000}, new_login=True, client_id=CLIENT)
    world.person("play", "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M")
    world.advance(10)
    state: dict[str, Any] = world.state_json() or {}
    item = {**track_of("spotify:track:0BCPKOYdS2jbQ8iyB56Zns"), "name": HOSTILE}
    item["artists"] = [{"name": HOSTILE, "type": "artist", "id": "a", "uri": "spotify:artist:a"}]
    item["album"] = {**item["album"], "name": HOSTILE}
    state["item"], state["device"]["name"] = item, HOSTILE
    server.answers["GET /me/player"] = (200, state, {})
    for device in world.devices[1:]:
        device.name = HOSTILE
    server.library = LibraryWorld(world)
    server.library.liked = [item]
    server.library.playlists["made000"] = Own("made000", HOSTILE, HOSTILE, entries=[item])
    return server


@dataclass(frozen=True)
class Device:
    """`moodroom` on a configuration that uses the simulated Spotify, with a broker and the page."""

    server: Server
    config: Path
    page: str
    environment: dict[str, str]

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        places = (self.server.api, self.server.accounts)
        return subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, *places, *map(str, arguments), "--config", str(self.config)],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture
def device(hostile: Server, tmp_path: Path, yunet_folder: Path, broker: Broker) -> Device:
    config, port = tmp_path / "config.yaml", free_port()
    sections = {
        "device": {"id": "den"},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
        "music": {"player": "spotify"},
        "spotify": {"client_id": CLIENT, "speaker": "Living Room"},
        "library": {"playlists": ["spotify:playlist:made000"]},
        "web": {"enabled": True, "port": port},
    }
    config.write_text(json.dumps(sections))
    return Device(hostile, config, f"http://127.0.0.1:{port}", os.environ | {"MOODROOM_MODELS": str(yunet_folder)})


def test_hostile_names_are_shown_safely_everywhere(device: Device, broker: Broker, demo_clip: Path) -> None:
    topic = "moodroom/den/player"
    with Listener(broker.port) as person:
        running = device.start("run", "--source", demo_clip, "--publish", "--journal")
        try:
            wait_for(lambda: "FORGED" in (person.last(topic) or ""), "the song")
            told = json.loads(person.last(topic) or "")
            for key in ("title", "artist", "speaker"):
                assert "FORGED" in told[key] and harmless(told[key]) and len(told[key]) <= TEXT_MAX_CHARS
            wait_for(lambda: "FORGED" in requests.get(f"{device.page}/api/state", timeout=PATIENCE).text, "the page")
            state = requests.get(f"{device.page}/api/state", timeout=PATIENCE).json()
            assert harmless(json.dumps(state, ensure_ascii=False).replace("\\", ""))
        finally:
            running.terminate()
            out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0 and harmless(out + err) and "Traceback" not in err
    for command, shown in (("history", 1), ("speakers", 2), ("library sync", 0), ("check", 1)):
        process = device.start(*command.split())
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0 and out.count("FORGED") >= shown, command
        assert harmless(out + err) and "Traceback" not in err, command
