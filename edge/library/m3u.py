"""A mood's songs as an M3U file in MPD's playlist directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from edge.errors import ConfigError, LibraryError
from edge.library.publish import Change, differences, songs_for
from edge.library.store import Published, Store
from edge.songs import SONG_MOODS


def plan(store: Store, folder: str | None, *, name: str) -> list[Change]:
    """What publishing would change. folder: MPD's playlist_directory. Raises ConfigError, LibraryError."""
    if folder is None:
        raise ConfigError("library.playlist_folder: is needed to publish for MPD; it is MPD's playlist_directory")
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise ConfigError(f"library.playlist_folder: there is no folder {place}; it is MPD's playlist_directory")
    placed = store.placed()
    if not placed:
        raise LibraryError("library: nothing is sorted yet; `moodroom library sort` does it")
    changes = []
    for mood in SONG_MOODS:
        # MPD takes neither in a playlist's name.
        called = name.replace("{mood}", mood).replace("/", "-").replace("\n", " ")
        wanted = songs_for(placed, mood, "mpd:")
        file = place / f"{called}.m3u"
        present = _read(file)
        if wanted or present:
            target = called if file.is_file() else None
            changes.append(Change(mood, called, target, wanted, *differences(present, wanted)))
    return changes


def publish(store: Store, folder: str, changes: Iterable[Change]) -> None:
    """Write the files, each in one move. Raises ConfigError."""
    place = Path(folder).expanduser()
    for change in changes:
        if change.needed:
            part = place / f".{change.name}.part"
            try:
                part.write_text("".join(f"{uri.removeprefix('mpd:')}\n" for uri in change.uris), encoding="utf-8")
                part.replace(place / f"{change.name}.m3u")
            except OSError as error:
                raise ConfigError(f"library.playlist_folder: {place} can't be written ({error.strerror})") from None
        store.remember(Published(change.mood, "mpd", change.name, change.name))


def _read(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [f"mpd:{line}" for line in lines if line and not line.startswith("#")]
