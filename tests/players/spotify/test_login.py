"""The sign-in for a machine without a screen, and which player is opened."""

from __future__ import annotations

import io
import logging
import threading
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from edge.commands.spotify import log_in
from edge.config import Config
from edge.errors import ConfigError, PlayerError
from edge.players.player import open_player
from edge.players.spotify.errors import LoginError
from edge.players.spotify.login import Login, wait_for_redirect
from edge.players.spotify.token_file import LOGIN_LIFETIME_S, TokenFile
from edge.values import Act, Wish
from tests.broker import free_port
from tests.conftest import Moodroom
from tests.spotify_server import Server
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for


def agree(server: Server, address: str, code: str = "CODE-SECRET") -> str:
    """What a browser is sent back to once a person has agreed."""
    asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    assert asked["client_id"] == CLIENT
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert "user-modify-playback-state" in asked["scope"]
    server.codes[code] = (asked["code_challenge"], asked["redirect_uri"])
    return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"


def config(**sections: object) -> Config:
    return Config.model_validate(sections)


def test_a_pasted_address_becomes_a_login(server: Server, state_folder: Path) -> None:
    file = TokenFile(state_folder)
    login = Login(CLIENT, file, accounts=server.accounts)
    assert login.address.startswith(f"{server.accounts}authorize?")
    answer = agree(server, login.address)
    assert answer.startswith("http://127.0.0.1:8731/callback?")
    login.finish(f"  {answer}\n")
    token = file.read()
    assert token is not None
    assert token["refresh_token"].startswith("REFRESH-SECRET")
    assert file.client_id == CLIENT
    assert login.expires == pytest.approx(time.time() + LOGIN_LIFETIME_S, abs=5)
    assert file.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(LoginError, match="already used"):
        login.finish(answer)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("state=", "state=x"), "another sign-in"),
        (lambda text: text.split("&state")[0], "another sign-in"),
        (lambda text: "http://127.0.0.1:8731/callback", "isn't the address"),
        (lambda text: "", "isn't the address"),
        (lambda text: text.replace("code=CODE-SECRET", "error=access_denied"), "refused"),
        (lambda text: text.replace("CODE", "OTHER"), "didn't accept"),
    ],
)
def test_a_wrong_address_is_a_sentence(server: Server, state_folder: Path, change: object, words: str) -> None:
    file = TokenFile(state_folder)
    login = Login(CLIENT, file, accounts=server.accounts)
    with pytest.raises(LoginError, match=words) as found:
        login.finish(change(agree(server, login.address)))  # type: ignore[operator]
    assert "SECRET" not in str(found.value)
    assert not file.exists()


def test_a_new_login_takes_the_place_of_an_old_one(server: Server, state_folder: Path) -> None:
    then = [1_700_000_000.0]
    file = TokenFile(state_folder, now=lambda: then[0])
    file.write({**server.login(), "access_token": "old"}, new_login=True)
    then[0] += 150 * 86400
    login = Login(CLIENT, file, accounts=server.accounts)
    login.finish(agree(server, login.address))
    assert file.authorised_at == then[0]
    assert [path.name for path in state_folder.iterdir()] == ["spotify_login.json"]


def test_nobody_at_spotify_is_a_sentence(state_folder: Path) -> None:
    login = Login(CLIENT, TokenFile(state_folder), accounts="http://127.0.0.1:9/")
    state = parse_qs(urlsplit(login.address).query)["state"][0]
    with pytest.raises(LoginError, match="can't be reached"):
        login.finish(f"http://127.0.0.1:8731/callback?code=x&state={state}")


def test_the_whole_command_with_a_pasted_address(server: Server, state_folder: Path) -> None:
    out = io.StringIO()

    def read() -> str:
        address = next(line.strip() for line in out.getvalue().splitlines() if "authorize?" in line)
        return agree(server, address) + "\n"

    settings = config(spotify={"client_id": CLIENT})
    log_in(settings, port=None, out=out, read=read, accounts=server.accounts)
    assert "Logged in" in out.getvalue()
    assert "SECRET" not in out.getvalue()
    assert TokenFile().exists()


def test_the_whole_command_with_a_listener(server: Server, state_folder: Path) -> None:
    out, port, fault = io.StringIO(), free_port(), []

    def run() -> None:
        settings = config(spotify={"client_id": CLIENT})
        try:
            log_in(settings, port=port, out=out, read=lambda: "", accounts=server.accounts)
        except Exception as error:
            fault.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: "Waiting on" in out.getvalue(), "the listener")
    address = next(line.strip() for line in out.getvalue().splitlines() if "authorize?" in line)

    def answers() -> bool:
        try:
            with pytest.raises(HTTPError, match="404"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/favicon.ico", timeout=PATIENCE)
        except OSError:
            return False
        return True

    wait_for(answers, "an answer")
    with urllib.request.urlopen(agree(server, address), timeout=PATIENCE) as page:
        assert b"closed" in page.read()
    thread.join(PATIENCE)
    assert fault == []
    assert "Logged in" in out.getvalue()


def test_a_listener_waits_only_so_long_and_names_a_taken_port() -> None:
    port = free_port()
    with pytest.raises(LoginError, match="in time"):
        wait_for_redirect(port, seconds=0.1)

    def again() -> None:
        with pytest.raises(ConfigError, match=f"port {port}"):
            wait_for_redirect(port, seconds=0.1)

    with pytest.raises(LoginError):
        wait_for_redirect(port, seconds=0.1, ready=again)


def test_no_secret_reaches_the_log(server: Server, state_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("spotipy.client", "spotipy.oauth2", "edge", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    login = Login(CLIENT, TokenFile(state_folder), accounts=server.accounts)
    login.finish(agree(server, login.address))
    assert "SECRET" not in caplog.text


def test_a_state_directory_that_cannot_be_written_is_a_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    login = Login(CLIENT, TokenFile(tmp_path / "file"), accounts=server.accounts)
    with pytest.raises(LoginError, match="can't be written"):
        login.finish(agree(server, login.address))


# Which player is opened.


def test_spotify_without_an_app_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match=r"spotify\.client_id"):
        open_player(config(music={"player": "spotify"}), clock=time.monotonic, demo=False)


def test_spotify_without_a_login_starts_and_says_how_to_log_in() -> None:
    settings = config(music={"player": "spotify"}, spotify={"client_id": CLIENT, "speaker": "x"})
    player = open_player(settings, clock=time.monotonic, demo=False)
    assert player.name == "spotify"
    for call in (player.playback, lambda: player.apply(Wish(Act.PAUSE, "sad", "a test"))):
        with pytest.raises(PlayerError, match="moodroom login"):
            call()
    player.close()


def test_auto_takes_spotify_once_somebody_is_logged_in(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = config(spotify={"client_id": CLIENT})
    assert open_player(settings, clock=time.monotonic, demo=False).name == "dry_run"
    assert "nobody is logged in" in caplog.text
    TokenFile().write(server.login(), new_login=True)
    assert open_player(settings, clock=time.monotonic, demo=False).name == "spotify"
    assert open_player(settings, clock=time.monotonic, demo=True).name == "dry_run"


def test_a_login_that_was_refused_stays_spotifys_and_asks_for_another(server: Server) -> None:
    file = TokenFile()
    file.write(server.login(), new_login=True)
    file.quarantine(str((file.read() or {})["refresh_token"]))
    player = open_player(config(spotify={"client_id": CLIENT}), clock=time.monotonic, demo=False)
    assert player.name == "spotify"
    with pytest.raises(PlayerError, match="moodroom login"):
        player.playback()
    player.close()


def test_auto_takes_mpd_only_where_it_is_named_and_answers() -> None:
    import socket

    music = {"profiles": {"everyday": {"happy": "mpd:folder/x"}}}
    with socket.create_server(("127.0.0.1", 0)) as there:
        at = {"host": "127.0.0.1", "port": there.getsockname()[1]}
        assert open_player(config(mpd=at, music=music), clock=time.monotonic, demo=False).name == "mpd"
        library = {"profiles": {"everyday": {"happy": "library:happy"}}}
        assert open_player(config(mpd=at, music=library), clock=time.monotonic, demo=False).name == "mpd"
        assert open_player(config(mpd=at), clock=time.monotonic, demo=False).name == "dry_run"
        assert open_player(config(music=music), clock=time.monotonic, demo=False).name == "dry_run"
    assert open_player(config(mpd=at, music=music), clock=time.monotonic, demo=False).name == "dry_run"


# The commands.


def test_commands_without_an_app_or_a_login(moodroom: Moodroom, tmp_path: Path) -> None:
    for command in ("login", "speakers"):
        done = moodroom(command)
        assert done.returncode == 2
        assert "spotify.client_id" in done.stderr
        assert "Traceback" not in done.stderr
    path = tmp_path / "config.yaml"
    path.write_text(f"spotify: {{client_id: '{CLIENT}'}}\n")
    done = moodroom("speakers", "--config", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "moodroom login" in done.stderr
