"""The speaker's step: what was found, an address that is tried, and a sound on the speaker that was chosen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.camera.source import DEMO, source_kind
from edge.config import Config, MpdConfig, MusicAssistantConfig
from edge.errors import ConfigError, MoodroomError, PlayerError, sentence_of
from edge.health.check.music import try_mpd
from edge.room.commands import PAGE, TRIAL_NAME, TRY_SPEAKER
from edge.sentences import Sentence, parts
from edge.values import SIMULATED, Command
from edge.web.board import Board
from edge.web.request_body import RefusedRequest, answers_errors, read_body, text_value
from edge.web.security.hosts import is_loopback
from edge.web.setup import sound, trials
from edge.web.setup.api import SetUp
from edge.web.setup.passwords import PASSWORD_MAX_CHARS

HOST_MAX_CHARS = 255
# How long the player may take until it tells what it does, and until the sound plays.
KNOWN_WITHIN_S, HEARD_WITHIN_S, LOOK_EVERY_S = 10.0, 15.0, 0.1
# A player may say that it plays before it has fetched anything.
FAILS_WITHIN_S = 1.0
MPD, SPOTIFY, MUSIC_ASSISTANT = "mpd", "spotify", "music_assistant"

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
        self._busy = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup/speakers", self.speakers),
            Route("/api/setup/speakers", self.try_address, methods=["POST"]),
            Route("/api/setup/sound", self.sound, methods=["POST"]),
            Route(sound.PATH, self.tone),
        ]

    @answers_errors
    async def speakers(self, _: Request) -> Response:
        self._refuse_a_second()
        async with self._busy:
            return JSONResponse(await run_in_threadpool(speakers, self._config))

    @answers_errors
    async def try_address(self, request: Request) -> Response:
        body = await read_body(request)
        player = body.get("player", MPD)
        if player not in (MPD, MUSIC_ASSISTANT):
            raise RefusedRequest(422, f"player must be {MPD} or {MUSIC_ASSISTANT}")
        values: dict[str, Any] = {"host": text_value(body, "host", HOST_MAX_CHARS).strip()}
        if body.get("port") is not None:
            values["port"] = body["port"]
        password = text_value(body, "password", PASSWORD_MAX_CHARS) if body.get("password") is not None else None
        try:
            config = trials.with_section(self._config, player, values)
        except ConfigError as error:
            raise RefusedRequest(422, str(error)) from None
        self._refuse_a_second()
        async with self._busy:
            if player == MPD:
                await run_in_threadpool(try_mpd, config.mpd, password=password)
                return JSONResponse({"speakers": [_mpd_entry(config.mpd)]})
            found = await run_in_threadpool(_music_assistant, config.music_assistant, password)
            return JSONResponse({"speakers": found})

    @answers_errors
    async def sound(self, request: Request) -> Response:
        await read_body(request)
        self._refuse_a_second()
        async with self._busy:
            return await self._play()

    @answers_errors
    async def tone(self, _: Request) -> Response:
        return Response(await run_in_threadpool(sound.tone), media_type="audio/wav")

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
        address = await run_in_threadpool(sound.music_for, self._config, player["player"])
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
                return _told(problem["message"], problem)
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

    def _refuse_a_second(self) -> None:
        if self._busy.locked():
            raise RefusedRequest(429, "something else is in progress; wait a moment")


def speakers(config: Config) -> dict[str, Any]:
    """Every speaker that is found, with what doesn't work, and the state of Spotify's login."""
    found: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    looks: list[tuple[str, Callable[[], list[dict[str, Any]]]]] = [
        (MPD, lambda: _mpd(config.mpd)),
        (SPOTIFY, lambda: _spotify(config)),
        (MUSIC_ASSISTANT, lambda: _music_assistant(config.music_assistant)),
    ]
    for player, look in looks:
        try:
            found += look()
        except MoodroomError as error:
            text = sentence_of(error)
            problems.append({"player": player, "text": text} | parts(text))
    return {"speakers": found, "problems": problems, "spotify": _login(config)}


def _mpd(section: MpdConfig) -> list[dict[str, Any]]:
    """The configured MPD, and the one on this machine."""
    usual = MpdConfig()
    found: list[dict[str, Any]] = []
    here = (section.host, section.port) == (usual.host, usual.port)
    if not here:
        try:
            try_mpd(usual)
            found.append(_mpd_entry(usual))
        except MoodroomError:
            pass  # Most machines have none.
    try:
        try_mpd(section)
        found.append(_mpd_entry(section))
    except PlayerError as error:
        if found or not (here and error.gone):
            raise
    return found


def _mpd_entry(section: MpdConfig) -> dict[str, Any]:
    here = section.host.startswith("/") or is_loopback(section.host)
    return _entry(MPD, section.host, host=section.host, port=section.port, here=here)


def _spotify(config: Config) -> list[dict[str, Any]]:
    if _login(config) != "signed_in":
        return []
    try:
        from edge.players.spotify.api import SpotifyApi
    except ImportError:
        raise ConfigError("spotify: requires spotipy; run `pip install spotipy`") from None
    from edge.players.spotify.limits.budget import RequestBudget
    from edge.players.spotify.token_file import TokenFile

    api = SpotifyApi(str(config.spotify.client_id), TokenFile(), budget=RequestBudget())
    return spotify_entries(api)


def spotify_entries(api: Any) -> list[dict[str, Any]]:
    """The speakers of the account that take commands. api: a SpotifyApi."""
    names = dict.fromkeys(one.name for one in api.speakers() if one.id and one.name and not one.restricted)
    return [_entry(SPOTIFY, name) for name in names]


def _login(config: Config) -> str:
    """`unset` without a client id, `signed_out`, or `signed_in`."""
    if config.spotify.client_id is None:
        return "unset"
    from edge.players.spotify.token_file import TokenFile

    return "signed_in" if TokenFile().exists() else "signed_out"


def _music_assistant(section: MusicAssistantConfig, token: str | None = None) -> list[dict[str, Any]]:
    if section.host is None:
        return []
    from edge.players.music_assistant.opening import open_connection
    from edge.players.music_assistant.state import parse_players

    connection = open_connection(section, token=token)
    try:
        players = parse_players(connection.call("players/all"))
    except ImportError:
        raise ConfigError(
            "music_assistant: requires websockets; run `pip install 'moodroom[music-assistant]'`"
        ) from None
    finally:
        connection.close()
    return [_entry(MUSIC_ASSISTANT, one.name, host=section.host, port=section.port) for one in players if one.available]


def _entry(
    player: str, name: str, *, host: str | None = None, port: int | None = None, here: bool = False
) -> dict[str, Any]:
    """A speaker as JSON. here: it is on this machine."""
    return {"player": player, "name": name, "host": host, "port": port, "here": here}


def _told(text: str, made_from: dict[str, Any]) -> Response:
    """The answer for a sentence of the device. made_from: has its `code` and `values` where it has a template."""
    known = {name: made_from[name] for name in ("code", "values") if name in made_from}
    return JSONResponse({"error": text} | ({"sentence": known} if len(known) == 2 else {}), 409)
