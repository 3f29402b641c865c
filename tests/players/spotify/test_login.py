"""The sign-in for a device without a screen."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from edge.config import Config
from edge.errors import ConfigError
from edge.players.spotify import login as module
from edge.players.spotify.errors import LoginError
from edge.players.spotify.login import Login, wait_for_redirect
from edge.players.spotify.token_file import LOGIN_LIFETIME_S, TokenFile
from tests.broker import free_port
from tests.spotify_server import Server
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE


def agree(server: Server, address: str, code: str = "CODE-SECRET") -> str:
    """The address that the browser is redirected to after the user has agreed."""
    query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    assert query["client_id"] == CLIENT
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert "user-modify-playback-state" in query["scope"]
    server.codes[code] = (query["code_challenge"], query["redirect_uri"])
    return f"{query['redirect_uri']}?code={code}&state={query['state']}"


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
def test_a_wrong_address_raises_a_clear_error(server: Server, state_folder: Path, change: object, words: str) -> None:
    file = TokenFile(state_folder)
    login = Login(CLIENT, file, accounts=server.accounts)
    with pytest.raises(LoginError, match=words) as raised:
        login.finish(change(agree(server, login.address)))  # type: ignore[operator]
    assert "SECRET" not in str(raised.value)
    assert not file.exists()


def test_a_new_login_replaces_the_old_one(server: Server, state_folder: Path) -> None:
    now = [1_700_000_000.0]
    file = TokenFile(state_folder, now=lambda: now[0])
    file.write({**server.login(), "access_token": "old"}, new_login=True)
    now[0] += 150 * 86400
    login = Login(CLIENT, file, accounts=server.accounts)
    login.finish(agree(server, login.address))
    assert file.authorised_at == now[0]
    assert [path.name for path in state_folder.iterdir()] == ["spotify_login.json"]


def test_an_unreachable_spotify_raises_a_clear_error(state_folder: Path) -> None:
    login = Login(CLIENT, TokenFile(state_folder), accounts="http://127.0.0.1:9/")
    state = parse_qs(urlsplit(login.address).query)["state"][0]
    with pytest.raises(LoginError, match="can't be reached"):
        login.finish(f"http://127.0.0.1:8731/callback?code=x&state={state}")


def test_waiting_for_the_redirect_times_out_and_names_a_taken_port() -> None:
    port = free_port()
    with pytest.raises(LoginError, match="in time"):
        wait_for_redirect(port, seconds=0.1)

    def wait_again() -> None:
        with pytest.raises(ConfigError, match=f"port {port}"):
            wait_for_redirect(port, seconds=0.1)

    with pytest.raises(LoginError):
        wait_for_redirect(port, seconds=0.1, ready=wait_again)


def test_a_client_that_sends_a_byte_now_and_then_does_not_keep_the_browser_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REQUEST_TIMEOUT_S", 1.0)
    port, stop = free_port(), threading.Event()
    sockets: list[socket.socket] = []

    def trickle(client: socket.socket) -> None:
        with suppress(OSError):
            while not stop.wait(0.1):
                client.sendall(b"G")

    def begin() -> None:
        # In this order, and both before one is served: the browser's request then waits for the slow one's end alone.
        sockets.extend(socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(2))
        sockets[1].sendall(b"GET /callback?code=x HTTP/1.0\r\n\r\n")
        thread.start()

    thread = threading.Thread(target=lambda: trickle(sockets[0]))
    try:
        assert wait_for_redirect(port, seconds=PATIENCE, ready=begin) == "/callback?code=x"
        assert sockets[1].recv(100).startswith(b"HTTP/1.0 200")
    finally:
        stop.set()
        thread.join(PATIENCE)
        for client in sockets:
            client.close()


def test_no_secret_reaches_the_log(server: Server, state_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("spotipy.client", "spotipy.oauth2", "edge", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    login = Login(CLIENT, TokenFile(state_folder), accounts=server.accounts)
    login.finish(agree(server, login.address))
    assert "SECRET" not in caplog.text


def test_a_folder_that_cant_be_written_raises_a_clear_error(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    login = Login(CLIENT, TokenFile(tmp_path / "file"), accounts=server.accounts)
    with pytest.raises(LoginError, match="can't be written"):
        login.finish(agree(server, login.address))
