"""Features from tables, from ReccoBeats (a local server) and from files."""

from __future__ import annotations

import json
import sys
import threading
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from edge.config.library import LibraryConfig
from edge.errors import ConfigError, PlayerError, TableError
from edge.library.audio import SAMPLE_RATE_HZ, analyse, measure
from edge.library.csv_table import read_table
from edge.library.features import coverage, from_files, from_reccobeats, from_table
from edge.library.publish import songs_for
from edge.library.reccobeats import IDS_PER_REQUEST, ReccoBeats
from edge.library.retrying import Retrier, StoppedError
from edge.library.steps import bring_features, sort_library
from edge.library.store import Store
from edge.songs import Features, Song
from tests.library.fixtures import fill


def spotify(n: int, **more: Any) -> Song:
    return Song(f"spotify:track:{n:022d}", f"Song {n}", "Artist", **more)


# Tables.


def test_a_table_is_matched_by_id_isrc_or_name(store: Store) -> None:
    fill(
        store,
        spotify(1),
        spotify(2, isrc="USUM72104140"),
        Song("mpd:a.flac", "Déjà Vu (feat. JAY-Z)", "Beyoncé"),
        spotify(4),
    )
    table = [
        Song("spotify:track:0000000000000000000001", features=Features(0.1, 0.1)),
        Song("isrc:USUM72104140", isrc="USUM72104140", features=Features(0.2, 0.2)),
        Song("song:x", "Deja Vu", "BEYONCE, Jay-Z", features=Features(0.3, 0.3)),
        Song("spotify:track:0000000000000000000004", features=Features(None, 0.4)),
    ]
    assert from_table(store, table) == {"id": 1, "isrc": 1, "name": 1}
    known = coverage(store.songs())
    assert (known.songs, known.placeable, known.by, known.share) == (4, 3, {"table": 3}, 0.75)
    assert {song.features.valence for song in store.songs() if song.features} == {0.1, 0.2, 0.3}


# ReccoBeats.


class ReccoServer:
    """ReccoBeats on 127.0.0.1. refuse: status codes for the next requests. body: sent instead of features."""

    def __init__(self) -> None:
        self.requests: list[list[str]] = []
        self.refuse: list[int] = []
        self.body: bytes | None = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                assert url.path == "/v1/audio-features"
                ids = parse_qs(url.query)["ids"][0].split(",")
                service.requests.append(ids)
                status = service.refuse.pop(0) if service.refuse else 200
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", "7")
                self.end_headers()
                content = [service.entry(key) for key in ids if int(key) % 10 != 0]
                self.wfile.write(service.body or json.dumps({"content": content}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1/"

    def entry(self, key: str) -> dict[str, Any]:
        numbers = {"acousticness": 0.2, "danceability": 0.6, "energy": 0.7, "tempo": 120.5, "loudness": -6.1}
        return {
            "id": "8212bab8", "href": f"https://open.spotify.com/track/{key}", "isrc": "USUM72104140", **numbers,
            "valence": 0.3, "instrumentalness": 0.0, "liveness": 0.1, "speechiness": 7 if int(key) % 2 else 10**400,
            "key": 4, "mode": 1,
        }  # fmt: skip


@pytest.fixture
def recco() -> Iterator[ReccoServer]:
    service = ReccoServer()
    threading.Thread(target=service.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield service
    service.http.shutdown()
    service.http.server_close()


@pytest.fixture
def api(recco: ReccoServer) -> Iterator[ReccoBeats]:
    api = ReccoBeats(recco.url)
    yield api
    api.close()


def no_wait(_: float) -> bool:
    return False


def test_songs_are_requested_in_batches_and_only_once(store: Store, recco: ReccoServer, api: ReccoBeats) -> None:
    fill(store, *(spotify(n) for n in range(1, 101)), Song("mpd:a.flac", "A"))
    store.add_features({spotify(5).uri: Features(0.9, 0.9)}, "table")
    assert from_reccobeats(store, api, Retrier(no_wait, pause=0)) == 89
    assert [len(ids) for ids in recco.requests] == [IDS_PER_REQUEST, IDS_PER_REQUEST, 19]
    found = {song.uri: song.features for song in store.songs()}
    # A value out of range is unknown.
    assert (
        found[spotify(1).uri]
        == found[spotify(2).uri]
        == Features(0.3, 0.7, 0.6, 120.5, -6.1, 0.2, 0.0, None, 0.1, source="reccobeats")
    )
    assert found[spotify(5).uri] == Features(0.9, 0.9) and found[spotify(10).uri] is None
    assert from_reccobeats(store, api, Retrier(no_wait, pause=0)) == 0
    assert len(recco.requests) == 3


def test_a_refused_request_is_retried_when_allowed(store: Store, recco: ReccoServer, api: ReccoBeats) -> None:
    fill(store, spotify(1))
    recco.refuse = [429, 503, 429]
    waits: list[float] = []
    assert from_reccobeats(store, api, Retrier(no_wait, pause=0, on_wait=waits.append)) == 1
    assert waits[0] == 7 and waits[1] == 30 and len(recco.requests) == 4


def test_features_found_before_a_stop_are_kept(store: Store, recco: ReccoServer, api: ReccoBeats) -> None:
    fill(store, *(spotify(n) for n in range(1, 101)))
    with pytest.raises(StoppedError):
        from_reccobeats(store, api, Retrier(lambda _: len(recco.requests) >= 1, pause=1))
    assert len(store.looked_up("reccobeats")) == IDS_PER_REQUEST
    from_reccobeats(store, api, Retrier(no_wait, pause=0))
    assert [len(ids) for ids in recco.requests] == [IDS_PER_REQUEST, IDS_PER_REQUEST, 20]


@pytest.mark.parametrize(
    ("refuse", "body"),
    [([403], None), ([], b"<html>"), ([], b'{"content": [7]}'), ([], b"[]"), ([], b'{"content": 1}')],
)
def test_an_unusable_response_is_an_error_without_a_retry(
    store: Store, recco: ReccoServer, api: ReccoBeats, refuse: list[int], body: bytes | None
) -> None:
    fill(store, spotify(1))
    recco.refuse, recco.body = refuse, body
    with pytest.raises(PlayerError, match=r"library\.reccobeats_url"):
        from_reccobeats(store, api, Retrier(no_wait, pause=0))
    assert len(recco.requests) == 1 and store.looked_up("reccobeats") == set()


def test_an_unreachable_service_is_an_error(store: Store) -> None:
    fill(store, spotify(1))
    with pytest.raises(PlayerError, match="can't be reached"):
        from_reccobeats(store, ReccoBeats("http://127.0.0.1:9/v1"), Retrier(no_wait, pause=0))


# Files.


def music(seconds: float, *, bpm: float, notes: tuple[int, ...], loud: float, bright: bool) -> np.ndarray:
    """Return chords with a beat. notes: semitones above A3."""
    time = np.arange(int(SAMPLE_RATE_HZ * seconds)) / SAMPLE_RATE_HZ
    sound = np.zeros_like(time)
    for note in notes:
        for overtone in range(1, 12 if bright else 2):
            sound += np.sin(2 * np.pi * 220 * 2 ** (note / 12) * overtone * time) / overtone
    beat = 60 / bpm
    sound *= np.exp(-6 * (time % beat) / beat)
    if bright:
        sound += np.random.default_rng(0).normal(0, 0.8, len(time)) * ((time % beat) < 0.03)
    return (sound / np.abs(sound).max() * loud).astype(np.float32)


def write(path: Path, sound: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((sound * 32000).astype("<i2").tobytes())
    return path


MAJOR, MINOR = (0, 4, 7, 12), (0, 3, 7, 12)


@pytest.mark.slow  # librosa compiles code on first use
@pytest.mark.filterwarnings("ignore")
def test_a_files_tempo_loudness_and_energy_are_measured_and_its_valence_guessed(tmp_path: Path) -> None:
    lively = analyse(write(tmp_path / "lively.wav", music(12, bpm=140, notes=MAJOR, loud=0.9, bright=True)))
    calm = analyse(write(tmp_path / "calm.wav", music(12, bpm=70, notes=MINOR, loud=0.05, bright=False)))
    assert lively is not None and calm is not None
    assert lively.guessed and calm.guessed and lively.source == "audio"
    assert lively.tempo == pytest.approx(140, rel=0.05)
    assert calm.loudness == pytest.approx(20 * np.log10(0.05 * 0.2), abs=6) and lively.loudness > calm.loudness + 15  # type: ignore[operator]
    assert lively.energy > calm.energy + 0.3  # type: ignore[operator]
    assert lively.valence > calm.valence  # type: ignore[operator]
    # These would need a trained model.
    assert (lively.danceability, lively.speechiness, lively.acousticness) == (None, None, None)


@pytest.mark.slow  # librosa compiles code on first use
@pytest.mark.filterwarnings("ignore")
def test_silence_and_broken_files_have_no_features(tmp_path: Path) -> None:
    assert measure(np.zeros(SAMPLE_RATE_HZ, np.float32)) is None
    assert measure(np.zeros(0, np.float32)) is None
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    assert analyse(tmp_path / "broken.wav") is None


@pytest.mark.slow  # librosa compiles code on first use
@pytest.mark.filterwarnings("ignore")
def test_files_without_features_are_analysed_once(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    write(folder / "a" / "one.wav", music(6, bpm=120, notes=MAJOR, loud=0.5, bright=True))
    (folder / "broken.wav").write_bytes(b"no")
    fill(store, Song("mpd:a/one.wav"), Song("mpd:broken.wav"), Song("mpd:away.wav"), Song("mpd:known.wav"), spotify(1))
    store.add_features({"mpd:known.wav": Features(0.5, 0.5)}, "table")
    assert from_files(store, folder) == (1, 2)
    assert store.looked_up("audio") == {"mpd:a/one.wav", "mpd:broken.wav"}
    known = coverage(store.songs())
    assert (known.by, known.guessed) == ({"audio": 1, "table": 1}, 1)
    # The missing file is tried again.
    assert from_files(store, folder) == (0, 1)
    assert from_files(store, folder, stopping=lambda: True) == (0, 0)


def test_a_missing_folder_or_librosa_is_an_error(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"library\.music_folder"):
        from_files(store, tmp_path / "none")
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(ConfigError, match=r"pip install 'moodroom\[audio\]'"):
        from_files(store, tmp_path)


def test_an_unreadable_folder_is_an_error(store: Store, hidden_folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"library\.music_folder"):
        from_files(store, hidden_folder)


EXPORTS = {
    "TuneMyMusic": "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\n"
    "One,Ann,Album,Mine,Playlist,GBAAA0000001,0000000000000000000001\n",
    "Soundiiz": "title,artist,album,isrc,addedDate,addedBy,url\n"
    "One,Ann,Album,GBAAA0000001,2024-01-01,me,https://open.spotify.com/track/0000000000000000000001\n",
    "Exportify": "sep=,\nTrack URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,ISRC,Added By\n"
    "spotify:track:0000000000000000000001,One,spotify:artist:a,Ann,spotify:album:b,Album,GBAAA0000001,me\n",
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_without_features_becomes_songs_that_reccobeats_describes(
    store: Store, recco: ReccoServer, api: ReccoBeats, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(EXPORTS[name])
    *_, sentence = bring_features(store, LibraryConfig(), no_wait, table=path)
    assert "its 1 songs are in the library now, and --reccobeats" in sentence
    (song,) = store.songs()
    assert (song.uri, song.title, song.artist) == ("spotify:track:0000000000000000000001", "One", "Ann")
    assert from_reccobeats(store, api, Retrier(no_wait, pause=0)) == 1
    assert store.songs()[0].features is not None
    bring_features(store, LibraryConfig(), no_wait, table=path)
    store.lists.keep(["liked"])
    assert len(store.songs()) == 1
    with pytest.raises(TableError, match=r"lacks the columns valence and energy; .*moodroom library features --from"):
        read_table(path)


def test_songs_of_an_export_without_an_address_can_be_sorted_and_searched_for(store: Store, tmp_path: Path) -> None:
    fill(store, Song("spotify:track:0000000000000000000009", "Two", "Ann"))
    export, features = tmp_path / "export.csv", tmp_path / "features.csv"
    export.write_text("Track name,Artist name,Album,ISRC\nOne,Ann,A,\nTwo,Ann,A,\nThree,Bob,B,GBAAA0000003\n")
    for _ in range(2):
        (sentence,) = bring_features(store, LibraryConfig(), no_wait, table=export)
        assert "its 2 songs are in the library now; 2 without a Spotify address" in sentence
        assert sentence.endswith("; 1 were there already")
    features.write_text("title,artist,valence,energy\nOne,Ann,0.9,0.8\nThree,Bob,0.1,0.2\n")
    bring_features(store, LibraryConfig(), no_wait, table=features)
    sort_library(store, LibraryConfig())
    placed = {one.song.title: one for one in store.placed()}
    assert set(placed) == {"One", "Three"}
    assert placed["One"].song.link == "https://open.spotify.com/search/Ann%20One"
    assert songs_for(store.placed(), placed["One"].mood, "spotify:track:") == ()
