"""`Stalls`: goes on to the next song where one doesn't play although the server says that it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.players.mpd.connection import MpdConnection
from edge.players.mpd.playback import duration_of, name_of, position_of
from edge.players.mpd.queue import Queue
from edge.players.mpd.stall_watch import STALLED_AFTER_S, STATION_STALLED_AFTER_S, StallWatch
from edge.sentences import Sentence, TechnicalText

STALL_POLL_INTERVAL_S = 2.0
SONG_END_PATIENCE_S = 2.0
HOPELESS = TechnicalText(
    "mpd: one song after the other doesn't play; check the output and the files of the music",
    Sentence("One song after the other doesn't play; try the speaker, or choose other music."),
)


class Stalls:
    """Looks after the songs that follow each other without the device. Its methods may raise PlayerError."""

    def __init__(self, connection: MpdConnection, queue: Queue, tell: Callable[[str], None]) -> None:
        """tell: called with a sentence for people."""
        self._connection, self._queue, self._tell = connection, queue, tell
        self._watch = StallWatch()
        self._left: str | None = None
        self._ends_at: float | None = None

    def look(self, now: float, status: dict[str, Any], song: dict[str, Any]) -> bool:
        """Take what the server shows. Returns True where the device has gone on to the next song.

        A song that a person added is told, and left alone.
        """
        playing = status.get("state") == "play"
        position, duration = position_of(status), duration_of(status)
        self._ends_at = None
        if playing and position is not None and duration is not None:
            self._ends_at = now + duration - position
        song_id = status.get("songid") if playing else None
        if not self._watch.look(now, song_id, position, station=duration is None):
            return False
        if self._watch.hopeless:
            self._tell(HOPELESS)
            return False
        patience = STATION_STALLED_AFTER_S if duration is None else STALLED_AFTER_S
        own = self._queue.context(song) is not None
        name = name_of(self._silent_song(status, song))
        seconds = f"{patience:.0f}"
        skipped = Sentence(
            "skipped {song}: nothing was heard of it for {seconds} s; check whether its file can be played",
            song=name,
            seconds=seconds,
        )
        silent = Sentence(
            "{song} doesn't play: nothing was heard of it for {seconds} s; check whether its file can be played",
            song=name,
            seconds=seconds,
        )
        self._tell(skipped if own else TechnicalText(f"mpd: {silent}", silent))
        if own:
            self._left = song_id
            self._connection.call(lambda client: client.next())
        return own

    def passed_over(self, status: dict[str, Any]) -> bool:
        """Return True for the first report of a song that plays because the one before it was skipped here."""
        if self._left is None or status.get("state") != "play" or status.get("songid") == self._left:
            return False
        self._left = None
        return True

    def wait(self, now: float) -> float | None:
        """Return the seconds until the next look, where one is due by itself; None otherwise."""
        if self._watch.waiting:
            return STALL_POLL_INTERVAL_S
        # What stands still after this song's end hasn't gone on to the next one.
        return None if self._ends_at is None else max(STALL_POLL_INTERVAL_S, self._ends_at - now + SONG_END_PATIENCE_S)

    def _silent_song(self, status: dict[str, Any], song: dict[str, Any]) -> dict[str, Any]:
        """Return the song that doesn't play; Mopidy goes on naming the one before it."""
        next_id = status.get("nextsongid")
        if next_id is None or not self._watch.has_played(status.get("songid")):
            return song
        songs = self._connection.call(lambda client: client.playlistid(next_id))
        return dict(songs[0]) if songs else song
