"""`Queue`: adds songs to MPD's queue and removes them again, and knows which ones the device added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.players.mpd.addresses import song_uris
from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.mpd.own_songs import OwnSongs, QueueEntry
from edge.players.wishes import rotated
from edge.values import Music

HIGHEST_PRIORITY = 255  # in random order
MAX_READ_SONGS = 5000  # MPD closes the connection of a client that requests more than 8 MiB


class Queue:
    """MPD's queue. Every method but `context` may raise PlayerError."""

    def __init__(self, connection: MpdConnection) -> None:
        self._connection = connection
        self._own = OwnSongs()
        self._version: str | None = None
        self._restarted = False

    def context(self, song: dict[str, Any]) -> str | None:
        """Return the address of the music that this song was added with; None for a song that a person added."""
        return self._own.address(QueueEntry.of(song))

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
        new_ids = self._own.restore(self._entries()) if self._own else {}
        self._restarted, self._version = False, None
        return new_ids

    def songs_of(self, music: Music, offset: int | None) -> list[str]:
        """Return the addresses of the songs, beginning with number `offset`. Raises MpdRefusedError without any."""
        songs = self._connection.call(lambda client: song_uris(client, music))
        if not songs:
            raise MpdRefusedError(
                f"mpd: {music.name} ({music.uri}) contains no songs; check music.profiles", retry_after=1
            )
        return rotated(songs, offset)

    def replace(self, songs: list[str], address: str | None) -> None:
        """Put these songs in place of all others. address: of the music that they belong to."""
        self._connection.call(lambda client: client.clear())
        self._own.clear()
        self.add(songs, address, position=0)

    def add(self, songs: list[str], address: str | None, *, position: int) -> tuple[str, ...]:
        """Insert songs; returns their ids. address: of the music that they belong to."""

        def add(client: Any) -> list[QueueEntry]:
            client.command_list_ok_begin()
            for n, song in enumerate(songs):
                client.addid(song, position + n)
            client.playlistinfo((position, position + len(songs)))
            return [QueueEntry.of(song) for song in client.command_list_end()[-1]]

        return self._remember(self._connection.call(add), address)

    def find(self, songs: list[str], address: str | None) -> tuple[str, ...]:
        """Return the ids of these songs in a row, without songs that are known to be the device's; () if not found."""
        entries = [QueueEntry.of(song) for song in self._connection.call(lambda client: client.playlistinfo())]
        for n in range(len(entries) - len(songs) + 1):
            run = entries[n : n + len(songs)]
            if [entry.file for entry in run] == songs and all(self._own.address(entry) is None for entry in run):
                return self._remember(run, address)
        return ()

    def prioritize(self, song_id: str) -> None:
        """Make this song the next one in random order."""
        self._connection.call(lambda client: client.prioid(HIGHEST_PRIORITY, song_id))

    def remove(self, ids: tuple[str, ...]) -> None:
        """Remove these songs, if they are still there."""
        self._delete_where(lambda song_id: song_id in ids)

    def remove_others(self, ids: tuple[str, ...]) -> None:
        """Remove all songs but these."""
        self._delete_where(lambda song_id: song_id not in ids)

    def _entries(self) -> list[QueueEntry]:
        songs = self._connection.call(lambda client: client.playlistinfo((0, MAX_READ_SONGS)))
        return [QueueEntry.of(song) for song in songs]

    def _remember(self, entries: list[QueueEntry], address: str | None) -> tuple[str, ...]:
        if address is not None:
            self._own.add(entries, address)
        return tuple(entry.id for entry in entries)

    def _delete_where(self, condition: Callable[[str], bool]) -> None:
        ids = [str(song["id"]) for song in self._connection.call(lambda client: client.playlistid())]
        doomed = [song_id for song_id in ids if condition(song_id)]
        if not doomed:
            return

        def delete(client: Any) -> None:
            client.command_list_ok_begin()
            for song_id in doomed:
                client.deleteid(song_id)
            client.command_list_end()

        self._connection.call(delete)
