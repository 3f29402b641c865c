"""The one-time code that opens the page until the household has a password; kept in the state directory."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from edge.system import clock, state
from edge.system.reading import read_text
from edge.text import parse_json

CODE_FILE, TRIES_FILE, KEY_FILE = "setup_code", "setup_tries", "setup_key"
# A person may write a code of their own into this file on the boot partition, for a device without a screen.
BOOT_FILE = "moodroom-code"
BOOT_FOLDERS = (Path("/boot/firmware"), Path("/boot"))
# Without characters that look alike: 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
CODE_CHARS, GIVEN_MIN_CHARS, CODE_MAX_CHARS = 8, 8, 64
CODE_LIFETIME_S = 86400.0
# After this many wrong codes each further try must wait, twice as long each time.
FREE_TRIES, FIRST_WAIT_S, MAX_WAIT_S = 5, 60.0, 3600.0
# Used codes that are remembered, so that a code on the boot partition works once.
MAX_SPENT = 20


class SetUpCode:
    """The code, and the wrong tries. They count for the device as a whole, and over restarts."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        boot: Sequence[Path] = BOOT_FOLDERS,
        wall: Callable[[], float] = time.time,
        synchronised: Callable[[], bool] = clock.synchronised,
    ) -> None:
        """folder: None for the state directory. boot: folders that may contain BOOT_FILE. wall: Unix time."""
        self._folder, self._boot, self._wall, self._synchronised = folder, boot, wall, synchronised
        self._lock = threading.Lock()
        # What counts where the disk can't be written.
        self._saved: dict[str, Any] = {}
        self._tries: tuple[int, float] | None = None

    def current(self) -> str:
        """The code that opens the page now, such as ACDE-FGHJ; a fresh one after a day."""
        with self._lock:
            return shown(self._current()["code"])

    def wait(self) -> float:
        """Seconds until the next try is allowed; 0: now."""
        with self._lock:
            return self._wait()

    def matches(self, guess: str) -> bool:
        """Whether this is the code, which is then used up. A wrong one is counted; call it only while `wait` is 0."""
        with self._lock:
            if self._wait() > 0:
                return False
            saved, count = self._current(), self._wrong()[0]
            if not hmac.compare_digest(plain(guess).encode(), saved["code"].encode()):
                wait = FIRST_WAIT_S * 2.0 ** min(count + 1 - FREE_TRIES, 10) if count + 1 >= FREE_TRIES else 0.0
                self._write_tries(count + 1, self._wall() + min(wait, MAX_WAIT_S))
                return False
            self._write_tries(0, 0.0)
            self._renew(saved)
            return True

    def session_key(self) -> str:
        """What identifies the sessions that the code opened; they last until the household has a password."""
        if not (key := state.read(KEY_FILE, self._folder)):
            key = secrets.token_urlsafe(32)
            state.write(KEY_FILE, key, self._folder)
        return f"setup {key}"

    def _current(self) -> dict[str, Any]:
        saved, now, given = self._read(), self._wall(), self._given()
        if given and given != saved["code"] and _hash(given) not in saved["spent"]:
            return self._write(saved | {"code": given, "made_at": now, "clock": self._synchronised()})
        if not saved["clock"] and self._synchronised():
            # The clock was wrong when the code was made: its day begins now.
            saved = self._write(saved | {"made_at": now, "clock": True})
        if not saved["code"] or now - saved["made_at"] > CODE_LIFETIME_S:
            return self._renew(saved)
        return saved

    def _renew(self, saved: dict[str, Any]) -> dict[str, Any]:
        """A fresh code; the old one doesn't come back from the boot partition."""
        spent = [*saved["spent"], *([_hash(saved["code"])] if saved["code"] else [])][-MAX_SPENT:]
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))
        return self._write({"code": code, "made_at": self._wall(), "clock": self._synchronised(), "spent": spent})

    def _given(self) -> str:
        """The code on the boot partition; empty for none, and for one that could be guessed."""
        for folder in self._boot:
            try:
                code = plain(read_text(folder / BOOT_FILE, max_bytes=4096, any_unicode=True).splitlines()[0])
            except (OSError, ValueError, IndexError):
                continue
            return code if GIVEN_MIN_CHARS <= len(code) <= CODE_MAX_CHARS else ""
        return ""

    def _read(self) -> dict[str, Any]:
        try:
            saved = parse_json(state.read(CODE_FILE, self._folder) or "{}")
            code, spent = plain(str(saved["code"])), [str(one) for one in saved["spent"]]
            return {"code": code, "made_at": float(saved["made_at"]), "clock": bool(saved["clock"]), "spent": spent}
        except (ValueError, TypeError, KeyError):
            return self._saved or {"code": "", "made_at": 0.0, "clock": True, "spent": []}

    def _write(self, saved: dict[str, Any]) -> dict[str, Any]:
        self._saved = saved
        state.write(CODE_FILE, json.dumps(saved), self._folder)
        return saved

    def _wait(self) -> float:
        count, until = self._wrong()
        # However the clock was set meanwhile.
        return 0.0 if count < FREE_TRIES else min(MAX_WAIT_S, max(0.0, until - self._wall()))

    def _wrong(self) -> tuple[int, float]:
        """The wrong codes so far, and the Unix time of the next try."""
        if self._tries is None:
            try:
                saved = parse_json(state.read(TRIES_FILE, self._folder) or "{}")
                self._tries = max(0, int(saved["wrong"])), float(saved["until"])
            except (ValueError, TypeError, KeyError, OverflowError):
                self._tries = 0, 0.0
        return self._tries

    def _write_tries(self, count: int, until: float) -> None:
        self._tries = min(count, 1000), until
        state.write(TRIES_FILE, json.dumps({"wrong": self._tries[0], "until": until}), self._folder)


def plain(code: str) -> str:
    """A code as it is compared: letters and digits only, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", code.upper()) if code.isascii() else ""


def shown(code: str) -> str:
    """A code as people read it, in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _hash(code: str) -> str:
    return hashlib.sha256(f"setup code {code}".encode()).hexdigest()
