"""`MusicMemory`: the music that was started last, kept over the device's own restart, since the daemon plays on."""

from __future__ import annotations

import json

from edge.players.go_librespot.origin import StartedMusic
from edge.system import state
from edge.text import ADDRESS_MAX_CHARS, clean_or_none, parse_json

FILE_NAME = "go_librespot_music"


class MusicMemory:
    """A file in the state directory. Its methods never raise."""

    def read(self) -> StartedMusic | None:
        """Return what was started last; None where nothing was, or the file is damaged."""
        try:
            kept = parse_json(state.read(FILE_NAME) or "null")
        except ValueError:
            return None
        if not isinstance(kept, list) or len(kept) != 2:
            return None
        address, uri = (clean_or_none(one, ADDRESS_MAX_CHARS) for one in kept)
        return None if address is None or uri is None else StartedMusic(address, uri)

    def write(self, music: StartedMusic) -> None:
        state.write(FILE_NAME, json.dumps([music.address, music.uri]))
