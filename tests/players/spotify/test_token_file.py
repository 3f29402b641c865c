"""Two users of one login: the player beside a refresh, or a command beside the device."""

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


def web(world: World, server: Server, folder: Path, *, timeout: float = PATIENCE) -> SpotifyApi:
    file = TokenFile(folder, now=world.unix)
    return SpotifyApi(CLIENT, file, api=server.api, accounts=server.accounts, timeout=timeout, now=world.unix)


@pytest.fixture
def strict(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spotify takes an old refresh token back at once."""
    token = server.token

    def once(form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = token(form)
        if status == 200:
            server.refresh = {body["refresh_token"]: body["access_token"]}
        return status, body, headers

    monkeypatch.setattr(server, "token", once)


@pytest.mark.usefixtures("strict")
def test_two_users_renew_a_login_once(world: World, server: Server, login: TokenFile, state_folder: Path) -> None:
    since = login.authorised_at
    world.advance(4000)
    server.late = 0.5
    server.faults.append("late done")
    first, second = web(world, server, state_folder), web(world, server, state_folder)
    thread = threading.Thread(target=first.playback_state)
    thread.start()
    # The first one's answer is on its way, and its token not written yet.
    wait_for(lambda: "POST /api/token" in server.requests, "a renewal")
    assert second.speakers()
    thread.join(PATIENCE)
    assert first.speakers()
    assert server.requests.count("POST /api/token") == 1
    assert (login.authorised_at, login.client_id) == (since, CLIENT)
    assert not login.refused()
    first.close()
    second.close()


def test_who_waits_too_long_says_so_and_loses_nothing(
    world: World, server: Server, login: TokenFile, state_folder: Path
) -> None:
    world.advance(4000)
    one = web(world, server, state_folder, timeout=2.0)
    with FolderLock(state_folder).held(1):
        with pytest.raises(LoginBusyError, match="another program is renewing the login") as told:
            one.playback_state()
        assert (told.value.retry_after, told.value.outcome_unknown) == (2, False)
        assert server.requests == []
    assert one.speakers() and not login.refused()
    one.close()


def test_a_new_token_keeps_the_login_s_date_though_the_file_was_set_aside(tmp_path: Path) -> None:
    now = 1000.0
    one, other = TokenFile(tmp_path, now=lambda: now), TokenFile(tmp_path, now=lambda: now)
    one.write({"access_token": "a", "refresh_token": "R1"}, new_login=True, client_id=CLIENT)
    now += 150 * 86400
    other.quarantine("R1")
    assert not one.exists()
    one.write({"access_token": "b", "refresh_token": "R2"})
    assert (one.authorised_at, one.client_id) == (1000.0, CLIENT)


def test_an_old_access_token_is_given_up_without_undoing_a_renewal(tmp_path: Path) -> None:
    one = TokenFile(tmp_path)
    one.write({"access_token": "a", "refresh_token": "R1", "expires_at": 5}, new_login=True)
    done = threading.Event()

    def expire() -> None:
        TokenFile(tmp_path).expire()
        done.set()

    with one.exclusive():
        thread = threading.Thread(target=expire)
        thread.start()
        assert not done.wait(0.3)
        one.write({"access_token": "b", "refresh_token": "R2", "expires_at": 9})
    thread.join(PATIENCE)
    assert one.read() == {"access_token": "b", "refresh_token": "R2", "expires_at": 0}


def test_a_renewed_token_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = TokenFile(tmp_path)
    file.write({"access_token": "a", "refresh_token": "R1"}, new_login=True)
    synced = []
    sync = os.fsync

    def recording_sync(descriptor: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), json.loads(file.path.read_text())["token"]))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", recording_sync)
    renewed = {"access_token": "b", "refresh_token": "R2"}
    file.write(renewed)
    # The new file is saved before it replaces the old one, and the folder after that.
    assert synced == [(False, {"access_token": "a", "refresh_token": "R1"}), (True, renewed)]
