"""Which player `open_player` chooses."""

from __future__ import annotations

import logging
import socket
import time

import pytest

from edge import messages
from edge.config import Config
from edge.errors import ConfigError, PlayerError
from edge.health.check.music import player as checked_player
from edge.players.player import open_player
from edge.players.spotify.token_file import TokenFile
from edge.values import Act, Control, Music, Wish
from tests.spotify_server import Server
from tests.spotify_server.server import CLIENT


def config(**sections: object) -> Config:
    return Config.model_validate(sections)


def test_spotify_without_a_client_id_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"spotify\.client_id"):
        open_player(config(music={"player": "spotify"}), clock=time.monotonic, demo=False)


def test_spotify_without_a_login_names_the_command_to_log_in() -> None:
    settings = config(music={"player": "spotify"}, spotify={"client_id": CLIENT, "speaker": "x"})
    player = open_player(settings, clock=time.monotonic, demo=False)
    assert player.name == "spotify"
    for call in (player.playback, lambda: player.apply(Wish(Act.PAUSE, "sad", "a test"))):
        with pytest.raises(PlayerError, match="moodroom login"):
            call()
    player.close()


def test_auto_chooses_spotify_once_somebody_is_logged_in(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = config(spotify={"client_id": CLIENT})
    assert open_player(settings, clock=time.monotonic, demo=False).name == "dry_run"
    assert "nobody is logged in" in caplog.text
    TokenFile().write(server.login(), new_login=True)
    assert open_player(settings, clock=time.monotonic, demo=False).name == "spotify"
    assert open_player(settings, clock=time.monotonic, demo=True).name == "dry_run"


def test_auto_chooses_spotify_after_a_rejected_login_and_asks_for_a_new_one(server: Server) -> None:
    file = TokenFile()
    file.write(server.login(), new_login=True)
    file.quarantine(str((file.read() or {})["refresh_token"]))
    player = open_player(config(spotify={"client_id": CLIENT}), clock=time.monotonic, demo=False)
    assert player.name == "spotify"
    with pytest.raises(PlayerError, match="moodroom login"):
        player.playback()
    player.close()


def test_auto_chooses_mpd_only_if_it_is_configured_and_answers() -> None:
    music = {"profiles": {"everyday": {"happy": "mpd:folder/x"}}}
    with socket.create_server(("127.0.0.1", 0)) as there:
        address = {"host": "127.0.0.1", "port": there.getsockname()[1]}
        assert open_player(config(mpd=address, music=music), clock=time.monotonic, demo=False).name == "mpd"
        library = {"profiles": {"everyday": {"happy": "library:happy"}}}
        assert open_player(config(mpd=address, music=library), clock=time.monotonic, demo=False).name == "mpd"
        assert open_player(config(mpd=address), clock=time.monotonic, demo=False).name == "dry_run"
        assert open_player(config(music=music), clock=time.monotonic, demo=False).name == "dry_run"
    assert open_player(config(mpd=address, music=music), clock=time.monotonic, demo=False).name == "dry_run"


def test_none_only_decides_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    player = open_player(config(music={"player": "none"}), clock=time.monotonic, demo=False)
    assert player.name == "none" and "the home plays the music" in caplog.text
    player.apply(Wish(Act.PLAY, "happy", why="happy", music=Music("spotify:playlist:1", "Happy")))
    playback = player.playback()
    assert (playback.state, playback.player) == ("playing", "none")
    assert messages.player(playback, Control.AUTO)["state"] == "none"
    player.close()


def test_none_needs_a_broker_to_be_of_use() -> None:
    result = checked_player(config(music={"player": "none"}))
    assert result.warning and "mqtt.host" in str(result)
    assert not checked_player(config(music={"player": "none"}, mqtt={"host": "192.0.2.1"})).warning
