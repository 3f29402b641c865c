"""`Placer`: adds songs to MPD's queue, even if some are gone, the queue has a limit, or the connection is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import mpd

from edge.players.mpd.connection import MpdAnswerError, MpdConnection, MpdLostError
from edge.players.mpd.own_songs import QueueEntry
from edge.players.mpd.progress import Placement
from edge.players.mpd.queue import Queue
from edge.players.mpd.refusal import PERMISSION, QUEUE_FULL, Refusal
from edge.sentences import Sentence, TechnicalText
from edge.text import clean

# Mopidy reads each song's file before it answers, and takes 5 to 50 ms for it.
MAX_ADDED_AT_ONCE = 20
MAX_DISPLACED = 100
NO_ADDRESS = "Mopidy names songs by addresses such as file:///music/song.mp3"
FULL = "the queue takes no more songs (max_playlist_length in mpd.conf, or core/max_tracklist_length in mopidy.conf)"


class Placer:
    """Adds songs to the queue. Every method may raise PlayerError; `place` can be repeated afterwards."""

    def __init__(self, connection: MpdConnection, queue: Queue, tell: Callable[[str], None]) -> None:
        """tell: called with a sentence for people."""
        self._connection, self._queue, self._tell = connection, queue, tell
        self._limit: int | None = None

    def begin(self, songs: Sequence[str], address: str | None) -> Placement:
        """Return a placement of these songs, none of which is in the queue yet."""
        return Placement(address, list(songs), frozenset(self._queue.ids()))

    def place(self, placement: Placement, *, after_id: str | None = None, enough: int | None = None) -> None:
        """Add songs until `enough` of them are in, all by default, or the queue is full.

        after_id: they come behind this song; None for the end of the queue. Raises MpdRefusedError if none can be
        added; the queue is then as it was.
        """
        if placement.uncertain:
            self._recover(placement)
        while placement.songs and (enough is None or len(placement.entries) < enough):
            if placement.full:
                if placement.entries or not self._make_room(placement, after_id):
                    break
                placement.full = False
            self._add_some(placement, after_id)
        if not placement.entries:
            self._put_back(placement)
            raise self._connection.refused(_why(placement))

    def place_rest(self, placement: Placement) -> None:
        """Add the songs that found no room while others were in the queue, and tell what is left out."""
        if not placement.alone:
            placement.alone, placement.full, placement.lost_with, placement.displaced = True, False, None, []
        self.place(placement)
        total = len(placement.entries) + len(placement.skipped) + len(placement.songs)
        if placement.skipped:
            song, why = placement.skipped[0]
            count = len(placement.skipped)
            text = f"skipped {count} of {total} songs of {placement.address}, such as {clean(song)} ({why})"
            plain = Sentence("{count} of {total} songs can't be played, and are left out.", count=count, total=total)
            self._tell(TechnicalText(text, plain))
        if placement.songs:
            count = len(placement.entries)
            text = f"plays {count} of {total} songs of {placement.address}: {FULL}"
            plain = Sentence(
                "{count} of {total} songs are played: the player's list takes no more.", count=count, total=total
            )
            self._tell(TechnicalText(text, plain))

    def skip(self, placement: Placement, song_id: str, why: str) -> None:
        """Remove a song that can't be played; `place_rest` tells it."""
        [entry] = [one for one in placement.entries if one.id == song_id]
        self._queue.remove((song_id,))
        placement.entries.remove(entry)
        placement.skipped.append((entry.file, why))

    def take_back(self, placement: Placement) -> None:
        """Remove the songs again, and put back what had to make room for them."""
        if placement.uncertain:
            self._recover(placement)
        self._queue.remove(placement.ids)
        placement.entries = []
        self._put_back(placement)

    def _add_some(self, placement: Placement, after_id: str | None) -> None:
        """Add as many songs as one list of commands may hold, up to the first that is refused."""
        mopidy, ids = self._connection.is_mopidy, self._queue.ids()
        songs = placement.songs[:MAX_ADDED_AT_ONCE]
        if mopidy:
            if not urlsplit(songs[0]).scheme:
                # It would close the connection without an answer.
                placement.skipped.append((placement.songs.pop(0), NO_ADDRESS))
                return
            songs = songs[: next((n for n, song in enumerate(songs) if not urlsplit(song).scheme), len(songs))]
            songs = songs[: self._room(len(ids))]
            if not songs:
                placement.full = True
                return
        before_id = placement.entries[-1].id if placement.entries else after_id
        position = ids.index(before_id) + 1 if before_id in ids else None
        placement.uncertain = True
        try:
            added, refusal = self._connection.call(lambda client: _add(client, songs, position), slow=True)
        except MpdLostError as error:
            if mopidy and not isinstance(error, MpdAnswerError):
                # Mopidy closes the connection instead of saying that its queue is full.
                placement.full = placement.lost_with == len(placement.songs)
                placement.lost_with = len(placement.songs)
            raise
        # On Mopidy one address may have become several songs, such as an album.
        new = [song_id for song_id in self._queue.ids() if song_id not in ids] if mopidy and added else added
        entries = self._queue.entries(new)
        placement.uncertain = False
        del placement.songs[: len(added)]
        self._note(placement, entries)
        if refusal is None:
            return
        if refusal.number == PERMISSION:
            self.take_back(placement)
            raise self._connection.refused(refusal.message)
        placement.full = refusal.number == QUEUE_FULL
        if not placement.full:
            placement.skipped.append((placement.songs.pop(0), refusal.message))

    def _room(self, length: int) -> int:
        """Return for how many more songs Mopidy has room, as far as that is known; length: of its queue."""
        if self._limit is not None and length > self._limit:
            self._limit = None
        return MAX_ADDED_AT_ONCE if self._limit is None else self._limit - length

    def _recover(self, placement: Placement) -> None:
        """Find out which songs were added by a command whose response was lost."""
        ids = self._queue.ids()
        if placement.known is None:
            found = [] if placement.entries else self._queue.find(placement.songs)
            placement.known = frozenset(ids) - set(placement.ids) - {entry.id for entry in found}
            self._note(placement, found)
            del placement.songs[: len(found)]
        else:
            others = placement.known | set(placement.ids)
            for entry in self._queue.entries([song_id for song_id in ids if song_id not in others]):
                if entry.file in placement.songs:
                    del placement.songs[: placement.songs.index(entry.file) + 1]
                    self._note(placement, [entry])
                else:
                    placement.known |= {entry.id}
        placement.uncertain = False
        if placement.full:
            self._limit = len(ids)
        elif placement.lost_with is not None:
            placement.lost_with = len(placement.songs)

    def _note(self, placement: Placement, entries: Sequence[QueueEntry]) -> None:
        placement.entries.extend(entries)
        self._queue.remember(entries, placement.address)

    def _make_room(self, placement: Placement, after_id: str | None) -> bool:
        """Take the last song that isn't playing out of the queue. Returns False if there is none."""
        status = self._connection.call(lambda client: client.status())
        playing = {after_id, str(status.get("songid"))}
        ids = [song_id for song_id in self._queue.ids() if song_id not in playing]
        if not ids or len(placement.displaced) >= MAX_DISPLACED:
            return False
        for entry in self._queue.entries(ids[-1:]):
            placement.displaced.append((entry, self._queue.address(entry)))
        self._queue.remove(ids[-1:])
        return True

    def _put_back(self, placement: Placement) -> None:
        while placement.displaced:
            entry, address = placement.displaced.pop()
            ids, _ = self._connection.call(lambda client: _add(client, [entry.file], None))  # noqa: B023
            self._queue.remember(self._queue.entries(ids), address)


def _add(client: Any, songs: Sequence[str], position: int | None) -> tuple[list[str], Refusal | None]:
    """Add songs up to the first that is refused. Returns the ids of the others, and the refusal."""
    ids: list[str] = []
    client.command_list_ok_begin()
    for n, song in enumerate(songs):
        client.addid(song, *(() if position is None else (position + n,)))
    client.iterate = True  # else the ids would be lost with the first refusal
    try:
        for song_id in client.command_list_end():
            ids.append(str(song_id))
    except mpd.CommandError as error:
        return ids, Refusal.of(error)
    finally:
        client.iterate = False
    return ids, None


def _why(placement: Placement) -> str:
    """Return why none of the songs can be added."""
    if not placement.skipped:
        return FULL
    why = placement.skipped[0][1]
    return why if len(placement.skipped) == 1 else f"{why}, as for all {len(placement.skipped)} songs"
