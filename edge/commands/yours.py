"""The commands `backup`, `restore`, `logout` and `erase`: a household's data, to take along and to end."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from edge.backup.contents import CONFIG, JOURNAL, SECRETS
from edge.backup.erasing import erase
from edge.backup.making import make_backup
from edge.backup.restoring import restore
from edge.errors import ConfigError
from edge.players.spotify.token_file import TokenFile
from edge.system import state
from edge.system.run_lock import is_running


def back_up(target: Path, config: Path | None, *, with_secrets: bool, source: TextIO, out: TextIO) -> None:
    """Write a backup; raises ConfigError. source: where the passphrase is typed, or read from a pipe."""
    passphrase = _new_passphrase(source) if with_secrets else None
    parts = make_backup(target, config=config, state=state.directory(), passphrase=passphrase)
    what = [word for part, word in ((CONFIG, "the configuration"), (JOURNAL, "the history")) if part in parts]
    what += ["the settings"] if any(part.startswith("state/") for part in parts) else []
    what += ["the secrets, encrypted"] if SECRETS in parts else []
    print(f"{target}: written, with {', '.join(what) or 'nothing but its date'}.", file=out)
    if not with_secrets:
        print("Passwords and the Spotify login aren't in it; --with-secrets adds them, encrypted.", file=out)


def bring_back(path: Path, config: Path | None, *, source: TextIO, out: TextIO, ask: bool) -> None:
    """Restore a backup; raises ConfigError. ask: for the passphrase of its secrets."""
    folder = state.directory()
    if is_running(folder):
        raise ConfigError(
            "restore: the device is running; stop it first (sudo systemctl stop moodroom), or restore on its page"
        )
    passphrase = _line("Passphrase of the backup: ", source) if ask else None
    backup, kept = restore(path, config=config or Path(CONFIG), state=folder, passphrase=passphrase)
    print(f"{path}: restored, as it was on {backup.made}. What there was before is in {kept}.", file=out)
    if backup.locked:
        print("Its secrets weren't restored; --with-secrets asks for their passphrase.", file=out)


def log_out(out: TextIO, folder: Path | None = None) -> None:
    """Delete the Spotify login. Raises LoginError if another program holds it for long, or it can't be deleted."""
    if TokenFile(folder).forget():
        print("Signed out: the Spotify login is deleted from this device.", file=out)
        print("To withdraw the permission too: https://www.spotify.com/account/apps", file=out)
    else:
        print("There was no Spotify login.", file=out)


def erase_all(confirm: Callable[[], object], out: TextIO) -> None:
    """Erase the history and what was learned. confirm: raises if the person doesn't want it. Raises JournalError."""
    confirm()
    folder = state.directory()
    rows = erase(folder)
    print(f"Erased: {rows} entries of the history and of what was learned.", file=out)
    if is_running(folder):
        print("The device is running: restart it, so that it forgets what it has in memory.", file=out)


def _new_passphrase(source: TextIO) -> str:
    passphrase = _line("Passphrase for the secrets: ", source)
    if source.isatty() and getpass.getpass("Repeat it: ") != passphrase:
        raise ConfigError("the two passphrases differ; run the command again")
    return passphrase


def _line(prompt: str, source: TextIO) -> str:
    return getpass.getpass(prompt) if source.isatty() else source.readline().rstrip("\r\n")
