"""The page's password: its scrypt hash, in a file that only this user can read."""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import secrets
from pathlib import Path

from edge.config import WebConfig
from edge.errors import ConfigError
from edge.sentences import Sentence
from edge.system import state
from edge.system.files import make_folder, write_atomically
from edge.system.reading import read_text, reason_of

FILE_NAME = "web_password"
PASSWORD_MIN_CHARS, PASSWORD_MAX_CHARS = 8, 1000
# scrypt's parameters that OWASP recommends for little memory: 16 MB.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 5


def hashed(password: str, *, salt: bytes | None = None) -> str:
    """The password's hash as a line scrypt$N$R$P$SALT$HASH.

    Raises ConfigError for a password that is too short or too long.
    """
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise ConfigError(
            Sentence(
                "the password must have {least} to {most} characters", least=PASSWORD_MIN_CHARS, most=PASSWORD_MAX_CHARS
            )
        )
    salt = secrets.token_bytes(16) if salt is None else salt
    return "$".join(
        [
            "scrypt",
            str(SCRYPT_N),
            str(SCRYPT_R),
            str(SCRYPT_P),
            _text(salt),
            _text(_scrypt(password, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)),
        ]
    )


def matches(password: str, line: str) -> bool:
    """Whether the password has this hash; takes some tenths of a second on purpose."""
    n, r, p, salt, expected = _parts(line)
    return len(password) <= PASSWORD_MAX_CHARS and hmac.compare_digest(_scrypt(password, salt, n, r, p), expected)


def file_path(config: WebConfig) -> Path:
    """The file with the hash."""
    return Path(config.password_file).expanduser() if config.password_file else state.directory() / FILE_NAME


def read(config: WebConfig) -> str | None:
    """The password's hash, None if there is no password. Raises ConfigError for a file that can't be used."""
    path = file_path(config)
    try:
        line = read_text(path, mode_mask=0o077).strip()
    except FileNotFoundError:
        if config.password_file:
            raise ConfigError(
                f"web.password_file: there is no file {path}; create it with `moodroom web password`"
            ) from None
        return None
    except PermissionError as error:
        if error.errno != errno.EPERM:
            raise ConfigError(f"web: the password file {path} can't be read; run `moodroom web password`") from None
        raise ConfigError(f"web: the password file can be read by others; run: chmod 600 {path}") from None
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"web: the password file {path} can't be read; run `moodroom web password`") from None
    _parts(line)
    return line


def write(config: WebConfig, password: str) -> Path:
    """Store a new password's hash, readable only by this user; returns the file. Raises ConfigError."""
    line, path = hashed(password), file_path(config)
    try:
        make_folder(path.parent)
        write_atomically(path, line + "\n")
    except OSError as error:
        raise ConfigError(
            Sentence(
                "web: the password file {path} can't be written: {reason}", path=str(path), reason=reason_of(error)
            )
        ) from None
    return path


def _parts(line: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        kind, n, r, p, salt, digest = line.split("$")
        numbers = int(n), int(r), int(p)
        if kind != "scrypt" or not (1 < numbers[0] <= 2**17 and 0 < numbers[1] <= 16 and 0 < numbers[2] <= 16):
            raise ValueError
        return *numbers, base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
    except ValueError:
        raise ConfigError("web: the password file contains no valid hash; run `moodroom web password`") from None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    encoded = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(encoded, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
