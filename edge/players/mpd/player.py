"""MPD (Music Player Daemon) or Mopidy: local files, radio, playlists; for people without Spotify."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from edge.errors import PlayerError
from edge.music.playback import still_applies
from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.mpd.fade import Fade
from edge.players.mpd.playback import look, shown, volume_of
from edge.players.mpd.queue import Coming, Queue
from edge.players.wishes import AbandonedWish, Resolve, patience, replaces, resolved, words
from edge.values import Act, Music, Playback, When, Wish

TIMEOUT = 3.0
FAREWELL = 1.0
BACKSTOP = 30.0  # MPD tells each change by itself; this only notices that it is gone
POLL = 2.0  # where it can't tell
OTHERWISE = "somebody chose otherwise"
RESTARTED = "MPD was restarted, and its queue is another"
log = logging.getLogger(__name__)


class MpdPlayer:
    """A player as `edge.players.Player` describes it; connects when needed, and again after a break."""

    name = "mpd"
    login_expires: float | None = None

    def __init__(
        self,
        host: str,
        port: int,
        *,
        password: str | None,
        clock: Callable[[], float],
        timeout: float = TIMEOUT,
        resolve: Resolve | None = None,
    ) -> None:
        """clock: monotonic seconds. timeout: seconds for each answer. resolve: what `library:...` stands for."""
        self._clock, self._resolve = clock, resolve
        self._link = MpdConnection(host, port, password=password, timeout=timeout, clock=clock)
        self._queue = Queue(self._link)
        self._fade = Fade()
        self._asked: list[SentWish] = []
        self._coming: Coming | None = None
        self._queued: list[str] = []
        self._given_up: list[AbandonedWish] = []

    def apply(self, wish: Wish) -> None:
        """Do it; what can be repeated without harm is kept while MPD is away."""
        if wish.act is Act.KEEP:
            return
        playable = resolved(wish, self.name, "mpd:", self._resolve)
        self._asked = [one for one in self._asked if not replaces(wish, one.given)]
        self._asked.append(SentWish(playable, wish, self._clock() + patience(wish)))
        self._work()

    def playback(self) -> Playback:
        self._link.listener.changed.clear()
        self._work()
        status, song = look(self._link)
        self._queue.see(status)
        if (volume := self._fade.step(self._clock(), volume_of(status))) is not None:
            self._setvol(volume)
            status["volume"] = str(volume)
        return self._shown(*(look(self._link) if self._mind_coming(status) else (status, song)))

    def given_up(self) -> list[AbandonedWish]:
        given_up, self._given_up = self._given_up, []
        return given_up

    def report(self) -> dict[str, Any]:
        return {}

    def wait(self) -> float:
        if self._link.listener.changed.is_set():
            return 0.0
        if (at := self._fade.next_at()) is not None:
            return max(0.05, at - self._clock())
        return BACKSTOP if self._link.listener.listening else POLL

    def close(self) -> None:
        if (goal := self._fade.goal) is not None and self._link.connected:
            # Nobody wants a speaker that stays hushed.
            self._link.hurry(FAREWELL)
            with contextlib.suppress(PlayerError):
                self._setvol(goal)
        self._link.close()

    def _status(self) -> dict[str, Any]:
        return dict(self._link.ask(lambda client: client.status()))

    def _shown(self, status: dict[str, Any], song: dict[str, Any]) -> Playback:
        return shown(status, song, speaker=f"MPD at {self._link.host}", context=self._queue.context)

    # Doing.

    def _work(self) -> None:
        if (moved := self._queue.mind_restart()) is not None:
            self._go_on_after_restart(moved)
        while self._asked:
            asked = self._asked[0]
            if self._clock() > asked.until:
                self._give_up(asked.given, "it comes too late", fault=True)
            elif asked.given.basis is not None and not self._stands(asked.given):
                self._give_up(asked.given, OTHERWISE)
            else:
                try:
                    self._do(asked)
                except MpdRefusedError as error:
                    self._asked.pop(0)
                    self._give_up(asked.given, str(error), fault=True)
                    raise
            self._asked.pop(0)

    def _stands(self, wish: Wish) -> bool:
        """What the wish counts on is so, at a fresh look."""
        return still_applies(wish, self._shown(*look(self._link)), self._clock())

    def _go_on_after_restart(self, moved: dict[str, str]) -> None:
        """moved: MPD's ids now, by those from before; any other is of no song that we know."""
        self._queued = [moved[one] for one in self._queued if one in moved]
        self._asked = [one.moved(moved) for one in self._asked]
        if (coming := self._coming) is not None:
            self._coming = coming.moved(moved)
            if self._coming is None:
                self._give_up(coming.given, RESTARTED)

    def _give_up(self, wish: Wish, why: str, *, fault: bool = False) -> None:
        self._given_up.append(AbandonedWish(wish, why, fault))

    def _do(self, asked: SentWish) -> None:
        wish, ask = asked.wish, self._link.ask
        if wish.act is Act.PLAY and wish.music is not None:
            self._play(asked, wish.music)
            return
        if wish.act is Act.FORGET:
            self._take_back()
        elif wish.act is Act.PAUSE:
            ask(lambda client: client.pause(1))
        elif wish.act is Act.RESUME:
            self._set_order(wish)
            paused = self._status().get("state") == "pause"
            ask(lambda client: client.pause(0) if paused else client.play())
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skip(asked)
        if wish.volume is not None:
            self._set_volume(wish.volume, fade=wish.fade, asked=wish.act is Act.VOLUME)

    def _skip(self, asked: SentWish) -> None:
        """To a certain song, which may be said twice; where none can be named, said once."""
        target = asked.target or self._neighbour(asked.wish.act)
        if target is None:
            # Where the connection breaks now, it may have arrived.
            self._asked[0] = replace(asked, until=0.0)
            act = asked.wish.act
            self._link.ask(lambda client: client.next() if act is Act.NEXT else client.previous())
            return
        self._asked[0] = replace(asked, target=target)
        if self._status().get("songid") != target:
            self._link.ask(lambda client: client.playid(target))

    def _neighbour(self, act: Act) -> str | None:
        status = self._status()
        if act is Act.NEXT:
            return status.get("nextsongid")
        at = int(status.get("song", 0)) - 1
        if at < 0 or status.get("random") == "1":
            return None
        found = self._link.ask(lambda client: client.playlistinfo(at))
        return str(found[0]["id"]) if found else None

    def _play(self, asked: SentWish, music: Music) -> None:
        wish, status = asked.wish, self._status()
        songs = self._queue.songs(music, wish.offset)
        playing = status.get("state") == "play"
        when = When.NOW if asked.begun else wish.when
        if when is When.QUEUE and len(songs) == 1 and status.get("songid") is not None:
            self._enqueue(asked, songs, status)
            return
        # A radio station never comes to an end, so that waiting for one would be for ever.
        waits = when is not When.NOW and playing and status.get("duration") is not None
        if not (waits and asked.tried):
            self._take_back()
        if waits:
            self._wait_for_end(asked, songs)
            return
        self._asked[0] = replace(asked, begun=True)
        self._set_order(wish)
        volume = volume_of(status)
        if volume is not None and wish.fade and playing:
            goal = wish.volume if wish.volume is not None else self._fade.goal
            self._setvol(self._fade.begin_low(self._clock(), volume, volume if goal is None else goal))
        elif wish.volume is not None:
            self._set_volume(wish.volume, fade=False, asked=False)
        self._queue.fill(songs, _address(asked.given))
        anywhere = wish.shuffle is True and wish.offset is None
        self._link.ask(lambda client: client.play() if anywhere else client.play(0))

    def _enqueue(self, asked: SentWish, songs: list[str], status: dict[str, Any]) -> None:
        """Right after the song that plays, and after those that were queued before; it counts to what plays."""
        at = int(status.get("song", 0))
        playing, *behind = self._link.ask(lambda client: client.playlistinfo((at,))) or [{}]
        at += 1 + len(list(takewhile(lambda song: str(song["id"]) in self._queued, behind)))
        ids = self._place(asked, songs, self._queue.context(playing), at)
        self._queued = [*self._queued, *ids][-100:]
        if status.get("random") == "1":
            self._queue.soon(ids[0])

    def _wait_for_end(self, asked: SentWish, songs: list[str]) -> None:
        """Behind the song that plays, in such a way that it can be taken back until then."""
        status = self._status()
        song = str(status.get("songid"))
        ids = self._place(asked, songs, _address(asked.given), int(status.get("song", -1)) + 1)
        self._coming = Coming(asked.wish, asked.given, "" if song in ids else song, ids)
        if status.get("random") == "1":
            self._queue.soon(ids[0])
        if status.get("single", "0") != "0":
            # One song again and again has no end.
            self._link.ask(lambda client: client.single(0))

    def _place(self, asked: SentWish, songs: list[str], address: str | None, at: int) -> tuple[str, ...]:
        """Into the queue, once, however often the connection breaks meanwhile."""
        self._asked[0] = replace(asked, tried=True)
        ids = asked.placed
        if not ids and asked.tried:
            ids = self._queue.found(songs, address)
        ids = ids or self._queue.add(songs, address, at=at)
        self._asked[0] = replace(asked, tried=True, placed=ids)
        return ids

    def _mind_coming(self, status: dict[str, Any]) -> bool:
        """What waited for a song's end plays now, or somebody chose otherwise meanwhile; True where that is so."""
        coming, song = self._coming, status.get("songid")
        if coming is None or (song == coming.after and status.get("state") != "stop"):
            return False
        if song in coming.ids and status.get("state") == "play":
            self._queue.only(coming.ids)
            self._set_order(coming.wish)
            if coming.wish.volume is not None:
                self._set_volume(coming.wish.volume, fade=False, asked=False)
            self._coming = None
            return True
        self._take_back()
        self._give_up(coming.given, OTHERWISE)
        return True

    def _take_back(self) -> None:
        if self._coming is not None:
            self._queue.take_back(self._coming.ids)
            log.info("mpd: %s is taken back", words(self._coming.wish))
            self._coming = None

    def _set_order(self, wish: Wish) -> None:
        """Shuffle and repeat as wished; None leaves each as it is."""
        ask = self._link.ask
        if wish.shuffle is not None:
            ask(lambda client: client.random(int(bool(wish.shuffle))))
        if wish.repeat is not None:
            ask(lambda client: client.repeat(int(wish.repeat != "off")))
            ask(lambda client: client.single(int(wish.repeat == "track")))

    def _set_volume(self, goal: int, *, fade: bool, asked: bool) -> None:
        now = volume_of(self._status())
        if now is None:
            if asked:
                raise MpdRefusedError("mpd: its output has no volume to set; set it on the amplifier", retry_after=1)
            return
        if fade:
            self._fade.glide(self._clock(), now, goal)
        else:
            self._fade.stop()
            self._setvol(goal)

    def _setvol(self, goal: int) -> None:
        self._link.ask(lambda client: client.setvol(goal))


def _address(given: Wish) -> str | None:
    return None if given.music is None else given.music.uri


@dataclass(frozen=True)
class SentWish:
    """A wish on its way, with music that MPD understands; given: as it was given. until: worth nothing after it.

    target: the song that a skip goes to, so that it can be given again. tried: its songs may be in the queue already,
    the answer having been lost; placed: they are, by these ids. begun: it has to be at once, and may play already.
    """

    wish: Wish
    given: Wish
    until: float
    target: str | None = None
    tried: bool = False
    placed: tuple[str, ...] = ()
    begun: bool = False

    def moved(self, ids: dict[str, str]) -> SentWish:
        """After a restart of MPD: with its ids now, by those from before."""
        placed = tuple(ids[one] for one in self.placed if one in ids)
        return replace(self, target=None if self.target is None else ids.get(self.target), placed=placed)
