"""`moodroom library` and `moodroom recommend`: output, errors and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cli.main import main
from edge.commands import library as commands
from edge.config import Config
from edge.errors import ConfigError, LibraryError
from edge.library.account import LibraryAccount
from edge.library.store import Store
from edge.songs import SONG_MOODS
from edge.system.database import default_path
from tests.broker import free_port
from tests.conftest import Moodroom
from tests.library.fixtures import WriteTable
from tests.spotify_server import Server
from tests.spotify_server.library import LibraryWorld
from tests.spotify_server.server import CLIENT

SPOTIFY = Config.model_validate({"spotify": {"client_id": CLIENT}})


@pytest.fixture
def synced(
    account: LibraryWorld,
    opened: Callable[[Config], LibraryAccount],
    table: WriteTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account.like(70)
    commands.sync_songs(SPOTIFY, fresh=False, account=lambda config: without_pause(opened(config)))
    commands.features(SPOTIFY, table=table(), reccobeats=False, audio=False)
    commands.sort(SPOTIFY, table=None, method=None, k=None, json_text=False, png=None)
    capsys.readouterr()


def without_pause(account: LibraryAccount) -> LibraryAccount:
    return LibraryAccount(account.kind, account.lists, 0.0, account.close, account.spotify)


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    error: str


Cli = Callable[..., Result]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process, in an empty folder; faster than `moodroom`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return Result(int(ended.value.code or 0), output.out, output.err)

    return run


# Without an account.


def test_a_table_is_sorted_without_an_account_or_a_store(
    moodroom: Moodroom, cli: Cli, table: WriteTable, tmp_path: Path, state_folder: Path
) -> None:
    path, png = table(), tmp_path / "plane.png"
    done = moodroom("library", "sort", "--from", path, "--json", "--png", png)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert (data["method"], data["songs"], data["placed"], data["coverage"]) == ("quadrant", 350, 350, 1.0)
    assert set(data["moods"]) == set(SONG_MOODS) and sum(one["count"] for one in data["moods"].values()) == 350
    assert data["silhouette"] > 0.6
    assert data["moods"]["happy"]["typical"][0]["link"].startswith("https://open.spotify.com/track/")
    picture = cv2.imdecode(np.frombuffer(png.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape[0] > 600 and picture.std() > 10
    assert not (state_folder / "journal.db").exists()
    assert json.loads(cli("library", "sort", "--from", path, "--json").out) == data


def test_recommend_prints_links_and_json(cli: Cli, table: WriteTable) -> None:
    path = table()
    done = cli("recommend", "happy", "-n", 5, "--from", path, "--seed", 1)
    lines = done.out.splitlines()
    assert (done.code, len(lines)) == (0, 5)
    assert all("https://open.spotify.com/track/" in line for line in lines)
    found = json.loads(cli("recommend", "happy", "-n", 5, "--from", path, "--seed", 1, "--json").out)
    assert [one["link"] for one in found] == [line.split()[-1] for line in lines]
    assert {one["mood"] for one in found} == {"happy"}


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["library", "sort", "--from", "none.csv"], "none.csv: there is no such file", 2),
        (["library", "sort", "--from", "bad.csv"], "lacks the column valence", 2),
        (["library", "sort", "--from", "{table}", "--method", "magic"], "must be one of quadrant, kmeans, knn", 2),
        (["library", "sort", "--from", "{table}", "--method", "knn"], "at least two moods", 1),
        (["library", "sort", "--from", "{table}", "--png", "none/plane.png"], "can't be written", 2),
        (["library", "sort"], "`moodroom library sync` reads them", 1),
        (["library", "sync"], "--from TABLE.csv", 2),
        (["library", "publish"], "`moodroom library sync` reads them", 1),
        (["library", "move", "a song", "grumpy"], "isn't a mood", 2),
        (["library", "move", "a song", "sad"], "no such song", 2),
        (["recommend", "grumpy"], "isn't a mood", 2),
        (["recommend", "happy"], "nothing is sorted yet", 1),
        (["recommend", "happy", "-n", "0"], "-n", 2),
    ],
)
def test_an_error_is_one_sentence(
    cli: Cli, table: WriteTable, tmp_path: Path, arguments: list[str], words: str, code: int
) -> None:
    (tmp_path / "bad.csv").write_text("id,energy\na,1\n")
    done = cli(*(one.format(table=table()) for one in arguments))
    assert (done.code, done.out) == (code, "")
    assert done.error.splitlines()[-1].startswith("moodroom: ") and words in done.error.splitlines()[-1]


def test_a_song_of_a_table_stays_moved(cli: Cli, table: WriteTable) -> None:
    path = table()

    def moods() -> dict[str, str]:
        data = json.loads(cli("library", "sort", "--from", path, "--json").out)
        return {one["title"]: one["mood"] for one in data["tracks"]}

    before = moods()
    other = "sad" if before["Song 3"] != "sad" else "happy"
    done = cli("library", "move", f"https://open.spotify.com/track/{3:022d}?si=x", other, "--from", path)
    assert (done.code, done.out) == (0, f"Artist 3 - Song 3: {other} from now on\n")
    assert moods() == before | {"Song 3": other}
    assert cli("library", "move", "song 3", "auto", "--from", path).code == 0
    assert "songs match" in cli("library", "move", "song", "sad", "--from", path).error
    assert moods() == before


# With the simulated account.


def test_sync_features_and_sort_print_their_results(
    account: LibraryWorld,
    opened: Callable[[Config], LibraryAccount],
    table: WriteTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account.like(70)
    commands.sync_songs(SPOTIFY, fresh=False, account=lambda config: without_pause(opened(config)))
    assert capsys.readouterr().out.splitlines() == [
        "liked songs: 70 songs (2 pages)",
        "features: 0 of 70 songs (0%)",
    ]
    with pytest.raises(LibraryError, match="library features"):
        commands.sort(SPOTIFY, table=None, method=None, k=None, json_text=True, png=None)
    commands.features(SPOTIFY, table=table(count=50), reccobeats=False, audio=False)
    output = capsys.readouterr().out
    assert "has 50 of your songs (50 by id" in output and "features: 50 of 70 songs (71%): 50 from table" in output
    commands.sort(SPOTIFY, table=None, method="kmeans", k=3, json_text=True, png=None)
    data = json.loads(capsys.readouterr().out)
    assert (data["songs"], data["placed"], len(data["clusters"])) == (70, 50, 3)


def test_features_without_a_source_or_a_folder_say_which_to_name(
    synced: None, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.features(SPOTIFY, table=None, reccobeats=False, audio=False)
    assert "name --from TABLE.csv" in capsys.readouterr().out
    with pytest.raises(ConfigError, match=r"library\.music_folder"):
        commands.features(SPOTIFY, table=None, reccobeats=False, audio=True)


def test_publish_is_a_dry_run_until_yes(
    synced: None, account: LibraryWorld, opened: Callable[[Config], LibraryAccount], capsys: pytest.CaptureFixture[str],
    server: Server,
) -> None:  # fmt: skip
    commands.publish(SPOTIFY, yes=False, account=lambda config: without_pause(opened(config)))
    output = capsys.readouterr().out
    assert "Moodroom happy" in output and "--yes" in output and account.playlists == {}
    commands.publish(SPOTIFY, yes=True, account=lambda config: without_pause(opened(config)))
    assert "--yes" not in capsys.readouterr().out
    assert sum(len(one.entries) for one in account.playlists.values()) == 70
    commands.publish(SPOTIFY, yes=False, account=lambda config: without_pause(opened(config)))
    assert "unchanged" in capsys.readouterr().out


def test_a_move_counts_at_once_and_after_the_next_sorting(synced: None) -> None:
    commands.move("Song 5 Artist 5", "fear", table=None)
    uri = f"spotify:track:{5:022d}"
    with Store() as store:
        assert {one.song.uri: one.mood for one in store.placed()}[uri] == "fear"
    commands.sort(SPOTIFY, table=None, method="kmeans", k=7, json_text=True, png=None)
    with Store() as store:
        assert {one.song.uri: one.mood for one in store.placed()}[uri] == "fear"
    with pytest.raises(ConfigError, match="songs match"):
        commands.move("Artist", "fear", table=None)
    # A link is accepted before the song is in the library.
    commands.move("https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl", "sad", table=None)
    with Store() as store:
        assert store.moved()["spotify:track:11dFghVXANMlKmJXsNCbNl"] == "sad"


def test_the_library_is_in_the_state_directory(synced: None, state_folder: Path) -> None:
    assert default_path() == state_folder / "journal.db" and default_path().is_file()


@pytest.mark.parametrize("command", ["sync", "publish"])
def test_the_shipped_configuration_names_no_account(
    moodroom: Moodroom, root: Path, state_folder: Path, command: str
) -> None:
    Store().close()
    done = moodroom("library", command, "--config", root / "config.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("moodroom: library.source: no account is set up; set spotify.client_id, or ")


def test_an_mpd_that_does_not_run_is_told_at_once(moodroom: Moodroom, tmp_path: Path) -> None:
    path = tmp_path / "mpd.yaml"
    path.write_text(f"music: {{player: mpd}}\nmpd: {{port: {free_port()}}}\n")
    done = moodroom("library", "sync", "--config", path)
    assert done.returncode == 1
    # Nothing about a retry.
    assert len(done.stderr.splitlines()) == 1 and "Connection refused" in done.stderr
