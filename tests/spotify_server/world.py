"""The simulated account and its speakers, as a person would see them, in simulated time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

START = 1_790_000_000.0  # some Unix time


@dataclass
class Device:
    """A Connect device. awake: Spotify lists it.

    keeps_volume: it answers that a volume was set, and keeps its own. begins_at: its volume whenever it becomes active.
    mute: it accepts music and plays nothing. quits: once paused, nothing is active any more (204).
    librespot: it takes playlists, albums and artists, and refuses songs that are sent one by one (403).
    tells_position: False for one whose `progress_ms` is always 0.
    dozing: it is listed, but answers 404 to music until it is made the active device. listed: False for one that
    Spotify leaves out of the list even while it plays, such as some restricted ones. shown_id: the id in the playback
    state, where that differs from the list's, to which commands go. shown_name: what Spotify calls it now, such as the
    name of its group, where that isn't its own; two devices may have one. state_name: its name in the playback state
    only. private: somebody listens in a private session.
    """

    name: str
    id: str | None
    volume: int | None = 40
    kind: str = "Speaker"
    awake: bool = True
    restricted: bool = False
    supports_volume: bool = True
    keeps_volume: bool = False
    begins_at: int | None = None
    mute: bool = False
    quits: bool = False
    librespot: bool = False
    dozing: bool = False
    listed: bool = True
    shown_id: str | None = None
    shown_name: str | None = None
    tells_position: bool = True
    state_name: str | None = None
    private: bool = False


@dataclass(frozen=True)
class Playing:
    """The playback from `since` until the next change."""

    since: float
    device: str | None = None
    playing: bool = False
    context: str | None = None
    uris: tuple[str, ...] = ()
    index: int = 0
    position: float = 0.0
    queue: tuple[str, ...] = ()
    volume: int | None = None
    shuffle: bool = False
    repeat: str = "off"
    unnamed: bool = False


@dataclass(frozen=True)
class Executed:
    """A command that the server has carried out.

    do: play, resume, pause, transfer, next, previous, queue, volume, shuffle, repeat.
    value: for a play, the context, the songs, and the index of the first song if it was given.
    """

    do: str
    value: Any
    at: float


class World:
    """Time passes only in `advance`. lag: for how many seconds after a command the API still shows the old state."""

    def __init__(self, *, song: float = 200.0, lag: float = 1.2) -> None:
        self.song, self.lag = song, lag
        self.monotonic = 1000.0
        self.devices = [
            Device("Living Room", "living0"),
            Device("Kitchen", "kitchen0"),
            Device("Ann's phone", "phone0"),
        ]
        self.history = [Playing(self.monotonic)]
        self.executed: list[Executed] = []
        self.ids = 0
        self.own_tracks: dict[str, tuple[str, ...]] = {}
        # Addresses that can't be played any more, and those that play and aren't found, such as Spotify's own.
        self.gone: set[str] = set()
        self.unlisted: set[str] = set()

    def clock(self) -> float:
        return self.monotonic

    def unix(self) -> float:
        return START + self.monotonic

    def advance(self, seconds: float) -> None:
        self.monotonic += seconds

    # Playback.

    def tracks(self, context: str) -> tuple[str, ...]:
        if context in self.own_tracks:
            return self.own_tracks[context]
        name = "".join(sign for sign in context.split(":")[-1] if sign.isalnum())[:10]
        return tuple(f"spotify:track:{name}{n:05d}" for n in range(60))

    def place(self, context: str, song: str) -> int:
        """The index of a song in a context, which has it from then on."""
        tracks = self.tracks(context)
        if song not in tracks:
            self.own_tracks[context] = (*tracks[:3], song, *tracks[3:])
        return self.tracks(context).index(song)

    def device(self, name: str) -> Device:
        return next(device for device in self.devices if device.name == name)

    def by_id(self, device_id: str) -> Device | None:
        return next((device for device in self.devices if device.awake and device.id == device_id), None)

    def now_playing(self) -> Playing:
        return self.at(self.history[-1], self.monotonic)

    def at(self, play: Playing, now: float) -> Playing:
        """The playback at `now`: songs have ended and the next ones have begun."""
        if not play.playing or not play.uris:
            return replace(play, since=now)
        position, index, uris, queue = play.position + now - play.since, play.index, play.uris, play.queue
        while position >= self.song:
            position -= self.song
            if queue:
                uris, queue = (*uris[: index + 1], queue[0], *uris[index + 1 :]), queue[1:]
            index = index if play.repeat == "track" else (index + 1) % len(uris)
        return replace(play, since=now, position=position, index=index, uris=uris, queue=queue)

    def shown(self) -> Playing:
        """What the API shows: the playback of `lag` seconds ago, extrapolated to now."""
        then = [play for play in self.history if play.since <= self.monotonic - self.lag] or self.history[:1]
        return self.at(then[-1], self.monotonic)

    def change(self, **changes: Any) -> None:
        self.history.append(replace(self.now_playing(), **changes))
        del self.history[:-50]

    def do(self, do: str, value: Any, device: Device) -> None:
        """Carry out a command."""
        now = self.now_playing()
        if do in ("play", "transfer", "resume") and device.mute:
            self.executed.append(Executed(do, value, self.monotonic))
            return
        if do in ("play", "transfer", "resume") and now.device != device.name and device.begins_at is not None:
            device.volume = device.begins_at
        if do == "play":
            context, uris, *offset = value
            tracks = tuple(uris) if uris else self.tracks(context)
            # A shuffled list starts at any song.
            index = offset[0] if offset else len(tracks) * 7 // 10 if now.shuffle else 0
            self.change(device=device.name, playing=True, context=context, uris=tracks, index=index, position=0.0,
                        queue=(), volume=device.volume, unnamed=False)  # fmt: skip
        elif do == "transfer":
            self.change(device=device.name, playing=value or now.playing, volume=device.volume)
        elif do in ("shuffle", "repeat"):
            self.change(**{do: value})
        elif do in ("resume", "pause"):
            self.change(device=device.name, playing=do == "resume")
            if do == "pause" and device.quits:
                self.change(device=None, context=None, uris=(), queue=())
        elif do in ("next", "previous"):
            step, uris, queue = (1 if do == "next" else -1), now.uris, now.queue
            if do == "next" and queue:
                uris, queue = (*uris[: now.index + 1], queue[0], *uris[now.index + 1 :]), queue[1:]
            self.change(
                uris=uris, queue=queue, index=(now.index + step) % max(1, len(uris)), position=0.0, playing=True
            )
        elif do == "seek":
            self.change(position=value)
        elif do == "queue":
            self.change(queue=(*now.queue, value))
        elif do == "volume":
            if not device.keeps_volume:
                device.volume = value
                self.change(volume=value)
        else:
            raise AssertionError(do)
        self.executed.append(Executed(do, value, self.monotonic))

    # People and speakers.

    def person(self, do: str, value: Any = None, on: str = "Ann's phone") -> None:
        """A person does it in the app: play (a context), pause, resume, transfer, next, volume, shuffle, repeat."""
        if do == "play":
            value = (value, None)
        self.do(do, value, self.device(on))
        self.executed.pop()

    def sleep(self, name: str) -> None:
        """The speaker leaves the list, and playback on it ends."""
        self.device(name).awake = False
        if self.now_playing().device == name:
            self.change(device=None, playing=False, context=None, uris=(), queue=())

    def wake(self, name: str) -> None:
        """The speaker comes back under another id, as real ones do."""
        self.ids += 1
        device = self.device(name)
        device.awake, device.id = True, f"{name.split()[0].lower()}{self.ids}"

    # As JSON.

    def device_json(self, device: Device, shown: Playing, *, in_list: bool = False) -> dict[str, Any]:
        """in_list: as the list of devices shows it, otherwise as the playback state does."""
        active = shown.device == device.name
        return {
            "id": device.id if in_list else device.shown_id or device.id, "is_active": active,
            "is_private_session": device.private, "is_restricted": device.restricted,
            "name": (None if in_list else device.state_name) or device.shown_name or device.name,
            "type": device.kind, "supports_volume": device.supports_volume,
            "volume_percent": shown.volume if active and shown.volume is not None else device.volume,
        }  # fmt: skip

    def track_json(self, uri: str) -> dict[str, Any]:
        key = uri.split(":")[-1]
        return {
            "uri": uri, "id": key, "type": "track", "name": f"Song {key}", "duration_ms": int(self.song * 1000),
            "explicit": False, "is_local": False, "href": f"https://api.spotify.com/v1/tracks/{key}",
            "external_urls": {"spotify": f"https://open.spotify.com/track/{key}"}, "preview_url": None,
            "artists": [{"name": "The Artist", "type": "artist", "id": "a", "uri": "spotify:artist:a"}],
            "album": {
                "album_type": "album", "total_tracks": 9, "available_markets": [], "external_urls": {},
                "id": f"album{key}",
                "href": f"https://api.spotify.com/v1/albums/album{key}", "name": f"Album {key}", "type": "album",
                "uri": f"spotify:album:album{key}", "release_date": "2001", "release_date_precision": "year",
                "artists": [],
                "images": [
                    {"url": f"https://i.scdn.co/image/{key}-{size}", "width": size, "height": size}
                    for size in (640, 300, 64)
                ],
            },
        }  # fmt: skip

    def state_json(self) -> dict[str, Any] | None:
        shown = self.shown()
        if shown.device is None or self.device(shown.device).private:
            return None
        device = self.device(shown.device)
        context = None
        if shown.context and not shown.unnamed:
            context = {
                "type": shown.context.split(":")[1],
                "uri": shown.context,
                "href": "https://x/",
                "external_urls": {},
            }
        return {
            "device": self.device_json(device, shown),
            "is_playing": shown.playing,
            "repeat_state": shown.repeat, "shuffle_state": shown.shuffle, "context": context,
            "timestamp": int(self.unix() * 1000),
            "progress_ms": int(shown.position * 1000) if self.device(shown.device).tells_position else 0,
            "item": self.track_json(shown.uris[shown.index]) if shown.uris and not shown.unnamed else None,
            "currently_playing_type": "track", "actions": {},
        }  # fmt: skip

    def queue_json(self) -> dict[str, Any]:
        shown = self.shown()
        coming = [*shown.queue, *shown.uris[shown.index + 1 : shown.index + 15]]
        current = self.track_json(shown.uris[shown.index]) if shown.uris else None
        return {"currently_playing": current, "queue": [self.track_json(uri) for uri in coming]}
