"""`Queue`: MPD's queue: which songs in it the device added, and removing them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpd

from edge.players.mpd.addresses import song_uris
from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.mpd.own_songs import OwnSongs, QueueEntry
from edge.players.mpd.refusal import NOT_FOUND, Refusal
from edge.players.wishes import rotated
from edge.values import Music

HIGHEST_PRIORITY = 255  # in random order
MAX_READ_SONGS = 5000  # MPD closes the connection of a client that requests more than 8 MiB
MAX_REMOVED_AT_ONCE = 200  # Mopidy answers a list of commands once it has carried out all of them


class Queue:
    """MPD's queue. Every method but `context` and `address` may raise PlayerError."""

    def __init__(self, connection: MpdConnection) -> None:
        self._connection = connection
        self._own = OwnSongs()
        self._version: str | None = None
        self._restarted = False
        # The device's songs went with MPD's last restart; whoever asks resets this.
        self.lost = False

    def context(self, song: dict[str, Any]) -> str | None:
        """Return the address of the music that this song was added with; None for a song that a person added."""
        return self._own.address(QueueEntry.of(song))

    def address(self, entry: QueueEntry) -> str | None:
        """Return the address of the music that this song was added with; None for a song that a person added."""
        return self._own.address(entry)

    def update(self, status: dict[str, Any]) -> None:
        """Read the queue if it has changed and may hold the device's songs."""
        version = status.get("playlist")
        if not self._own or version == self._version:
            return
        if int(status.get("playlistlength", 0)) > MAX_READ_SONGS:
            self._own.clear_snapshots()
        else:
            self._own.update(self._entries())
        self._version = version

    def check_restart(self) -> dict[str, str] | None:
        """Return None unless MPD was restarted; then the new id of each song that came back, by its old id."""
        # Kept until the queue was read, since that may fail.
        self._restarted |= self._connection.check_restart()
        if not self._restarted:
            return None
        had = bool(self._own)
        if self._connection.is_mopidy:
            # Not certainly a restart. Mopidy keeps a song's id if it restores its queue, and else the queue is empty.
            entries = self._entries()
            self._own.update(entries)
            new_ids = {entry.id: entry.id for entry in entries}
        else:
            new_ids = self._own.restore(self._entries()) if self._own else {}
        self._restarted, self._version = False, None
        self.lost = had and not self._own
        return new_ids

    def songs_of(self, music: Music, offset: int | None) -> list[str]:
        """Return the addresses of the songs, beginning with number `offset`. Raises MpdRefusedError without any."""
        songs = self._connection.call(lambda client: song_uris(client, music), slow=True)
        if not songs:
            raise MpdRefusedError(
                f"mpd: {music.name} ({music.uri}) contains no songs; check music.profiles", retry_after=1
            )
        return rotated(songs, offset)

    def ids(self) -> list[str]:
        """Return the ids of all songs, in the queue's order."""
        return [str(one["id"]) for one in self._connection.call(lambda client: client.plchangesposid(0))]

    def entries(self, ids: Sequence[str]) -> list[QueueEntry]:
        """Return the songs with these ids that are still in the queue."""

        def read(client: Any) -> list[QueueEntry]:
            client.command_list_ok_begin()
            for song_id in ids:
                client.playlistid(song_id)
            return [QueueEntry.of(song) for songs in client.command_list_end() for song in songs]

        def read_one(client: Any, song_id: str) -> list[QueueEntry]:
            try:
                return [QueueEntry.of(song) for song in client.playlistid(song_id)]
            except mpd.CommandError:
                return []

        try:
            return self._connection.call(read) if ids else []
        except MpdRefusedError:
            # One of them has just been removed.
            return [entry for one in ids for entry in self._connection.call(lambda client: read_one(client, one))]  # noqa: B023

    def find(self, songs: Sequence[str]) -> list[QueueEntry]:
        """Return these songs in a row, without songs that are known to be the device's; [] if not found."""
        entries = self._entries()
        for n in range(len(entries) - len(songs) + 1):
            run = entries[n : n + len(songs)]
            if [entry.file for entry in run] == list(songs) and all(self._own.address(one) is None for one in run):
                return run
        return []

    def remember(self, entries: Sequence[QueueEntry], address: str | None) -> None:
        """Note that the device added these songs. address: of the music that they belong to."""
        if address is not None:
            self._own.add(entries, address)

    def prioritize(self, song_id: str) -> None:
        """Make this song the next one in random order. Raises MpdRefusedError on Mopidy, which can't."""
        self._connection.call(lambda client: client.prioid(HIGHEST_PRIORITY, song_id))

    def remove(self, ids: Sequence[str]) -> None:
        """Remove these songs, if they are still there."""
        doomed = set(ids)
        self._delete_where(lambda song_id: song_id in doomed)

    def keep_only(self, entries: Sequence[QueueEntry], address: str | None) -> None:
        """Remove all songs but these. address: of the music that they belong to."""
        kept = {entry.id for entry in entries}
        self._delete_where(lambda song_id: song_id not in kept)
        self._own.clear()
        self.remember(entries, address)

    def others(self) -> int:
        """Return how many songs aren't known to be the device's."""
        return sum(self._own.address(entry) is None for entry in self._entries())

    def remove_own(self) -> None:
        """Remove the device's songs; if one of them is current, nothing plays then."""
        self.remove([entry.id for entry in self._entries() if self._own.address(entry) is not None])
        self._own.clear()

    def _entries(self) -> list[QueueEntry]:
        songs = self._connection.call(lambda client: client.playlistinfo((0, MAX_READ_SONGS)))
        return [QueueEntry.of(song) for song in songs]

    def _delete_where(self, condition: Callable[[str], bool]) -> None:
        while doomed := [song_id for song_id in self.ids() if condition(song_id)][:MAX_REMOVED_AT_ONCE]:
            self._connection.call(lambda client: _delete(client, doomed))


def _delete(client: Any, ids: Sequence[str]) -> None:
    client.command_list_ok_begin()
    for song_id in ids:
        client.deleteid(song_id)
    try:
        client.command_list_end()
    except mpd.CommandError as error:
        # Somebody was quicker with one of them; the others are tried again.
        if Refusal.of(error).number != NOT_FOUND:
            raise
