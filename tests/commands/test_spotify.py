"""`moodroom login` and `moodroom speakers`."""

from __future__ import annotations

import io
import threading
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

from edge.commands.spotify import log_in, show_speakers
from edge.config import Config
from edge.players.spotify.errors import LoginError
from edge.players.spotify.token_file import TokenFile
from tests.broker import free_port
from tests.conftest import Moodroom
from tests.players.spotify.test_login import agree
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for


def config(**sections: object) -> Config:
    return Config.model_validate(sections)


def test_login_with_a_pasted_address(server: Server, state_folder: Path) -> None:
    out = io.StringIO()

    def read() -> str:
        address = next(line.strip() for line in out.getvalue().splitlines() if "authorize?" in line)
        return agree(server, address) + "\n"

    settings = config(spotify={"client_id": CLIENT})
    log_in(settings, port=None, out=out, read=read, accounts=server.accounts)
    assert "Logged in" in out.getvalue()
    assert "SECRET" not in out.getvalue()
    assert TokenFile().exists()


def test_a_wrong_paste_may_be_corrected(server: Server, state_folder: Path) -> None:
    out, pasted = io.StringIO(), iter(["https://open.spotify.com/\n", "\n", "http://127.0.0.1/?code=a&state=b\n"])

    def read() -> str:
        address = next(line.strip() for line in out.getvalue().splitlines() if "authorize?" in line)
        return next(pasted, None) or agree(server, address) + "\n"

    settings = config(spotify={"client_id": CLIENT})
    log_in(settings, port=None, out=out, read=read, accounts=server.accounts)
    assert out.getvalue().count("Paste it again:") == 3
    assert "this address belongs to another sign-in" in out.getvalue()
    assert "Logged in" in out.getvalue()


def test_a_wrong_paste_at_the_end_of_the_input_is_an_error(server: Server) -> None:
    pasted = iter(["wrong\n", ""])
    with pytest.raises(LoginError, match="this isn't the address"):
        log_in(
            config(spotify={"client_id": CLIENT}), port=None, out=io.StringIO(), read=lambda: next(pasted),
            accounts=server.accounts,
        )  # fmt: skip


def test_login_with_a_redirect_to_a_local_port(server: Server, state_folder: Path) -> None:
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


def test_speakers_lists_them_and_fails_if_the_configured_one_is_offline(
    world: World, server: Server, login: TokenFile
) -> None:
    # The command uses the real clock.
    token = server.login()
    server.access[token["access_token"]] = 9e9
    login.write({**token, "expires_at": 9_000_000_000})
    out = io.StringIO()
    settings = Config.model_validate({"spotify": {"client_id": CLIENT, "speaker": "kitchn"}})
    assert show_speakers(settings, out, api=server.api, accounts=server.accounts) == 1
    assert "Living Room" in out.getvalue()
    assert 'did you mean "Kitchen"?' in out.getvalue()
    settings = Config.model_validate({"spotify": {"client_id": CLIENT, "speaker": "KITCHEN"}})
    assert show_speakers(settings, io.StringIO(), api=server.api, accounts=server.accounts) == 0


def test_the_commands_without_a_client_id_or_a_login(moodroom: Moodroom, tmp_path: Path) -> None:
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
