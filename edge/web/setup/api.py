"""The endpoints of the set-up; openapi.json describes them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.config.file import parse
from edge.config.writing.file import ConfigFile, ConfigText
from edge.config.yaml_lines import without_name
from edge.errors import ConfigError, EditedMeanwhile, sentence_of
from edge.sentences import Sentence, parts
from edge.text import clean
from edge.times import utc_text
from edge.web.request_body import RefusedRequest, answers_errors, read_body, text_value
from edge.web.setup import camera, notice, passwords, settings
from edge.web.setup.progress import DONE, NAME_MAX_CHARS, OPEN, SKIPPED, STEPS
from edge.web.setup.set_up import SetUp
from edge.web.turns import in_thread

# A configuration with hundreds of choices has as many bytes.
MAX_CONFIG_BYTES = 200_000
NO_FILE = Sentence(
    "there is no configuration file; start the device with --config and a copy of the project's config.yaml"
)
UNSAVED = Sentence("that can't be kept, because the disk can't be written; make room on it")


class SetUpApi:
    """The endpoints below /api/setup. They run in the page's thread, and slow calls in a thread pool."""

    def __init__(self, set_up: SetUp) -> None:
        self._set_up, self._looking = set_up, asyncio.Lock()
        aim = set_up.aim
        self._aiming = None if aim is None else camera.Aiming(aim, rotate=set_up.config.camera.rotate)

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup", self.overview),
            Route("/api/setup/steps/{name}", self.step, methods=["POST"]),
            Route("/api/setup/config", self.change, methods=["POST"]),
            Route("/api/setup/undo", self.undo, methods=["POST"]),
            Route("/api/setup/accept", self.accept, methods=["POST"]),
            Route("/api/setup/cameras", self.cameras),
            Route("/api/setup/view", self.view, methods=["POST"]),
            Route("/api/setup/qr", self.qr),
        ]

    @answers_errors
    async def overview(self, _: Request) -> Response:
        return JSONResponse(await in_thread(self._overview))

    @answers_errors
    async def step(self, request: Request) -> Response:
        name, wanted = request.path_params["name"], text_value(await read_body(request), "state", 20)
        if name not in STEPS:
            raise RefusedRequest(404, f"there is no step {clean(name)[:40]!r}; there is {', '.join(STEPS)}")
        if wanted not in (DONE, SKIPPED):
            raise RefusedRequest(422, f"state must be {DONE} or {SKIPPED}")
        if not await in_thread(self._set_up.progress.set, name, wanted):
            raise RefusedRequest(507, UNSAVED)
        return JSONResponse({"steps": self._set_up.progress.steps()})

    @answers_errors
    async def change(self, request: Request) -> Response:
        body = await read_body(request, max_bytes=MAX_CONFIG_BYTES)
        version, changes = text_value(body, "version", 64), body.get("changes", {})
        secrets = body.get("passwords", {})
        if not isinstance(changes, dict) or not isinstance(secrets, dict):
            raise RefusedRequest(422, "changes and passwords must be JSON objects")
        for key, value in changes.items():
            if refusal := settings.refusal(clean(key), value):
                raise RefusedRequest(422, refusal)
        for section, password in secrets.items():
            if section not in passwords.SECTIONS:
                raise RefusedRequest(422, f"passwords must name one of {', '.join(passwords.SECTIONS)}")
            if password is not None:
                text_value(secrets, section, passwords.PASSWORD_MAX_CHARS)
        return await in_thread(self._change, version, changes, secrets)

    @answers_errors
    async def undo(self, request: Request) -> Response:
        await read_body(request)
        return await in_thread(self._undo)

    @answers_errors
    async def accept(self, request: Request) -> Response:
        name = clean(text_value(await read_body(request), "name", NAME_MAX_CHARS)).strip()
        if not name:
            raise RefusedRequest(422, "name must say who accepts the notice")
        if not await in_thread(self._set_up.progress.accept, name, utc_text(time.time())):
            raise RefusedRequest(507, UNSAVED)
        return JSONResponse({"accepted": self._accepted()})

    @answers_errors
    async def cameras(self, _: Request) -> Response:
        found = await in_thread(camera.cameras, self._set_up.config.camera.source)
        return JSONResponse({"cameras": found})

    @answers_errors
    async def view(self, request: Request) -> Response:
        body, aiming, now = await read_body(request), self._aiming, time.monotonic()
        if aiming is None:
            raise RefusedRequest(404, "pictures can't be shown here")
        rotate, confirm = body.get("rotate", self._set_up.config.camera.rotate), body.get("confirm", False)
        if isinstance(rotate, bool) or rotate not in camera.ROTATIONS or not isinstance(confirm, bool):
            raise RefusedRequest(422, "rotate must be 0, 90, 180 or 270, and confirm true or false")
        if not (self._set_up.config.web.camera_view or self._set_up.progress.state("camera") == OPEN):
            raise RefusedRequest(403, "pictures are switched off since the set-up; allow them first")
        if confirm:
            aiming.agree(now)
        if aiming.left(now) <= 0:
            raise RefusedRequest(409, "the minute is over; ask everybody in the room again")
        if aiming.wait(now) > 0 or self._looking.locked():
            raise RefusedRequest(429, "something else is in progress; wait a moment")
        async with self._looking:
            return JSONResponse(await in_thread(aiming.picture, now, rotate))

    @answers_errors
    async def qr(self, request: Request) -> Response:
        svg = await in_thread(notice.qr_code, notice.address(request.headers.get("host", "")))
        return Response(svg, media_type="image/svg+xml")

    def _overview(self) -> dict[str, Any]:
        up, problem, back = self._set_up, "", None
        shown: dict[str, Any] = {"config": settings.values(up.config, {}), "version": ""}
        try:
            shown = self._shown(self._file.read())
            if self._file.last_good_at() is None:
                self._file.keep_good()
        except ConfigError as error:
            problem = sentence_of(error)
            back = None if up.file is None else up.file.last_good_at()
        return shown | {
            "steps": up.progress.steps(),
            "accepted": self._accepted(),
            "passwords": passwords.known(up.config),
            "running": up.running,
            "file": str(up.file.path) if up.file else None,
            "undo": up.file is not None and up.file.can_undo(),
            "problem": problem,
            "problem_sentence": parts(problem) or None,
            "back": None if back is None else utc_text(back),
        }

    def _change(self, version: str, changes: dict[str, Any], secrets: dict[str, Any]) -> Response:
        file = self._file
        try:
            for section, password in secrets.items():
                key, path = passwords.key_and_file(section)
                changes[key] = None if password is None else path
            # A password replaces the old one only with changes that can be written.
            complete = settings.completed(changes, file.read().values)
            with passwords.kept(secrets) as keep:
                after, _ = file.write(complete, version, before_writing=keep)
        except EditedMeanwhile as error:
            return self._edited(error)
        except ConfigError as error:
            raise RefusedRequest(422, without_name(sentence_of(error))) from None
        if after.version != version or secrets:
            self._set_up.reload()
        waits = [key for key in changes if key in self._set_up.overridden]
        applied = [key for key in changes if key not in waits]
        return JSONResponse({"version": after.version, "applied": applied, "needs_restart": waits})

    def _undo(self) -> Response:
        file = self._file
        try:
            after = file.undo()
        except EditedMeanwhile as error:
            return self._edited(error)
        self._set_up.reload()
        return JSONResponse(self._shown(after))

    def _edited(self, error: EditedMeanwhile) -> Response:
        text = sentence_of(error)
        told = {"error": text, "code": "edited", "sentence": parts(text)}
        return JSONResponse(told | self._shown(self._file.read()), 409)

    @property
    def _file(self) -> ConfigFile:
        if self._set_up.file is None:
            raise ConfigError(NO_FILE)
        return self._set_up.file

    def _shown(self, text: ConfigText) -> dict[str, Any]:
        """The file's values and version; raises ConfigError for a file that isn't valid."""
        config = parse(text.text, name=str(self._file.path))
        return {"version": text.version, "config": settings.values(config, text.values)}

    def _accepted(self) -> dict[str, str] | None:
        found = self._set_up.progress.accepted()
        return None if found is None else {"name": found.name, "at": found.at, "words": found.words}
