"""Encrypts secrets with a passphrase: a key by scrypt (RFC 7914), then AES-256 in GCM (NIST SP 800-38D)."""

from __future__ import annotations

import hashlib
import os
from types import ModuleType

from edge.errors import ConfigError

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
SCRYPT_MAX_BYTES = 64 * 1024 * 1024
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
HEADER = b"moodroom-secrets-1\n"
PASSPHRASE_MIN_CHARS, PASSPHRASE_MAX_CHARS = 8, 1024


def seal(content: bytes, passphrase: str) -> bytes:
    """Header, salt, nonce, and the encrypted content. Raises ConfigError for a passphrase that is too short or long."""
    if not PASSPHRASE_MIN_CHARS <= len(passphrase) <= PASSPHRASE_MAX_CHARS:
        raise ConfigError(
            f"passphrase: has {len(passphrase)} characters; use {PASSPHRASE_MIN_CHARS} to {PASSPHRASE_MAX_CHARS}"
        )
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    sealed: bytes = _aead().AESGCM(_key(passphrase, salt)).encrypt(nonce, content, HEADER)
    return HEADER + salt + nonce + sealed


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The content; raises ConfigError for a wrong passphrase and for anything that `seal` didn't return."""
    body = sealed.removeprefix(HEADER)
    if len(body) == len(sealed) or len(body) <= SALT_BYTES + NONCE_BYTES:
        raise ConfigError("backup: its secrets are damaged; restore it without a passphrase, or use another backup")
    salt, nonce, rest = body[:SALT_BYTES], body[SALT_BYTES : SALT_BYTES + NONCE_BYTES], body[SALT_BYTES + NONCE_BYTES :]
    module = _aead()
    try:
        content: bytes = module.AESGCM(_key(passphrase[:PASSPHRASE_MAX_CHARS], salt)).decrypt(nonce, rest, HEADER)
    except Exception as error:
        if type(error).__name__ != "InvalidTag":
            raise
        raise ConfigError("passphrase: it isn't the one of this backup, or its secrets are damaged") from None
    return content


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=SCRYPT_N,
        r=SCRYPT_R,
        p=SCRYPT_P,
        maxmem=SCRYPT_MAX_BYTES,
        dklen=KEY_BYTES,
    )


def _aead() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.ciphers import aead
    except ModuleNotFoundError:
        raise ConfigError("secrets: encrypting them needs cryptography; run: pip install 'moodroom[backup]'") from None
    return aead
