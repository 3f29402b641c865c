"""The saved login, also with two users: the player and the library, or a command and the daemon."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import LoginBusyError
from edge.players.spotify.lock import FolderLock
from edge.players.spotify.token_file import TokenFile
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for


def api(world: World, server: Server, folder: Path, *, timeout: float = PATIENCE) -> SpotifyApi:
    file = TokenFile(folder, now=world.unix)
    return SpotifyApi(CLIENT, file, api=server.api, accounts=server.accounts, timeout=timeout, now=world.unix)


@pytest.fixture
def revokes_at_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spotify revokes an old refresh token at once."""
    token = server.token

    def revoking(form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = token(form)
        if status == 200:
            server.refresh = {body["refresh_token"]: body["access_token"]}
        return status, body, headers

    monkeypatch.setattr(server, "token", revoking)


@pytest.mark.usefixtures("revokes_at_once")
def test_two_users_refresh_a_login_once(world: World, server: Server, login: TokenFile, state_folder: Path) -> None:
    since = login.authorised_at
    world.advance(4000)
    server.late = 0.5
    server.faults.append("late done")
    first, second = api(world, server, state_folder), api(world, server, state_folder)
    thread = threading.Thread(target=first.playback_state)
    thread.start()
    # The first one's response is on its way, and its token isn't written yet.
    wait_for(lambda: "POST /api/token" in server.requests, "a refresh")
    assert second.speakers()
    thread.join(PATIENCE)
    assert first.speakers()
    assert server.requests.count("POST /api/token") == 1
    assert (login.authorised_at, login.client_id) == (since, CLIENT)
    assert not login.refused()
    first.close()
    second.close()


def test_a_refresh_that_waits_too_long_raises_and_loses_nothing(
    world: World, server: Server, login: TokenFile, state_folder: Path
) -> None:
    world.advance(4000)
    waiting = api(world, server, state_folder, timeout=2.0)
    with FolderLock(state_folder).held(1):
        with pytest.raises(LoginBusyError, match="another program is renewing the login") as raised:
            waiting.playback_state()
        assert (raised.value.retry_after, raised.value.outcome_unknown) == (2, False)
        assert server.requests == []
    assert waiting.speakers() and not login.refused()
    waiting.close()


def test_a_refreshed_token_keeps_the_logins_date_if_the_file_was_set_aside(tmp_path: Path) -> None:
    now = 1000.0
    file, other = TokenFile(tmp_path, now=lambda: now), TokenFile(tmp_path, now=lambda: now)
    file.write({"access_token": "a", "refresh_token": "R1"}, new_login=True, client_id=CLIENT)
    now += 150 * 86400
    other.quarantine("R1")
    assert not file.exists()
    file.write({"access_token": "b", "refresh_token": "R2"})
    assert (file.authorised_at, file.client_id) == (1000.0, CLIENT)


def test_expiring_an_access_token_keeps_a_concurrent_refresh(tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    file.write({"access_token": "a", "refresh_token": "R1", "expires_at": 5}, new_login=True)
    done = threading.Event()

    def expire() -> None:
        TokenFile(tmp_path).expire()
        done.set()

    with file.exclusive():
        thread = threading.Thread(target=expire)
        thread.start()
        assert not done.wait(0.3)
        file.write({"access_token": "b", "refresh_token": "R2", "expires_at": 9})
    thread.join(PATIENCE)
    assert file.read() == {"access_token": "b", "refresh_token": "R2", "expires_at": 0}


def test_a_refreshed_token_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = TokenFile(tmp_path)
    file.write({"access_token": "a", "refresh_token": "R1"}, new_login=True)
    synced = []
    sync = os.fsync

    def recording_sync(descriptor: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), json.loads(file.path.read_text())["token"]))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", recording_sync)
    refreshed = {"access_token": "b", "refresh_token": "R2"}
    file.write(refreshed)
    # The new file is saved before it replaces the old one, and the folder after that.
    assert synced == [(False, {"access_token": "a", "refresh_token": "R1"}), (True, refreshed)]


def test_the_file_is_readable_by_its_owner_only(login: TokenFile, tmp_path: Path) -> None:
    assert login.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in login.path.parent.iterdir()] == ["spotify_login.json"]
    login.path.write_text("{half")
    assert login.read() is None


def test_a_newer_login_is_not_set_aside(login: TokenFile) -> None:
    login.quarantine("an older refresh token")
    assert login.path.exists()
    login.quarantine(str((login.read() or {})["refresh_token"]))
    assert not login.path.exists()
