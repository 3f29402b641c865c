"""Reads the listener's lists into the store, page by page. An interrupted sync continues where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.errors import PlayerError
from edge.library.retrying import Retrier
from edge.library.store import Store
from edge.songs import SongPage

# A list that changed while it was read is read once more: a song may have moved between two pages.
READS_MAX = 2


@dataclass(frozen=True)
class SongList:
    """A list to read. name: its key in the store. title: for people. page: returns the songs from an offset on."""

    name: str
    title: str
    page: Callable[[int], SongPage]


@dataclass(frozen=True)
class Synced:
    """The result of a sync for one list.

    songs: how many the list holds. gone: how many are no longer in it. resumed: the offset at which it continued, 0 for
    a sync from the beginning.
    """

    name: str
    title: str
    songs: int
    gone: int
    pages: int
    resumed: int


def sync(
    store: Store,
    lists: Sequence[SongList],
    retrier: Retrier,
    *,
    fresh: bool = False,
    step: Callable[[SongList, int, int], None] = lambda *_: None,
) -> list[Synced]:
    """Read all lists. fresh: start from the beginning. step: called with (list, songs read, songs in total).

    Each page is saved before the next one is requested. Raises PlayerError, LibraryError or StoppedError; the next call
    continues there.
    """
    done = [_read(store, one, retrier, fresh=fresh, step=step) for one in lists]
    store.lists.keep([one.name for one in lists])
    counts = store.lists.counts()
    return [
        Synced(one.name, one.title, counts.get(one.name, 0), gone, pages, resumed)
        for one, (gone, pages, resumed) in zip(lists, done, strict=True)
    ]


def _read(
    store: Store, songs: SongList, retrier: Retrier, *, fresh: bool, step: Callable[[SongList, int, int], None]
) -> tuple[int, int, int]:
    at = store.lists.begin(songs.name, fresh=fresh)
    resumed = at.offset
    offset, pages, changed, total = at.offset, 0, False, at.total
    for _ in range(READS_MAX):
        while True:
            page = retrier.call(lambda: _page(songs, offset))  # noqa: B023
            pages += 1
            changed = changed or (total is not None and page.total != total)
            total = page.total
            offset += page.size
            store.lists.add_page(songs.name, at.generation, page.songs, offset=offset, total=total)
            step(songs, min(offset, total), total)
            if offset >= total:
                break
        if not changed:
            break
        at = store.lists.begin(songs.name, fresh=True)
        offset, changed = 0, False
    return store.lists.finish(songs.name, at.generation), pages, resumed


def _page(songs: SongList, offset: int) -> SongPage:
    """One page. Raises PlayerError for an empty page before the end, which would look like the end of the list."""
    page = songs.page(offset)
    if page.size == 0 and offset < page.total:
        raise PlayerError(
            f"library: {songs.title} came to an end at song {offset} of {page.total}; what was read is kept, and "
            "`moodroom library sync` continues there"
        )
    return page
