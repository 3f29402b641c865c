"""MPD's queue: music of ours put into it in such a way that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.players.asked import rotated
from edge.players.mpd_link import Link, RefusedError
from edge.players.mpd_music import songs_of
from edge.values import Music, Wish

NEXT_OF_ALL = 255  # the highest priority there is in random order


@dataclass(frozen=True)
class Coming:
    """Songs that wait behind the one that plays. after: its id. wish, given: as in `Asked`."""

    wish: Wish
    given: Wish
    after: str
    ids: tuple[str, ...]


class Queue:
    """The songs there, by MPD's ids, and which music of ours they belong to."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._contexts: dict[str, str] = {}

    def context(self, song: str | None) -> str | None:
        """The address of the music that this song was added with; None for what a person added."""
        return None if song is None else self._contexts.get(song)

    def songs(self, music: Music, offset: int | None) -> list[str]:
        """Raises RefusedError where there are none."""
        found = self._link.ask(lambda client: songs_of(client, music))
        if not found:
            raise RefusedError(f"mpd: {music.name} ({music.uri}) holds no song; check music.profiles", retry_after=1)
        return rotated(found, offset)

    def fill(self, songs: list[str], address: str | None) -> None:
        """These songs and no others."""
        self._link.ask(lambda client: client.clear())
        self._contexts.clear()
        self.add(songs, address)

    def add(self, songs: list[str], address: str | None, *, at: int | None = None) -> tuple[str, ...]:
        """At a position, else at the end; gives their ids."""

        def add(client: Any) -> list[str]:
            client.command_list_ok_begin()
            for n, song in enumerate(songs):
                if at is None:
                    client.addid(song)
                else:
                    client.addid(song, at + n)
            return [str(one) for one in client.command_list_end()]

        ids = tuple(self._link.ask(add))
        self._know(ids, address)
        return ids

    def _know(self, ids: tuple[str, ...], address: str | None) -> None:
        if address is not None:
            self._contexts |= dict.fromkeys(ids, address)

    def found(self, songs: list[str], address: str | None) -> tuple[str, ...]:
        """The ids of these songs in a row that nobody is known to have added; () where there are none."""
        there = self._link.ask(lambda client: client.playlistinfo())
        for n in range(len(there) - len(songs) + 1):
            run = there[n : n + len(songs)]
            ids = tuple(str(one["id"]) for one in run)
            if [one.get("file") for one in run] == songs and not any(one in self._contexts for one in ids):
                self._know(ids, address)
                return ids
        return ()

    def soon(self, song: str) -> None:
        """In random order too, this one is the next."""
        self._link.ask(lambda client: client.prioid(NEXT_OF_ALL, song))

    def take_back(self, ids: tuple[str, ...]) -> None:
        """Without these, as far as they are still there."""
        self._delete(lambda there: [one for one in there if one in ids])

    def only(self, ids: tuple[str, ...]) -> None:
        """Without all others."""
        self._delete(lambda there: [one for one in there if one not in ids])

    def _delete(self, which: Any) -> None:
        there = [str(one["id"]) for one in self._link.ask(lambda client: client.playlistid())]
        gone = which(there)
        if not gone:
            return

        def delete(client: Any) -> None:
            client.command_list_ok_begin()
            for one in gone:
                client.deleteid(one)
            client.command_list_end()

        self._link.ask(delete)
        for one in gone:
            self._contexts.pop(one, None)
