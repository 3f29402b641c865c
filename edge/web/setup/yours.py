"""The endpoints for what is the household's: backup and restore, signing out of Spotify, erasing."""

from __future__ import annotations

import base64
import binascii
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.backup.contents import CONFIG, PENDING
from edge.backup.erasing import erase
from edge.backup.making import make_backup
from edge.backup.reading import read_backup
from edge.errors import ConfigError, sentence_of
from edge.players.spotify.token_file import TokenFile
from edge.sentences import Sentence, with_values
from edge.system import state
from edge.system.files import make_folder, write_atomically
from edge.system.reading import reason_of
from edge.web.request_body import RefusedRequest, answers_errors, read_body
from edge.web.setup.set_up import SetUp
from edge.web.turns import in_thread

# A larger backup is restored by the command: a page holds what is sent to it in memory.
UPLOAD_MAX_BYTES = 8 * 1024 * 1024
BODY_MAX_BYTES = UPLOAD_MAX_BYTES * 4 // 3 + 1024
THE_BACKUP, NO_FILE = Sentence("the backup"), Sentence("backup must be a file as base64")
TOO_LARGE = Sentence("the backup is too large for the page; use the command: moodroom restore")


class YoursApi:
    """Slow calls run in a thread pool. What is restored counts once the parts have been put together again."""

    def __init__(self, set_up: SetUp) -> None:
        self._set_up = set_up

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup/backup", self.backup, methods=["POST"]),
            Route("/api/setup/restore", self.restore, methods=["POST"]),
            Route("/api/setup/logout", self.log_out, methods=["POST"]),
            Route("/api/setup/erase", self.erase, methods=["POST"]),
        ]

    @answers_errors
    async def backup(self, request: Request) -> Response:
        await read_body(request)
        content = await in_thread(self._backup)
        headers = {"content-disposition": 'attachment; filename="moodroom-backup.zip"', "cache-control": "no-store"}
        return Response(content, media_type="application/zip", headers=headers)

    @answers_errors
    async def restore(self, request: Request) -> Response:
        try:
            sent = (await read_body(request, max_bytes=BODY_MAX_BYTES)).get("backup")
        except RefusedRequest as error:
            raise RefusedRequest(413, TOO_LARGE) if error.answer.status_code == 413 else error from None
        try:
            content = base64.b64decode(sent if isinstance(sent, str) else "", validate=True)
        except (binascii.Error, ValueError):
            content = b""
        if not content:
            raise RefusedRequest(422, NO_FILE)
        return JSONResponse({"made": await in_thread(self._restore, content)})

    @answers_errors
    async def log_out(self, request: Request) -> Response:
        await read_body(request)
        return JSONResponse({"deleted": await in_thread(lambda: TokenFile().forget())})

    @answers_errors
    async def erase(self, request: Request) -> Response:
        if (await read_body(request)).get("confirm") is not True:
            raise RefusedRequest(422, "confirm must be true: a person must want it")
        rows = await in_thread(erase, state.directory())
        # The parts have the day, and what was learned, in memory.
        self._set_up.reload()
        return JSONResponse({"erased": rows})

    def _backup(self) -> bytes:
        config = self._set_up.file.path if self._set_up.file else None
        with _folder() as folder:
            target = folder / "backup.zip"
            make_backup(target, config=config, state=state.directory())
            return target.read_bytes()

    def _restore(self, content: bytes) -> str:
        """Check the backup, and leave it to be restored when no part uses the files; returns when it was made."""
        pending = state.directory() / PENDING
        with _folder() as folder:
            sent = folder / "backup"
            sent.write_bytes(content)
            try:
                made = read_backup(sent, folder).made
            except ConfigError as error:
                raise ConfigError(_as_sent(sentence_of(error), str(sent))) from None
            write_atomically(pending, content)
        self._set_up.reload()
        return made


def _as_sent(sentence: str, file: str) -> str:
    """A refusal in words that don't name the file in which the backup was kept meanwhile."""
    if not isinstance(sentence, Sentence):
        return sentence.replace(f"{file}: ", f"{THE_BACKUP}: ")
    return with_values(sentence, file=THE_BACKUP if sentence.values.get("file") == file else CONFIG)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder in the state directory, removed at the end; raises ConfigError if the disk can't be written."""
    place = state.directory()
    try:
        make_folder(place)
        with tempfile.TemporaryDirectory(dir=place, prefix=".moodroom-") as folder:
            yield Path(folder)
    except OSError as error:
        reason = reason_of(error)
        raise ConfigError(
            Sentence("{path}: can't be written ({reason}); make room on the disk", path=str(place), reason=reason)
        ) from None
