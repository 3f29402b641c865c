"""The speaker's step: what was found, an address that is tried, and a sound on the speaker that was chosen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.camera.source import DEMO, source_kind
from edge.errors import ConfigError, PlayerError, sentence_of
from edge.health.check.music import try_mpd
from edge.room.commands import PAGE, TRIAL_NAME, TRY_SPEAKER
from edge.sentences import Sentence
from edge.values import SIMULATED, Command
from edge.web.board import Board
from edge.web.request_body import RefusedRequest, answers_errors, read_body, text_value
from edge.web.setup import found_speakers, sound, trials
from edge.web.setup.found_speakers import GO_LIBRESPOT, MPD, MUSIC_ASSISTANT
from edge.web.setup.passwords import PASSWORD_MAX_CHARS
from edge.web.setup.set_up import SetUp
from edge.web.turns import Turns, in_thread

HOST_MAX_CHARS = 255
# How long the player may take until it tells what it does, and until the sound plays.
KNOWN_WITHIN_S, HEARD_WITHIN_S, LOOK_EVERY_S = 10.0, 15.0, 0.1
# A player may say that it plays before it has fetched anything.
FAILS_WITHIN_S = 1.0

NOT_KNOWN = Sentence("the player hasn't told yet what it does; wait a moment, then try again")
NO_SPEAKER = Sentence("no speaker is in use; choose one first")
ONLY_DEMO = Sentence("the demo clip is shown in place of a camera, and it plays on no speaker")
AWAY = Sentence("the speaker can't be reached now; switch it on, then try again")
NO_MUSIC = Sentence("there is no music to try this speaker with yet; choose some for the moods first")
NOT_HEARD = Sentence("the speaker was told to play, and doesn't play yet; see whether it is switched on")


class SpeakerApi:
    """Slow calls run in a thread pool, one at a time."""

    def __init__(self, set_up: SetUp, board: Board, post: Callable[[Command], None]) -> None:
        """board: where the player's state is read. post: puts a command into the daemon's queue."""
        self._config, self._board, self._post = set_up.config, board, post
        self._turns = Turns()

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup/speakers", self.speakers),
            Route("/api/setup/speakers", self.try_address, methods=["POST"]),
            Route("/api/setup/sound", self.sound, methods=["POST"]),
            Route(sound.PATH, self.tone),
        ]

    @answers_errors
    async def speakers(self, _: Request) -> Response:
        async with self._turns.one():
            return JSONResponse(await in_thread(found_speakers.speakers, self._config))

    @answers_errors
    async def try_address(self, request: Request) -> Response:
        body = await read_body(request)
        player = body.get("player", MPD)
        if player not in (MPD, MUSIC_ASSISTANT, GO_LIBRESPOT):
            raise RefusedRequest(422, f"player must be {MPD}, {MUSIC_ASSISTANT} or {GO_LIBRESPOT}")
        values: dict[str, Any] = {"host": text_value(body, "host", HOST_MAX_CHARS).strip()}
        if body.get("port") is not None:
            values["port"] = body["port"]
        password = text_value(body, "password", PASSWORD_MAX_CHARS) if body.get("password") is not None else None
        try:
            config = trials.with_section(self._config, player, values)
        except ConfigError as error:
            raise RefusedRequest(422, sentence_of(error)) from None
        async with self._turns.one():
            if player == MPD:
                await in_thread(try_mpd, config.mpd, password=password)
                return JSONResponse({"speakers": [found_speakers.mpd_entry(config.mpd)]})
            if player == GO_LIBRESPOT:
                found = await in_thread(found_speakers.daemon_entries, config.go_librespot)
            else:
                look = found_speakers.music_assistant_entries
                found = await in_thread(look, config.music_assistant, password)
            return JSONResponse({"speakers": found})

    @answers_errors
    async def sound(self, request: Request) -> Response:
        await read_body(request)
        async with self._turns.one():
            return await self._play()

    @answers_errors
    async def tone(self, _: Request) -> Response:
        return Response(await in_thread(sound.tone), media_type="audio/wav")

    async def _play(self) -> Response:
        if not await self._until(lambda: self._player is not None, KNOWN_WITHIN_S):
            raise PlayerError(NOT_KNOWN)
        player = self._player or {}
        if player["player"] in SIMULATED:
            raise PlayerError(ONLY_DEMO if source_kind(self._config.camera.source) == DEMO else NO_SPEAKER)
        if player["state"] == "unavailable":
            return self._away()
        if player["playing"]:
            return self._heard(already=True)
        address = await in_thread(sound.music_for, self._config, player["player"])
        if address is None:
            raise PlayerError(NO_MUSIC)
        before = (self._board.snapshot()["notice"] or {}).get("number")

        def failed() -> dict[str, Any] | None:
            notice: dict[str, Any] = self._board.snapshot()["notice"] or {}
            if notice.get("number") == before:
                return None
            # Other music, for a mood, may fail meanwhile.
            return notice if notice["kind"] == "refused" or TRIAL_NAME in notice["text"] else None

        self._post(Command(TRY_SPEAKER, address, origin=PAGE))
        await self._until(lambda: (self._player or {}).get("playing") or failed(), HEARD_WITHIN_S)
        if (self._player or {}).get("playing") and not await self._until(failed, FAILS_WITHIN_S):
            return self._heard(already=False)
        if (notice := failed()) is not None:
            return _told(notice["text"], notice)
        raise PlayerError(NOT_HEARD)

    def _away(self) -> Response:
        """Why the player can't be reached, in its own sentence where there is one."""
        health = self._board.snapshot()["health"] or {}
        for problem in health.get("problems", []):
            if problem["part"] == "player":
                # The exact sentence; its template is that of the plain one, which sends people here.
                return _told(problem["message"], {})
        raise PlayerError(AWAY)

    def _heard(self, *, already: bool) -> Response:
        player = self._player or {}
        shown = {name: player.get(name) for name in ("speaker", "title", "volume")}
        return JSONResponse(shown | {"already": already})

    @property
    def _player(self) -> dict[str, Any] | None:
        player: dict[str, Any] | None = self._board.snapshot()["player"]
        return player

    async def _until(self, true: Callable[[], object], within: float) -> bool:
        until = time.monotonic() + within
        while not true():
            if time.monotonic() > until:
                return False
            await asyncio.sleep(LOOK_EVERY_S)
        return True


def _told(text: str, made_from: dict[str, Any]) -> Response:
    """The answer for a sentence of the device. made_from: has its `code` and `values` where it has a template."""
    known = {name: made_from[name] for name in ("code", "values") if name in made_from}
    return JSONResponse({"error": text} | ({"sentence": known} if len(known) == 2 else {}), 409)
