"""Reads the listener's lists page by page into the store; a sync that was cut short goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.errors import PlayerError
from edge.library.retrying import Patience
from edge.library.store import Store
from edge.songs import SongPage

# A list that changed while it was read is read once more, so that nothing slips through between two pages.
ROUNDS = 2


@dataclass(frozen=True)
class SongList:
    """A list to read. name: what the store calls it. title: for people. page: the songs from an offset on."""

    name: str
    title: str
    page: Callable[[int], SongPage]


@dataclass(frozen=True)
class Synced:
    """What a sync did with one list. resumed: the song it went on from, 0 where it began anew."""

    name: str
    title: str
    songs: int
    gone: int
    pages: int
    resumed: int


def sync(
    store: Store,
    lists: Sequence[SongList],
    patience: Patience,
    *,
    fresh: bool = False,
    step: Callable[[SongList, int, int], None] = lambda *_: None,
) -> list[Synced]:
    """Read all lists. fresh: begin anew, wherever the last one stopped. step: is told (list, done, of all).

    Each page is kept before the next one is asked for. Raises PlayerError, LibraryError or StoppedError; the next call
    goes on there.
    """
    done = [_read(store, one, patience, fresh=fresh, step=step) for one in lists]
    store.keep_lists([one.name for one in lists])
    counts = store.counts()
    return [
        Synced(one.name, one.title, counts.get(one.name, 0), gone, pages, resumed)
        for one, (gone, pages, resumed) in zip(lists, done, strict=True)
    ]


def _read(
    store: Store, songs: SongList, patience: Patience, *, fresh: bool, step: Callable[[SongList, int, int], None]
) -> tuple[int, int, int]:
    at = store.begin(songs.name, fresh=fresh)
    resumed = at.offset
    offset, pages, changed, total = at.offset, 0, False, at.total
    for _ in range(ROUNDS):
        while True:
            page = patience.call(lambda: _page(songs, offset))  # noqa: B023
            pages += 1
            changed = changed or (total is not None and page.total != total)
            total = page.total
            offset += page.size
            store.add_page(songs.name, at.generation, page.songs, offset=offset, total=total)
            step(songs, min(offset, total), total)
            if offset >= total:
                break
        if not changed:
            break
        at = store.begin(songs.name, fresh=True)
        offset, changed = 0, False
    return store.finish(songs.name, at.generation), pages, resumed


def _page(songs: SongList, offset: int) -> SongPage:
    """One page; raises PlayerError for an empty one in mid-list, which would pass for the list's end."""
    page = songs.page(offset)
    if page.size == 0 and offset < page.total:
        raise PlayerError(
            f"library: {songs.title} came to an end at song {offset} of {page.total}; what was read is kept, and "
            "`moodroom library sync` goes on there"
        )
    return page
