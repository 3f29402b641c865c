"""Choosing music on the page: search and playlists of a real MPD and the simulated Spotify, links, covers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from edge.config import Config
from edge.players.spotify.token_file import REDIRECT_URI, TokenFile
from edge.web.setup.music_sources import MusicSources
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.broker import free_port
from tests.conftest import ROOT
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.library import LibraryWorld, Own, track
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE
from tests.web.served import Serve

__all__ = ["login", "server", "world"]
PICTURE = (ROOT / "edge" / "web" / "static" / "icon-192.png").read_bytes()


class Asking:
    """A page whose music is searched for where a configuration says."""

    def __init__(self, serve: Serve, folder: Path, config: dict[str, Any], spotify: Server | None = None) -> None:
        made = Config.model_validate(config)
        api, accounts = (None, None) if spotify is None else (spotify.api, spotify.accounts)
        music = MusicSources(made, api=api, accounts=accounts)
        self._served = serve(set_up=SetUp(made, None, "", lambda: None, Progress(folder), music=music))
        self._browser = self._served.session()

    def get(self, path: str, **query: str) -> requests.Response:
        return self._browser.get(f"{self._served.url}/api/setup/{path}", params=query, timeout=PATIENCE)

    def link(self, address: str) -> requests.Response:
        return self._browser.post(f"{self._served.url}/api/setup/link", json={"address": address}, timeout=PATIENCE)


class Pictures:
    """A server of covers. asked: the paths that were fetched."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                content = PICTURE if self.path == "/cover" else PICTURE + bytes(3 * 2**20)
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    made = Pictures()
    yield made
    made.close()


@pytest.fixture
def spotify(serve: Serve, tmp_path: Path, server: Server, world: World, login: TokenFile, pictures: Pictures) -> Asking:
    server.library = LibraryWorld(world)
    server.library.liked = [track(7)]
    server.library.playlists = {
        "morning": Own("morning", "Morning songs", cover=f"{pictures.url}/cover"),
        "huge": Own("huge", "A huge cover", cover=f"{pictures.url}/huge"),
    }
    return Asking(serve, tmp_path, {"spotify": {"client_id": CLIENT}}, server)


def test_spotify_is_searched_and_shows_the_accounts_playlists(spotify: Asking) -> None:
    answer = spotify.get("search", q="song").json()
    assert [(one["play"], one["name"], one["kind"], one["by"]) for one in answer["found"]] == [
        ("spotify:playlist:morning", "Morning songs", "playlist", ""),
        (track(7)["uri"], "Song 7", "track", "Artist 7"),
    ]
    own = spotify.get("playlists").json()
    assert [one["play"] for one in own["found"]] == ["spotify:playlist:morning", "spotify:playlist:huge"]
    assert own["problems"] == answer["problems"] == []
    assert spotify.get("search", q=" ").status_code == 422
    assert spotify.get("search", q="a" * 101).status_code == 422


def test_only_covers_that_spotify_named_are_fetched(spotify: Asking, pictures: Pictures) -> None:
    before = spotify.get("cover", n=f"{pictures.url}/cover")
    assert before.status_code == 204 and pictures.asked == []
    covers = [one["cover"] for one in spotify.get("playlists").json()["found"]]
    picture = spotify.get("cover", n=covers[0])
    assert (picture.headers["content-type"], picture.content) == ("image/png", PICTURE)
    # Larger than a cover is.
    assert spotify.get("cover", n=covers[1]).status_code == 204
    assert pictures.asked == ["/cover", "/huge"]


def test_a_pasted_link_is_named(spotify: Asking) -> None:
    found = spotify.link("https://open.spotify.com/intl-de/playlist/morning?si=1").json()["found"]
    assert (found["play"], found["name"], found["kind"]) == ("spotify:playlist:morning", "Morning songs", "playlist")
    unknown = spotify.link("https://open.spotify.com/artist/2RdwBSPQiwcmiDo9kixcl8").json()["found"]
    assert (unknown["play"], unknown["name"], unknown["kind"]) == (
        "spotify:artist:2RdwBSPQiwcmiDo9kixcl8",
        "",
        "artist",
    )
    assert spotify.link("mpd:folder/Jazz").json()["found"]["name"] == "Jazz"
    for address in ("https://example.org/song", "nothing", "file:///etc/passwd"):
        refused = spotify.link(address)
        assert refused.status_code == 409 and refused.json()["error"].startswith("this can't be played; ")


def test_the_login_is_told(serve: Serve, tmp_path: Path, spotify: Asking) -> None:
    told = spotify.get("spotify").json()
    assert told["login"] == "signed_in" and told["expires"] and told["redirect"] == REDIRECT_URI
    assert Asking(serve, tmp_path, {"spotify": {"client_id": "a" * 32}}).get("spotify").json()["login"] == "other_app"
    TokenFile().forget()
    assert spotify.get("spotify").json() == {"redirect": REDIRECT_URI, "login": "none", "expires": None}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"music": {"player": "spotify"}, "spotify": {"client_id": CLIENT}}, "before somebody has signed in"),
        ({"music": {"player": "music_assistant"}, "music_assistant": {"host": "10.0.0.2"}}, "Music Assistant can't be"),
        ({"mpd": {"host": "127.0.0.1", "port": free_port()}}, "is MPD running there?"),
    ],
)
def test_what_cant_be_searched_is_said(
    serve: Serve, tmp_path: Path, state_folder: Path, config: dict[str, Any], words: str
) -> None:
    asking = Asking(serve, tmp_path, config)
    for answer in (asking.get("search", q="jazz").json(), asking.get("playlists").json()):
        assert answer["found"] == [] and len(answer["problems"]) == 1
        assert words in answer["problems"][0]["error"]


@pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
def test_mpd_is_searched_by_names_of_lists_folders_and_songs(serve: Serve, tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    # The configuration takes no such address: an override of the direction, and a space at the end.
    for name in ("Even \u202eder", "Evening "):
        (tmp_path / "playlists" / f"{name}.m3u").write_text("calm/calm1.wav\n")
    daemon.start()
    try:
        asking = Asking(serve, tmp_path, {"music": {"player": "mpd"}, "mpd": {"port": daemon.port}})
        found = asking.get("search", q="CALM").json()
        assert found["problems"] == []
        assert [(one["play"], one["kind"]) for one in found["found"]] == [
            ("mpd:folder/calm", "folder"),
            *((f"mpd:calm/calm{n}.wav", "track") for n in range(3)),
        ]
        lists = [("mpd:playlist/Evening", "Evening")]
        for answer in (asking.get("playlists"), asking.get("search", q="even")):
            assert [(one["play"], one["name"]) for one in answer.json()["found"]] == lists
        assert asking.get("search", q="nowhere").json() == {"found": [], "problems": []}
    finally:
        daemon.stop()
