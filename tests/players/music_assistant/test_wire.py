"""The connection over a real websocket: limits, deadlines, other servers, and the player's place in the program."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.commands.speakers import show_players, uses_music_assistant
from edge.config import Config, MusicAssistantConfig
from edge.errors import ConfigError, PlayerError
from edge.health.check import music
from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.errors import (
    ServerAwayError,
    ServerLostError,
    UnreadableServerError,
)
from edge.players.music_assistant.link import MESSAGE_MAX_BYTES, open_link
from edge.players.player import open_player
from edge.values import Playback
from tests.mass_server import Mass
from tests.mass_server.server import WireServer
from tests.mass_server.world import TOKEN
from tests.players.listening import play
from tests.players.music_assistant_samples import HAPPY
from tests.waiting import wait_for


@pytest.fixture
def served() -> Iterator[WireServer]:
    server = WireServer(Mass())
    yield server
    server.close()


@pytest.fixture
def token(tmp_path: Path) -> str:
    (tmp_path / "token").write_text(TOKEN + "\n")
    return str(tmp_path / "token")


def settings(
    port: int, token: str | None, speaker: str | None = "living room", player: str = "music_assistant"
) -> Config:
    section = {"host": "127.0.0.1", "port": port, "speaker": speaker, "token_file": token}
    return Config.model_validate({"music": {"player": player}, "music_assistant": section})


@pytest.mark.parametrize("choice", ["music_assistant", "auto"])
def test_the_configured_player_plays(served: WireServer, token: str, choice: str) -> None:
    player = open_player(settings(served.port, token, player=choice), clock=time.monotonic, demo=False)
    try:
        player.apply(play(HAPPY))
        seen: list[Playback] = []

        def plays() -> bool:
            served.locked(lambda: served.world.advance(0.2))
            seen.append(player.playback())
            return seen[-1].state == "playing" and not seen[-1].assumed

        wait_for(plays, "the music")
        assert (seen[-1].context, seen[-1].speaker) == (HAPPY.uri, "Living Room")
        served.locked(lambda: served.world.person_sets_volume(11))
        wait_for(lambda: player.wait() == 0, "the word of the change")
        assert player.playback().volume == 11
    finally:
        player.close()


def test_a_message_that_is_too_large_ends_the_connection(served: WireServer) -> None:
    connection = ServerConnection(lambda: open_link("127.0.0.1", served.port), token=TOKEN)
    connection.connect()
    message_id = connection.send("player_queues/items", queue_id="sonos_living")
    assert connection.answer(message_id, 30) is not None
    served.locked(
        lambda: served.world._tell({"event": "queue_updated", "object_id": "x", "data": "x" * (MESSAGE_MAX_BYTES + 1)})
    )
    with pytest.raises(UnreadableServerError, match="larger than 4 MiB"):
        wait_for(connection.poll, "the end")
    assert not connection.connected
    connection.connect()
    connection.close()


@pytest.mark.parametrize("greeting", ["[]", "{", '{"hello": 1}', b"\xff\x00", "[" * 20_000])
def test_another_server_is_called_so(greeting: str | bytes) -> None:
    server = WireServer(Mass(), greeting=greeting)
    connection = ServerConnection(lambda: open_link("127.0.0.1", server.port), token=TOKEN, timeout=0.5)
    try:
        with pytest.raises(UnreadableServerError, match=r"check music_assistant\.host and port"):
            connection.connect()
    finally:
        connection.close()
        server.close()


def test_a_plain_web_server_and_nothing_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UnreadableServerError, match="isn't Music Assistant"):
            open_link("127.0.0.1", port)
        thread.join()
    with pytest.raises(ServerAwayError, match=rf"127\.0\.0\.1:{port} can't be reached") as error:
        open_link("127.0.0.1", port)
    assert error.value.gone


def test_an_answer_that_doesnt_come_has_a_deadline(served: WireServer) -> None:
    connection = ServerConnection(lambda: open_link("127.0.0.1", served.port), token=TOKEN, timeout=0.3)
    connection.connect()
    served.world.faults.append("late")
    with pytest.raises(ServerLostError, match=r"players/cmd/volume_set wasn't answered within 0\.3 s"):
        connection.call("players/cmd/volume_set", player_id="sonos_living", volume_level=5)
    assert connection.connected and connection.call("players/all")
    connection.close()


def test_the_commands_check_and_speakers(served: WireServer, token: str) -> None:
    config = settings(served.port, token)
    passed = music.music_assistant(config)
    assert passed is not None and passed.text == (
        f"127.0.0.1:{served.port} answers (version 2.11.0); Living Room is online"
    )
    assert music.music_assistant(Config()) is None
    with pytest.raises(PlayerError, match="asks for a token"):
        music.music_assistant(settings(served.port, None))
    out = io.StringIO()
    assert uses_music_assistant(config) and show_players(config, out) == 0
    assert out.getvalue().splitlines() == [
        "Kitchen      sonos--1      volume 40",
        "Living Room  sonos--1      volume 40   yours",
    ]
    assert show_players(settings(served.port, token, "Bath"), out) == 1
    assert out.getvalue().endswith("choose one of: Kitchen, Living Room\n")


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match=r"music_assistant\.host: is required"):
        open_player(Config.model_validate({"music": {"player": "music_assistant"}}), clock=time.monotonic, demo=False)
    with pytest.raises(ConfigError, match="there is no such file; write the music_assistant_token into it"):
        open_player(settings(1, "/nowhere/token"), clock=time.monotonic, demo=False)
    assert MusicAssistantConfig().port == 8095
