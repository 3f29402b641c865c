"""Trying all that the speaker can do: each line appears on the page as it is known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.camera.source import DEMO, source_kind
from edge.config import Config
from edge.errors import MoodroomError, PlayerError, sentence_of
from edge.music.ownership import find_choice
from edge.players.player import Player
from edge.players.trial.music import trial_music
from edge.players.trial.speaker_trial import SpeakerTrial
from edge.room.commands import PAGE
from edge.sentences import parts
from edge.values import SIMULATED, Command, Control, Music
from edge.web.board import Board
from edge.web.request_body import RefusedRequest, answers_errors, read_body
from edge.web.setup.found_speakers import MPD
from edge.web.setup.set_up import SetUp
from edge.web.setup.speaker import NO_MUSIC, NO_SPEAKER, NOT_KNOWN, ONLY_DEMO

# The device sees on its next look what the trial did, which isn't to count as a person's wish. Spotify is looked at
# every half minute; the others tell by themselves.
SEEN_WITHIN_S, SEEN_BY_SPOTIFY_WITHIN_S = 3.0, 35.0

# All songs that MPD has.
ANY_SONGS = Music("mpd:folder/", "MPD")


class TrialApi:
    """One trial at a time, in a thread and with a player of its own."""

    def __init__(
        self,
        set_up: SetUp,
        board: Board,
        post: Callable[[Command], None],
        *,
        opened: Callable[[Config], Player] | None = None,
    ) -> None:
        """board: where the player's state is read. post: puts a command into the daemon's queue.

        opened: opens the player that the configuration asks for; None for the real one.
        """
        self._config, self._board, self._post = set_up.config, board, post
        self._opened = opened or _open
        self._lines: list[dict[str, Any]] = []
        self._error: dict[str, Any] | None = None
        self._done = True
        self._thread: threading.Thread | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup/trial", self.state),
            Route("/api/setup/trial", self.begin, methods=["POST"]),
        ]

    @answers_errors
    async def state(self, _: Request) -> Response:
        return JSONResponse({"lines": list(self._lines), "done": self._done, "error": self._error})

    @answers_errors
    async def begin(self, request: Request) -> Response:
        await read_body(request)
        if self._thread is not None and self._thread.is_alive():
            raise RefusedRequest(429, "something else is in progress; wait a moment")
        player: dict[str, Any] | None = self._board.snapshot()["player"]
        if player is None:
            raise PlayerError(NOT_KNOWN)
        if player["player"] in SIMULATED:
            raise PlayerError(ONLY_DEMO if source_kind(self._config.camera.source) == DEMO else NO_SPEAKER)
        self._lines, self._error, self._done = [], None, False
        self._thread = threading.Thread(target=self._run, args=(player,), name="trial", daemon=True)
        self._thread.start()
        return JSONResponse({"lines": [], "done": False, "error": None})

    # In the trial's thread.

    def _run(self, before: dict[str, Any]) -> None:
        ours = before["control"] == Control.AUTO.value
        if ours:
            # The device leaves the music alone meanwhile; should it be switched off now, that ends by itself.
            self._post(Command("control", Control.HANDS_OFF.value, origin=PAGE))
        try:
            self._try(own=bool((self._board.snapshot()["settings"] or {}).get("chosen")))
        except MoodroomError as error:
            text = sentence_of(error)
            self._error = {"text": text} | parts(text)
        finally:
            self._done = True
            if ours:
                time.sleep(SEEN_BY_SPOTIFY_WITHIN_S if before["player"] == "spotify" else SEEN_WITHIN_S)
                self._post(Command("control", Control.AUTO.value, origin=PAGE))

    def _try(self, *, own: bool) -> None:
        """own: what is paused, or waits in the queue, is the device's."""
        player, music = self._opened(self._config), self._config.music
        try:
            if player.name in SIMULATED:
                raise PlayerError(NO_SPEAKER)
            # The set-up comes to the moods' music after the speaker.
            found = trial_music(music, player.name) or (ANY_SONGS if player.name == MPD else None)
            if found is None:
                raise PlayerError(NO_MUSIC)
            profiles = music.profiles.values()
            trial = SpeakerTrial(player, found, own=lambda playback: own or find_choice(profiles, playback) is not None)
            for line in trial.run():
                told = {"step": line.step, "works": line.works, "text": line.text}
                self._lines.append(told | parts(line.text))
        finally:
            player.close()


def _open(config: Config) -> Player:
    from edge.library.resolver import resolver
    from edge.players.player import open_player

    return open_player(config, clock=time.monotonic, demo=False, resolver=resolver)
