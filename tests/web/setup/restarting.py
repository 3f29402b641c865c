"""A page on one port that begins again with its file whenever that was changed, as a device does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from edge.config.file import load
from edge.config.writing.file import ConfigFile
from edge.players.spotify.login import Login
from edge.players.spotify.token_file import TokenFile
from edge.vision.preview import AimedPicture
from edge.web.setup.music_sources import MusicSources
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.broker import free_port
from tests.conftest import ROOT
from tests.spotify_server import Server
from tests.web.served import Serve, Served


class RestartingPage:
    """Music is searched for in the simulated Spotify. progress: the steps' states."""

    def __init__(
        self,
        serve: Serve,
        folder: Path,
        spotify: Server,
        *,
        state: Path | None = None,
        aim: Callable[[int], AimedPicture | None] | None = None,
        **parts: Any,
    ) -> None:
        """folder: for the configuration. state: None for the same folder. aim: makes pictures. parts: of WebPage."""
        self.file, self._spotify, self._serve, self._folder = folder / "config.yaml", spotify, serve, state or folder
        self._aim, self._parts, self.progress = aim, parts, Progress(self._folder)
        self.file.write_text((ROOT / "config.yaml").read_text())
        self._port = free_port()
        self.served: Served = self._start()

    def values(self) -> dict[str, dict[str, object]]:
        return dict(yaml.safe_load(self.file.read_text()))

    def _start(self) -> Served:
        config, file = load(self.file), ConfigFile(self.file, folder=self._folder / "versions")
        client = config.spotify.client_id
        music = MusicSources(config, api=self._spotify.api, accounts=self._spotify.accounts)
        set_up = SetUp(config, file, file.read().version, self._reload, self.progress, aim=self._aim, music=music)
        sign_in = client and (lambda: Login(client, TokenFile(), accounts=self._spotify.accounts))
        return self._serve(port=self._port, set_up=set_up, sign_in=sign_in or None, **self._parts)

    def _reload(self) -> None:
        threading.Thread(target=self.restart).start()

    def restart(self) -> None:
        self.served.server.stop()
        self.served = self._start()
