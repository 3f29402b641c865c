"""`Librespot`: a simulated daemon with its delays, its faults, its restarts, and the people who use it."""

from __future__ import annotations

import heapq
import itertools
import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.librespot_server.contract import API_ORIGIN, check_event, check_request, check_status

START_OF_TIME = 1000.0
ROOM = "Living Room"
# Seconds: until music is fetched and its start is answered; until a volume is told.
LOAD_S, VOLUME_S = 0.4, 0.1
STATION = "spotify:station:playlist:more"
APP_ORIGIN = "playlist"
# What the daemon does before a request: nothing of it arrives, it arrives and isn't answered, or it isn't reached.
BREAK, LOSE, REFUSE = "break", "lose", "refuse"


class Listener(Protocol):
    open: bool

    def deliver(self, text: str) -> None: ...


@dataclass(frozen=True)
class Song:
    uri: str
    name: str
    artist: str
    duration: float = 200.0


def songs(name: str, count: int = 8, duration: float = 200.0) -> list[Song]:
    return [Song(f"spotify:track:{name}{n}", f"{name} {n}", f"The {name}s", duration) for n in range(count)]


class Librespot:
    """monotonic: the world's clock. commands: what the device did, as (time, path, body).

    faults: what happens to the next commands: BREAK, LOSE, REFUSE, or the HTTP status with which it is answered.
    chosen: the list that was chosen last, which a station may follow.
    persists: the account stays connected when somebody moves the music away. autoplay: a station follows a list.
    """

    def __init__(self, *, steps: int = 100, persists: bool = True, autoplay: bool = True, name: str = ROOM) -> None:
        """name: the speaker's in the Spotify app."""
        self.name = name
        # The other daemons of the same account, which plays on one of them at a time.
        self.others: list[Librespot] = []
        self.monotonic, self.offset = START_OF_TIME, 0.0
        self.steps, self.persists, self.autoplay = steps, persists, autoplay
        self.lists = {
            f"spotify:playlist:{name}": songs(name) for name in ("happysongs", "sadsongs", "calmsongs", "angrysongs")
        }
        self.lists["spotify:album:theirs"] = songs("theirs")
        self.lists[STATION] = songs("station", 50)
        self.account, self.ready, self.premium = True, True, True
        # The daemon is stopped; the device can't reach it.
        self.down, self.reachable, self.tells = False, True, True
        # The speaker that the account plays on, if it is another one.
        self.elsewhere: str | None = None
        self.account_limited = False
        self.volume_step = round(0.4 * steps)
        self.commands: list[tuple[float, str, dict[str, Any]]] = []
        self.requests = 0
        self.events: list[str] = []
        self.faults: deque[str | int] = deque()
        self.rng = random.Random(0)
        self._listeners: list[Listener] = []
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._plays = 0
        self._reset()

    def _reset(self) -> None:
        self.state, self.origin, self.context, self.chosen = "stopped", "", "", ""
        self.order: list[Song] = []
        self.queue: list[Song] = []
        self.index, self.current = 0, None
        self.shuffle, self.repeat_context, self.repeat_track = False, False, False
        self._base, self._at = 0.0, self.monotonic
        self._plays += 1

    current: Song | None

    # Time.

    def advance(self, seconds: float) -> None:
        until = self.monotonic + seconds
        while self._timers and self._timers[0][0] <= until:
            at, _, act = heapq.heappop(self._timers)
            self.monotonic = max(self.monotonic, at)
            act()
        self.monotonic = max(self.monotonic, until)

    def clock(self) -> float:
        return self.monotonic

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self.monotonic + seconds, next(self._numbers), act))

    @property
    def position(self) -> float:
        return self._base + (self.monotonic - self._at if self.state == "playing" else 0.0)

    @property
    def volume(self) -> int:
        return round(100 * self.volume_step / self.steps)

    # Requests.

    def receive(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, Any] | str:
        """Return the HTTP status and the JSON, or BREAK, LOSE or REFUSE for what came to nothing."""
        self.requests += 1
        if self.down or not self.reachable:
            return REFUSE
        check_request(method, path, body)
        if method == "GET":
            return self._read(path)
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, int):
            return fault, None
        if fault in (BREAK, REFUSE):
            return fault or ""
        if not self.account:
            return 204, None
        self.commands.append((self.monotonic, path.removeprefix("/player/"), body or {}))
        status = self._carry_out(path, body or {})
        return LOSE if fault == LOSE else (status, None)

    def _read(self, path: str) -> tuple[int, Any]:
        if path == "/":
            return 200, {"playback_ready": self.account and self.ready}
        if not self.account:
            return 204, None
        if path == "/status":
            status = self.status()
            check_status(status)
            return 200, status
        if self.account_limited:
            return 429, None
        return 200, {"is_playing": True, "device": {"name": self.elsewhere}} if self.elsewhere else None

    def status(self) -> dict[str, Any]:
        return {
            "username": "anna",
            "device_id": "0" * 40,
            "device_type": "SPEAKER",
            "device_name": self.name,
            "play_origin": self.origin,
            "stopped": self.state == "stopped",
            "paused": self.state == "paused",
            "buffering": False,
            "volume": self.volume_step,
            "volume_steps": self.steps,
            "repeat_context": self.repeat_context,
            "repeat_track": self.repeat_track,
            "shuffle_context": self.shuffle,
            "track": None if self.current is None else self._track(),
        }

    def _track(self) -> dict[str, Any]:
        song = self.current
        assert song is not None
        return {
            "uri": song.uri,
            "name": song.name,
            "artist_names": [song.artist],
            "album_name": "An Album",
            "album_cover_url": f"https://i.scdn.co/image/{song.uri.rsplit(':', 1)[1]}",
            "position": int(self.position * 1000),
            "duration": int(song.duration * 1000),
            "release_date": "2026-01-01",
            "track_number": 1,
            "disc_number": 1,
            "format": "OGG_VORBIS_160",
            "codec": "vorbis",
            "bitrate": 160,
            "sample_rate": 44100,
            "bit_depth": None,
        }

    def _carry_out(self, path: str, body: dict[str, Any]) -> int:
        if path == "/player/play":
            songs = [song.uri for song in self.lists.get(body["uri"], ())]
            skip = body.get("skip_to_uri")
            start = songs.index(skip) if skip in songs else None
            status = self._play(body["uri"], API_ORIGIN, paused=body.get("paused", False), start=start)
            self._base += body.get("position", 0) / 1000
            return status
        if path == "/player/pause":
            self._pause()
        elif path == "/player/resume":
            self._resume()
        elif path == "/player/next":
            self._skip(1)
        elif path == "/player/prev":
            self._skip(-1)
        elif path == "/player/seek":
            self._seek(body["position"] / 1000)
        elif path == "/player/volume":
            if body["volume"] < 0:
                return 400
            self._set_volume(min(body["volume"], self.steps))
        elif path == "/player/shuffle_context":
            self._set_shuffle(body["shuffle_context"])
        elif path in ("/player/repeat_context", "/player/repeat_track"):
            name, value = next(iter(body.items()))
            if getattr(self, name) != value:
                setattr(self, name, value)
                self._tell(name, {"value": value})
        elif path == "/player/add_to_queue":
            song = next((one for one in self._all_songs() if one.uri == body["uri"]), None)
            if self.current is not None and song is not None:
                self.queue.append(song)
        return 200

    def _all_songs(self) -> list[Song]:
        return [song for tracks in self.lists.values() for song in tracks]

    # Music.

    def _play(self, uri: str, origin: str, *, paused: bool = False, start: int | None = None) -> int:
        self.advance(LOAD_S)
        tracks = self.lists.get(uri) or [song for song in self._all_songs() if song.uri == uri][:1]
        if not tracks:
            return 500
        self.origin, self.context, self.chosen, self.elsewhere = origin, uri, uri, None
        self.order, self.queue, self.index = list(tracks), [], start or 0
        if self.shuffle:
            self.rng.shuffle(self.order)
        if not self.premium:
            # No song's key is granted.
            self.state, self.current = "stopped", None
            return 200
        self._begin(self.order[self.index], "paused" if paused else "playing")
        return 200

    def _begin(self, song: Song, state: str) -> None:
        self.current, self.state = song, state
        self._base, self._at = 0.0, self.monotonic
        if state == "playing":
            self._take_account()
        self._tell("will_play", self._about())
        self._tell("metadata", self._track())
        if state == "playing":
            self._tell("playing", self._about() | {"resume": False})
        self._plan_end()

    def _about(self) -> dict[str, Any]:
        uri = self.current.uri if self.current is not None else ""
        return {"context_uri": self.context, "uri": uri, "play_origin": self.origin}

    def _plan_end(self) -> None:
        self._plays += 1
        play, song = self._plays, self.current
        if song is not None and self.state == "playing":
            self.later(song.duration - self.position, lambda: self._end() if self._plays == play else None)

    def _end(self) -> None:
        self._tell("not_playing", self._about())
        if self.repeat_track and self.current is not None:
            self._begin(self.current, "playing")
        else:
            self._go_on()

    def _go_on(self) -> None:
        if self.queue:
            self._begin(self.queue.pop(0), "playing")
            return
        self.index += 1
        if self.index < len(self.order):
            self._begin(self.order[self.index], "playing")
        elif self.repeat_context:
            self.index = 0
            self._begin(self.order[0], "playing")
        elif self.autoplay and self.context != STATION:
            self.context, self.order, self.index = STATION, list(self.lists[STATION]), 0
            self._begin(self.order[0], "playing")
        else:
            # The first song is loaded again, paused.
            self.index = 0
            self._begin(self.order[0], "paused")
            self._tell("stopped", {"play_origin": self.origin})

    def _skip(self, step: int) -> None:
        if self.current is None:
            return
        if step > 0:
            self._go_on()
        elif self.position > 3:
            self._seek(0.0)
        else:
            self.index = max(0, self.index - 1)
            self._begin(self.order[self.index], self.state)

    def _seek(self, position: float) -> None:
        if self.current is None:
            return
        length = self.current.duration
        self._base, self._at = min(position, length), self.monotonic
        self._tell("seek", self._about() | {"position": int(1000 * position), "duration": int(1000 * length)})
        self._plan_end()

    def _pause(self) -> None:
        if self.state == "playing":
            self._base, self._at, self.state = self.position, self.monotonic, "paused"
            self._plays += 1
            for other in self.others:
                other.elsewhere = None
            self._tell("paused", self._about())

    def _resume(self) -> None:
        if self.state == "paused":
            self.state, self._at = "playing", self.monotonic
            self._take_account()
            self._tell("playing", self._about() | {"resume": True})
            self._plan_end()

    def _set_volume(self, step: int) -> None:
        self.volume_step = step
        self.later(VOLUME_S, lambda: self._tell("volume", {"value": self.volume_step, "max": self.steps}))

    def _set_shuffle(self, on: bool) -> None:
        # Without a list nothing is shuffled.
        if not self.order or on == self.shuffle:
            return
        self.shuffle = on
        self._tell("shuffle_context", {"value": on})

    # What people do in the Spotify app, and what happens to the daemon.

    def person_plays(self, uri: str = "spotify:album:theirs") -> None:
        self.account = True
        self._play(uri, APP_ORIGIN)

    def person_pauses(self) -> None:
        self._pause()

    def person_resumes(self) -> None:
        self._resume()

    def person_skips(self) -> None:
        self._skip(1)

    def person_sets_volume(self, percent: int) -> None:
        self._set_volume(round(percent * self.steps / 100))

    def person_moves(self, speaker: str = "Kitchen") -> None:
        """Somebody goes on on another speaker."""
        self._reset()
        self.elsewhere = speaker
        if not self.persists:
            self.account = False
        self._tell("inactive", None)

    def _take_account(self) -> None:
        """What plays on another daemon of the account ends there."""
        self.elsewhere = None
        for other in self.others:
            if other.state == "stopped":
                other.elsewhere = self.name
            else:
                other.person_moves(self.name)

    def break_connections(self) -> None:
        for listener in list(self._listeners):
            listener.open = False
            self.detach(listener)

    def network(self, on: bool) -> None:
        """The network between the device and the daemon breaks, or is mended; the music goes on."""
        self.reachable = on
        if not on:
            self.break_connections()

    def restart(self, *, takes: float = 5.0) -> None:
        """The daemon is gone for a while, and its music with it."""
        self.down = True
        self.break_connections()
        self._reset()
        if not self.persists:
            self.account = False
        self.later(takes, lambda: setattr(self, "down", False))

    # Events.

    def attach(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def detach(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _tell(self, kind: str, data: dict[str, Any] | None) -> None:
        event = {"type": kind, "data": data}
        check_event(event)
        text = json.dumps(event)
        self.events.append(text)
        del self.events[:-500]
        for listener in list(self._listeners):
            if listener.open and self.tells:
                listener.deliver(text)


class Account:
    """Several daemons with one account and one clock."""

    def __init__(self, *names: str) -> None:
        self.daemons = {name: Librespot(name=name) for name in names}
        for daemon in self.daemons.values():
            daemon.others = [other for other in self.daemons.values() if other is not daemon]

    @property
    def monotonic(self) -> float:
        return max(daemon.monotonic for daemon in self.daemons.values())

    def advance(self, seconds: float) -> None:
        until = self.monotonic + seconds
        for daemon in self.daemons.values():
            daemon.advance(until - daemon.monotonic)
