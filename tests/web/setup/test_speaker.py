"""The speaker's step on the real server: a real MPD, the simulated Spotify and Music Assistant, and the sound."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import requests

from edge.config import Config
from edge.events import CommandRejected, DecisionMade, PlaybackChanged, ProblemOccurred
from edge.music.director import Director
from edge.players.driver import PlayerDriver
from edge.players.player import open_player
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.token_file import TokenFile
from edge.players.wish_queue import WishQueue
from edge.room.commands import TRIAL_NAME, TRY_SPEAKER, execute
from edge.room.room import Room
from edge.sentences import Sentence
from edge.values import DRY_RUN, NO_PLAYER, Act, Control, Playback
from edge.web.setup import found_speakers
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.broker import free_port
from tests.librespot_server import Librespot
from tests.librespot_server.server import WireServer as DaemonServer
from tests.mass_server import Mass
from tests.mass_server.server import WireServer
from tests.mass_server.world import TOKEN
from tests.players.mpd_daemon import Daemon
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for
from tests.web.served import Serve, publish

__all__ = ["login", "server", "world"]
STOPPED = Playback("stopped", "mpd", speaker="MPD at 127.0.0.1", volume=40)
PLAYING = Playback("playing", "mpd", speaker="MPD at 127.0.0.1", title="test-sound.wav", volume=40)


class Step:
    """The page of a device with this configuration; no device carries out its commands."""

    def __init__(self, serve: Serve, folder: Path, **sections: Any) -> None:
        self.config = Config.model_validate(sections)
        set_up = SetUp(self.config, None, "", lambda: None, Progress(folder))
        self.served = serve(set_up=set_up, port=sections.get("web", {}).get("port"))
        self._browser, self._url = self.served.session(), f"{self.served.url}/api/setup"

    def get(self) -> Any:
        answer = self._browser.get(f"{self._url}/speakers", timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> requests.Response:
        return self._browser.post(f"{self._url}/{path}", json=body, timeout=PATIENCE)

    def plays(self, playback: Playback) -> None:
        publish(self.served.board, PlaybackChanged, playback)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "mpd")
    daemon.start()
    yield daemon
    daemon.stop()


def mpd_at(port: int) -> dict[str, Any]:
    return {"player": "mpd", "name": "127.0.0.1", "host": "127.0.0.1", "port": port, "here": True}


def test_mpd_is_found_and_tried_by_address(serve: Serve, tmp_path: Path, daemon: Daemon) -> None:
    step = Step(serve, tmp_path, mpd={"port": daemon.port})
    assert step.get() == {"speakers": [mpd_at(daemon.port)], "problems": [], "spotify": "unset"}
    answer = step.post("speakers", host=" 127.0.0.1", port=daemon.port)
    assert answer.json() == {"speakers": [mpd_at(daemon.port)]}
    port = free_port()
    nobody = step.post("speakers", host="127.0.0.1", port=port)
    assert nobody.status_code == 409 and f"127.0.0.1:{port} doesn't answer" in nobody.json()["error"]
    for typed, words in [
        ({"host": "http://10.0.0.5"}, "mpd.host: must be"),
        ({"host": "10.0.0.5", "port": 0}, "mpd.port: must be"),
        ({"host": "10.0.0.5", "player": "radio"}, "player must be mpd, music_assistant or go_librespot"),
    ]:
        answer = step.post("speakers", **typed)
        assert answer.status_code == 422 and answer.json()["error"].startswith(words), answer.text
    daemon.stop()
    (problem,) = step.get()["problems"]
    assert problem["player"] == "mpd" and f"127.0.0.1:{daemon.port} doesn't answer" in problem["text"]


def test_mpds_password_is_tried_without_being_kept(serve: Serve, tmp_path: Path, state_folder: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", extra='password "hush@read,add,control,admin"\ndefault_permissions ""')
    daemon.start()
    try:
        step = Step(serve, tmp_path)
        place = {"host": "127.0.0.1", "port": daemon.port}
        assert "requires a password" in step.post("speakers", **place).json()["error"]
        assert "refused the password" in step.post("speakers", **place, password="guessed").json()["error"]
        assert step.post("speakers", **place, password="hush").status_code == 200
    finally:
        daemon.stop()
    assert not (state_folder / "mpd_password").exists()


def test_spotifys_speakers_come_after_the_sign_in(
    serve: Serve, tmp_path: Path, world: World, server: Server, login: TokenFile
) -> None:
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    found = found_speakers.spotify_entries(api)
    assert {"player": "spotify", "name": "Living Room", "host": None, "port": None, "here": False} in found
    login.forget()
    assert Step(serve, tmp_path, spotify={"client_id": CLIENT}).get()["spotify"] == "signed_out"


def test_music_assistants_speakers(serve: Serve, tmp_path: Path) -> None:
    wire = WireServer(Mass())
    try:
        step = Step(serve, tmp_path)
        place = {"player": "music_assistant", "host": "127.0.0.1", "port": wire.port}
        assert step.post("speakers", **place, password="guessed").status_code == 409
        found = step.post("speakers", **place, password=TOKEN).json()["speakers"]
        assert "Kitchen" in [one["name"] for one in found]
        assert {(one["host"], one["port"], one["here"]) for one in found} == {("127.0.0.1", wire.port, False)}
    finally:
        wire.close()


def test_go_librespot_is_found_and_tried_by_address(serve: Serve, tmp_path: Path) -> None:
    daemon = DaemonServer(Librespot())
    try:
        entry = {
            "player": "go_librespot",
            "name": "Living Room",
            "host": "127.0.0.1",
            "port": daemon.port,
            "here": True,
        }
        step = Step(serve, tmp_path, go_librespot={"port": daemon.port})
        assert [one for one in step.get()["speakers"] if one["player"] == "go_librespot"] == [entry]
        place = {"player": "go_librespot", "host": "127.0.0.1"}
        assert step.post("speakers", **place, port=daemon.port).json() == {"speakers": [entry]}
        nobody = step.post("speakers", **place, port=free_port())
        assert nobody.status_code == 409 and "check that go-librespot runs" in nobody.json()["error"]
        daemon.world.account = False
        (unnamed,) = step.post("speakers", **place, port=daemon.port).json()["speakers"]
        assert unnamed == entry | {"name": "go-librespot"}, "its name is known once somebody has connected"
    finally:
        daemon.close()


@pytest.mark.parametrize(
    ("playback", "words"),
    [
        (Playback("playing", DRY_RUN), "no speaker is in use"),
        (Playback("stopped", NO_PLAYER), "no speaker is in use"),
        (Playback("unavailable", "spotify"), "the speaker can't be reached now"),
        (Playback("stopped", "music_assistant"), "there is no music to try this speaker with yet"),
    ],
)
def test_why_nothing_can_be_played(serve: Serve, tmp_path: Path, playback: Playback, words: str) -> None:
    step = Step(serve, tmp_path, music={"profiles": {"everyday": {"default": "nothing"}}})
    step.plays(playback)
    answer = step.post("sound")
    assert answer.status_code == 409 and answer.json()["error"].startswith(words), answer.text
    assert answer.json()["sentence"]["code"] == answer.json()["error"]
    assert step.served.commands == []


def test_music_that_plays_is_the_trial(serve: Serve, tmp_path: Path) -> None:
    step = Step(serve, tmp_path)
    step.plays(PLAYING)
    heard = {"speaker": "MPD at 127.0.0.1", "title": "test-sound.wav", "volume": 40, "already": True}
    assert step.post("sound").json() == heard and step.served.commands == []


@pytest.mark.parametrize("fails", [False, True])
def test_the_device_plays_the_sound_or_says_why_not(serve: Serve, tmp_path: Path, fails: bool) -> None:
    step = Step(serve, tmp_path)
    step.plays(STOPPED)

    def device() -> None:
        wait_for(lambda: step.served.commands, "the command")
        # Another part's problem says nothing about the sound.
        publish(step.served.board, ProblemOccurred, "library", "the library can't be read")
        if fails:
            why = Sentence("can't {act}: {why}", act=Sentence("play {music} now", music=TRIAL_NAME), why="mpd: gone")
            publish(step.served.board, ProblemOccurred, "player", why)
        else:
            step.plays(PLAYING)

    thread = threading.Thread(target=device)
    thread.start()
    answer = step.post("sound")
    thread.join()
    (command,) = step.served.commands
    assert (command.name, command.origin) == (TRY_SPEAKER, "page")
    assert command.value == f"mpd:http://127.0.0.1:{Config().web.port}/test-sound.wav"
    if fails:
        assert answer.status_code == 409 and answer.json()["sentence"]["code"] == "can't {act}: {why}", answer.text
    else:
        assert answer.status_code == 200 and answer.json()["already"] is False, answer.text


class MusicPart(threading.Thread):
    """The room and the player of a device, which carry out the page's commands."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        config, self._step = step.config, step
        self._items: SimpleQueue[Any] = SimpleQueue()
        self._wishes, self.ended = WishQueue(), threading.Event()
        self._player = open_player(config, clock=time.monotonic, demo=False)
        self._driver = PlayerDriver(self._player, self._wishes, post=self._items.put)
        self.room = Room(Director(config.music), music=config.music)

    def run(self) -> None:
        while not self.ended.is_set():
            self._driver.turn()
            now, events = time.monotonic(), []
            while not self._items.empty():
                item = self._items.get()
                if isinstance(item, Playback):
                    events += self.room.on_playback(now, item)
                elif isinstance(item, ProblemOccurred):
                    events.append(item)
            while self._step.served.commands:
                events += execute(self.room, now, self._step.served.commands.pop(0))
            for event in [*events, *self.room.tick(now)]:
                self._step.served.board(event)
                if isinstance(event, DecisionMade) and event.wish.act is not Act.KEEP:
                    self._wishes.put(event.wish)
        self._player.close()


@pytest.fixture
def device(serve: Serve, tmp_path: Path, daemon: Daemon) -> Iterator[tuple[Step, MusicPart]]:
    music = {"player": "mpd", "max_volume": 60, "profiles": {"everyday": {"default": "nothing"}}}
    step = Step(serve, tmp_path, web={"port": free_port()}, mpd={"port": daemon.port}, music=music)
    part = MusicPart(step)
    part.start()
    yield step, part
    part.ended.set()
    part.join()


def test_mpd_fetches_the_sound_and_plays_it(device: tuple[Step, MusicPart], daemon: Daemon) -> None:
    step, part = device
    answer = step.post("sound")
    assert answer.status_code == 200 and answer.json()["already"] is False, answer.text
    assert daemon.queue() == [f"http://127.0.0.1:{step.served.config.port}/test-sound.wav"]
    assert daemon.status()["volume"] == "60"
    wait_for(lambda: daemon.status()["state"] == "stop", "the sound's end")
    wait_for(lambda: part.room.playback.state == "stopped", "the report")
    assert "error" not in daemon.status() and part.room.control is Control.AUTO


def test_an_mpd_that_is_gone_says_so(device: tuple[Step, MusicPart], daemon: Daemon) -> None:
    step, part = device
    wait_for(lambda: part.room.playback is not None, "the first report")
    daemon.stop()
    wait_for(lambda: part.room.playback.state == "unavailable", "the report")
    answer = step.post("sound")
    assert answer.status_code == 409 and "can't be reached" in answer.json()["error"], answer.text


def test_a_refusal_by_the_room_is_told(serve: Serve, tmp_path: Path) -> None:
    step = Step(serve, tmp_path)
    step.plays(STOPPED)
    refused = Sentence("the speaker can't be tried while music plays")

    def device() -> None:
        wait_for(lambda: step.served.commands, "the command")
        publish(step.served.board, CommandRejected, TRY_SPEAKER, refused)

    thread = threading.Thread(target=device)
    thread.start()
    assert step.post("sound").json()["error"] == refused
    thread.join()


def test_the_sound_needs_no_password(serve: Serve, tmp_path: Path) -> None:
    served = serve(protected=True, set_up=SetUp(Config(), None, "", lambda: None, Progress(tmp_path)))
    answer = served.get("/test-sound.wav")
    assert answer.headers["content-type"] == "audio/wav" and answer.content.startswith(b"RIFF")
    assert served.get("/api/setup/speakers").status_code == 401
