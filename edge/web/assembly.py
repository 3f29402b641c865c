"""Puts the page together from the device's parts."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from edge.camera.source import CAMERA, DEMO, FILM, source_kind
from edge.config import Config, MpdConfig
from edge.config.writing.file import ConfigFile
from edge.errors import ConfigError, MoodroomError
from edge.health.monitor import HealthMonitor
from edge.system import state
from edge.system.database import default_path
from edge.system.secrets import secret
from edge.times import utc_text
from edge.values import Command
from edge.vision.pipeline import BASE
from edge.vision.preview import Preview
from edge.web.app import build
from edge.web.board import Board
from edge.web.cover import COVER_MAX_BYTES
from edge.web.page import SignIn, WebPage
from edge.web.security import password, sessions
from edge.web.security.code import SetUpCode
from edge.web.security.hosts import is_reachable
from edge.web.server import Server
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from edge.web.timeline import earlier_runs
from edge.web.today import start_of_day
from edge.web.week import earlier_days

# What is shown in place of a camera.
SHOWN = {DEMO: "the demo clip", FILM: "a film"}


def open_page(
    config: Config,
    *,
    post: Callable[[Command], None],
    health: HealthMonitor,
    offset: float,
    on_problem: Callable[[str], None],
    file: Path | None = None,
    overridden: Sequence[str] = (),
) -> Server:
    """The page's server, not started yet. `WebPage`, `Server` and `SetUp` describe the arguments."""
    source = source_kind(config.camera.source)
    about = {
        "id": config.device.id,
        "name": config.device.name,
        "profiles": list(config.music.profiles),
        "source": source,
        "film": Path(config.camera.source).name if source == FILM else None,
    }
    board = Board(offset=offset, about=about)
    preview = Preview(config.vision, base=BASE)
    started_at = time.monotonic()

    def timeline() -> list[dict[str, Any]]:
        now, start = time.time(), started_at + board.offset
        # If the clock was behind at the start, entries of this run may precede `start`, but none of an earlier run
        # is newer than both.
        past = earlier_runs(default_path(), now, min(start, started_at + offset)) if config.journal.enabled else []
        entry = {"at": utc_text(started_at + board.offset), "kind": "start", "text": "the device started"}
        return [*past, *([entry] if start >= start_of_day(now) else []), *board.today()]

    page = WebPage(
        board,
        post,
        fresh=lambda: health.is_fresh(time.monotonic()),
        timeline=timeline,
        recommend=_recommend,
        checks=lambda: _checks(config, health),
        speakers=lambda player: _speaker_names(config, player),
        sign_in=_sign_in(config.spotify.client_id),
        view=preview.request if config.web.camera_view else None,
        library=_library,
        set_up=replace(_set_up(config, file, post, overridden), aim=preview.aim),
        song_cover=_song_cover(config.mpd),
        week=lambda: earlier_days(default_path(), time.time()) if config.journal.enabled else [],
    )

    def make() -> ASGIApp:
        line, code = password.read(config.web), None
        if line is None and is_reachable(config.web):
            code = SetUpCode()
            # From the first start, so that a program can show it.
            code.current()
        file = state.directory() / sessions.FILE_NAME
        return build(page, config.web, password_line=line, sessions_file=file, code=code)

    return Server(config.web, make, board, on_problem=on_problem, offer=preview.offer)


def _set_up(config: Config, path: Path | None, post: Callable[[Command], None], overridden: Sequence[str]) -> SetUp:
    file = None if path is None else ConfigFile(path)
    try:
        running = file.version() if file is not None else ""
    except ConfigError:
        running = ""
    return SetUp(
        config,
        file,
        running,
        reload=lambda: post(Command("restart", "PRESS", origin="page")),
        progress=Progress(),
        overridden=overridden,
    )


def _checks(config: Config, health: HealthMonitor) -> list[dict[str, Any]]:
    """The findings of `moodroom check`; the camera is in use, so its state is taken from the device's health."""
    from edge.health.check.checks import run_checks

    problem = health.problems.get("camera")
    source = source_kind(config.camera.source)
    state = "delivers frames" if source == CAMERA else f"no camera: {SHOWN[source]} is shown"
    camera = {
        "part": "camera",
        "good": problem is None,
        "warning": source != CAMERA,
        "text": problem or ("paused or switched off" if health.paused else state),
    }
    results = run_checks(config, leave_out=("camera",))
    return [camera, *({"part": r.part, "good": r.ok, "warning": r.warning, "text": r.message} for r in results)]


def _song_cover(mpd: MpdConfig) -> Callable[[str], bytes | None]:
    """The cover of a song as MPD holds it; the function raises MoodroomError."""

    def read(address: str) -> bytes | None:
        from edge.players.mpd.shown.cover import song_cover

        password = secret("mpd_password", mpd.password_file)
        return song_cover(mpd.host, mpd.port, password, address.removeprefix("mpd:"), max_bytes=COVER_MAX_BYTES)

    return read


def _speaker_names(config: Config, player: str) -> list[str]:
    from edge.web.setup.found_speakers import names_of

    return names_of(config, player)


def _recommend(mood: str, n: int) -> list[dict[str, Any]]:
    from edge.library.recommend import recommend

    return [{"title": one.title, "artist": one.artist, "uri": one.uri} for one in recommend(mood, n)]


def _library() -> bool:
    """Whether any songs are sorted; this can change while the page is open."""
    if not _has_songs(default_path()):
        # Without one, its modules cost no memory.
        return False
    try:
        _recommend("happy", 1)
    except MoodroomError:
        return False
    return True


def _has_songs(path: Path) -> bool:
    """Whether there is a table of songs in the device's file."""
    if not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1.0)) as database:
            return database.execute("SELECT 1 FROM sqlite_master WHERE name = 'library_songs'").fetchone() is not None
    except sqlite3.Error:
        return False


def _sign_in(client_id: str | None) -> Callable[[], SignIn] | None:
    if client_id is None:
        return None

    def begin() -> SignIn:
        from edge.players.spotify.login import Login
        from edge.players.spotify.token_file import TokenFile

        return Login(client_id, TokenFile())

    return begin
