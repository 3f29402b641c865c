"""The page's password: only its scrypt hash is kept, in a file of its own that nobody else may read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from edge.config import WebConfig
from edge.errors import ConfigError
from edge.system import state
from edge.system.files import write_atomically

NAME = "web_password"
LEAST, MOST = 8, 1000
# RFC 7914's parameters as OWASP's password storage sheet gives them for little memory: 16 MB, for a moment.
N, R, P = 2**14, 8, 5


def hashed(password: str, *, salt: bytes | None = None) -> str:
    """A line such as scrypt$16384$8$5$SALT$HASH. Raises ConfigError for a password that is too short or long."""
    if not LEAST <= len(password) <= MOST:
        raise ConfigError(f"the password must have {LEAST} to {MOST} characters")
    salt = secrets.token_bytes(16) if salt is None else salt
    return "$".join(["scrypt", str(N), str(R), str(P), _text(salt), _text(_scrypt(password, salt, N, R, P))])


def matches(password: str, line: str) -> bool:
    """Whether this is the password of that line; takes some tenths of a second on purpose."""
    n, r, p, salt, wanted = _parts(line)
    return len(password) <= MOST and hmac.compare_digest(_scrypt(password, salt, n, r, p), wanted)


def place(config: WebConfig) -> Path:
    """Where the hash lies."""
    return Path(config.password_file).expanduser() if config.password_file else state.directory() / NAME


def read(config: WebConfig) -> str | None:
    """The line of the file, None where there is no password. Raises ConfigError for a file that can't be used."""
    path = place(config)
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            line = file.read(1000).strip()
    except FileNotFoundError:
        if config.password_file:
            raise ConfigError(f"web.password_file: {path} isn't there; make it with `moodroom web password`") from None
        return None
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"web: the password's file {path} can't be read; run `moodroom web password`") from None
    if mode & 0o077:
        raise ConfigError(f"web: the password's file may be read by others; run: chmod 600 {path}")
    _parts(line)
    return line


def write(config: WebConfig, password: str) -> Path:
    """Keep a new password's hash, readable by this user alone; gives the file. Raises ConfigError."""
    line, path = hashed(password), place(config)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, line + "\n")
    except OSError as error:
        raise ConfigError(f"web: the password's file {path} can't be written: {error.strerror}") from None
    return path


def _parts(line: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        kind, n, r, p, salt, wanted = line.split("$")
        numbers = int(n), int(r), int(p)
        if kind != "scrypt" or not (1 < numbers[0] <= 2**17 and 0 < numbers[1] <= 16 and 0 < numbers[2] <= 16):
            raise ValueError
        return *numbers, base64.b64decode(salt, validate=True), base64.b64decode(wanted, validate=True)
    except ValueError:
        raise ConfigError("web: the password's file holds no hash of ours; run `moodroom web password`") from None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    given = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(given, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
