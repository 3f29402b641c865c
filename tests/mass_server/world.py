"""`Mass`: a simulated Music Assistant server with its speakers, its delays, its faults, and the people who use it."""

from __future__ import annotations

import heapq
import itertools
import json
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from tests.mass_server.catalogue import Catalogue
from tests.mass_server.queues import Entry, Queue, Speaker

START_OF_TIME = 1000.0
TOKEN = "a-long-lived-token"
ROOM = "Living Room"
SPEAKER, KITCHEN = "sonos_living", "sonos_kitchen"
# Seconds: from a command to the change of the queue, to the sound; between two songs; until a pause becomes a stop.
LOAD_S, START_S, VOLUME_S, GAP_S, PAUSE_MAX_S, TIME_EVENT_S = 0.3, 1.2, 0.2, 0.4, 30.0, 5.0


class Client(Protocol):
    open: bool

    def deliver(self, text: str) -> None: ...


class Mass:
    """monotonic: the world's clock. offset: the wall clock minus that one.

    commands: what the device did, as (time, command, arguments). faults: what happens to the next commands:
    "break" (lost before it is carried out), "lose" (carried out, and the answer is lost), "late" (the answer comes
    after 12 s), or a number: the code with which it is refused. They apply to commands that change something.
    """

    def __init__(self, *, schema: int = 87, schema_min: int = 28) -> None:
        self.monotonic, self.offset = START_OF_TIME, 1_795_000_000.0
        self.schema, self.schema_min = schema, schema_min
        self.catalogue = Catalogue()
        self.speakers = {SPEAKER: Speaker(SPEAKER, ROOM), KITCHEN: Speaker(KITCHEN, "Kitchen")}
        self.queues = {speaker.id: Queue(speaker.id, speaker.name) for speaker in self.speakers.values()}
        self.tokens = {TOKEN}
        # The server is stopped; the device can't reach it.
        self.down, self.reachable = False, True
        self.commands: list[tuple[float, str, dict[str, Any]]] = []
        self.messages: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.faults: deque[str | int] = deque()
        self._clients: list[Client] = []
        self._signed_in: set[int] = set()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._starts: dict[str, int] = {}
        self.rng = random.Random(0)

    # Time.

    def advance(self, seconds: float) -> None:
        until = self.monotonic + seconds
        while self._timers and self._timers[0][0] <= until:
            at, _, act = heapq.heappop(self._timers)
            self.monotonic = max(self.monotonic, at)
            act()
        self.monotonic = until

    def clock(self) -> float:
        return self.monotonic

    def wall(self) -> float:
        return self.monotonic + self.offset

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self.monotonic + seconds, next(self._numbers), act))

    # Clients.

    def attach(self, client: Client) -> None:
        self._clients.append(client)
        self._deliver(
            client,
            {
                "server_id": "simulated",
                "server_version": "2.11.0" if self.schema > 26 else "2.3.0",
                "schema_version": self.schema,
                "min_supported_schema_version": self.schema_min,
                "base_url": "http://127.0.0.1:8095",
                "homeassistant_addon": False,
            },
        )

    def detach(self, client: Client) -> None:
        if client in self._clients:
            self._clients.remove(client)
        self._signed_in.discard(id(client))

    def receive(self, client: Client, text: str) -> None:
        message = json.loads(text)
        self.sent.append(message)
        command, args, message_id = message["command"], message.get("args") or {}, message["message_id"]
        if command == "auth":
            if args.get("token") in self.tokens:
                self._signed_in.add(id(client))
                self._answer(client, message_id, {"authenticated": True, "user": {}})
            else:
                self._refuse(client, message_id, 23, "Invalid or expired token")
            return
        if self.schema >= 28 and id(client) not in self._signed_in:
            self._refuse(client, message_id, 20, "Authentication required. Please send auth command first.")
            return
        changes = command.startswith(
            ("player_queues/play", "player_queues/next", "player_queues/pre", "players/cmd")
        ) or (
            command
            in ("player_queues/pause", "player_queues/shuffle", "player_queues/repeat", "player_queues/transfer")
        )
        fault = self.faults.popleft() if changes and self.faults else None
        if fault == "break":
            self.break_connections()
            return
        if isinstance(fault, int):
            self._refuse(client, message_id, fault, "simulated refusal")
            return
        if changes:
            self.commands.append((self.monotonic, command, args))
        try:
            result = self._carry_out(command, args)
        except LookupError as error:
            code, words = error.args
            self._refuse(client, message_id, code, words)
            return
        if fault == "lose":
            self.break_connections()
        elif fault == "late":
            self.later(12.0, lambda: self._answer(client, message_id, result))
        else:
            self._answer(client, message_id, result)

    def break_connections(self) -> None:
        for client in list(self._clients):
            client.open = False
            self.detach(client)

    def network(self, on: bool) -> None:
        """The network between the device and the server breaks, or is mended; the music goes on."""
        self.reachable = on
        if not on:
            self.break_connections()

    def restart(self, *, takes: float = 20.0) -> None:
        """The server is gone for a while; the music stops, and the queues come back as they were, idle."""
        self.down = True
        self._timers = []
        self.break_connections()
        for queue in self.queues.values():
            queue.base, queue.at = queue.elapsed(self.monotonic), self.monotonic
            queue.state = "idle"
        for speaker in self.speakers.values():
            speaker.state, speaker.source = "idle", None
        self.later(takes, lambda: setattr(self, "down", False))

    # Commands.

    def _carry_out(self, command: str, args: dict[str, Any]) -> Any:
        old = self.schema < 30
        if command == "players/all":
            return [speaker.as_dict(old=old) for speaker in self.speakers.values()]
        if command == "player_queues/get":
            queue = self.queues.get(args["queue_id"])
            return queue.as_dict(self.offset, old=old) if queue else None
        if command == "player_queues/items":
            queue = self.queues[args["queue_id"]]
            offset = args.get("offset", 0)
            return [entry.as_dict(queue.id) for entry in queue.entries[offset : offset + args.get("limit", 500)]]
        if command == "players/cmd/volume_set":
            speaker = self.speakers[args["player_id"]]
            self.later(VOLUME_S, lambda: self._set_volume(speaker, args["volume_level"]))
            return None
        if command.startswith("music/"):
            return self._music(command, args)
        if command == "player_queues/transfer":
            self._transfer(self.queues[args["source_queue_id"]], self.queues[args["target_queue_id"]])
            return None
        queue = self.queues.get(args.get("queue_id", ""))
        if queue is None:
            raise LookupError(10, f"Queue {args.get('queue_id')} is not available")
        speaker = self.speakers[queue.id]
        if not speaker.available:
            raise LookupError(10, f"Player {queue.id} is not available")
        if command == "player_queues/play_media":
            self._play_media(queue, args)
        elif command == "player_queues/pause":
            self.later(LOAD_S, lambda: self.pause(queue))
        elif command == "player_queues/play":
            if queue.current is None:
                raise LookupError(8, "Resume queue requested but queue is empty")
            self._begin(queue, queue.index or 0, queue.elapsed(self.monotonic))
        elif command == "player_queues/play_index":
            index = args["index"]
            if isinstance(index, str):
                found = [number for number, entry in enumerate(queue.entries) if entry.id == index]
                if not found:
                    raise LookupError(3, f"Item {index} not found in queue")
                index = found[0]
            self._begin(queue, index)
        elif command in ("player_queues/next", "player_queues/previous"):
            step = 1 if command.endswith("next") else -1
            if command.endswith("previous") and queue.elapsed(self.monotonic) > 5:
                step = 0
            self.later(1.0, lambda: self._begin(queue, max(0, min((queue.index or 0) + step, len(queue.entries) - 1))))
        elif command == "player_queues/seek":
            self._begin(queue, queue.index or 0, float(args["position"]))
        elif command == "player_queues/shuffle":
            queue.shuffle = args["shuffle_enabled"]
            self._tell_queue(queue)
        elif command == "player_queues/repeat":
            queue.repeat = args["repeat_mode"]
            self._tell_queue(queue)
        else:
            raise LookupError(12, f"Invalid command: {command}")
        return None

    def _music(self, command: str, args: dict[str, Any]) -> Any:
        if command == "music/item_by_uri":
            if self.catalogue.tracks_of(args["uri"]) is None:
                raise LookupError(2, f"{args['uri']} not found")
            item = self.catalogue.containers.get(args["uri"]) or self.catalogue.tracks[args["uri"]]
            return item.as_dict()
        if command == "music/search":
            return self.catalogue.find(args["search_query"], args["media_types"])
        kind = "playlist" if "playlists" in command else "radio"
        found = self.catalogue.find(args["search"], [kind])
        return found["playlists" if kind == "playlist" else "radio"]

    def _play_media(self, queue: Queue, args: dict[str, Any]) -> None:
        entries: list[Entry] = []
        for uri in args["media"]:
            tracks = self.catalogue.tracks_of(uri)
            if tracks is None:
                raise LookupError(2, f"{uri} not found")
            entries += [Entry(f"{self.rng.getrandbits(64):016x}", track) for track in tracks]
        option = args["option"]
        if option == "replace":
            if self.schema >= 87:
                queue.shuffle = bool(args.get("shuffle"))
            if queue.shuffle:
                self.rng.shuffle(entries)
            # For a moment the queue has no current item, while the speaker still plays the old one.
            queue.entries, queue.index, queue.ended, queue.origin = [], None, False, args["media"][0]
            self._starts[queue.id] = self._starts.get(queue.id, 0) + 1
            start = self._starts[queue.id]
            self._tell_queue(queue)

            def load() -> None:
                if self._starts[queue.id] == start:
                    queue.entries = entries
                    self._begin(queue, 0)

            self.later(LOAD_S, load)
        elif option == "next":
            index = (queue.index if queue.index is not None else -1) + 1
            queue.entries[index:index] = entries
            self._tell_queue(queue)
        else:
            queue.entries += entries
            self._tell_queue(queue)

    def _transfer(self, source: Queue, target: Queue) -> None:
        """The queue goes on on another speaker; the first one is silent, with an empty queue."""
        index, elapsed = source.index, source.elapsed(self.monotonic)
        target.entries, target.origin = source.entries, source.origin
        source.entries, source.index = [], None
        self._starts[source.id] = self._starts.get(source.id, 0) + 1
        source.state, source.active = "idle", False
        speaker = self.speakers[source.id]
        speaker.state, speaker.source = "idle", None
        self._tell_queue(source)
        self._tell_speaker(speaker)
        self._begin(target, index or 0, elapsed)

    def _begin(self, queue: Queue, index: int, elapsed: float = 0.0) -> None:
        """Go to this entry; its sound comes a little later."""
        self._starts[queue.id] = start = self._starts.get(queue.id, 0) + 1
        queue.index, queue.base, queue.at, queue.ended = index, elapsed, self.monotonic, False
        self._tell_queue(queue)
        if self.speakers[queue.id].silent:
            queue.state = "idle"
            self._tell_queue(queue)
            return

        def sound() -> None:
            if self._starts[queue.id] == start and not self.down:
                speaker = self.speakers[queue.id]
                speaker.state, speaker.source, speaker.media = "playing", queue.id, None
                queue.state, queue.active, queue.base, queue.at = "playing", True, elapsed, self.monotonic
                self._tell_speaker(speaker)
                self._tell_queue(queue)
                self._plan_end(queue, start)

        self.later(START_S, sound)

    def _plan_end(self, queue: Queue, start: int) -> None:
        entry = queue.current
        if entry is None:
            return

        def look() -> None:
            if self._starts.get(queue.id) != start or queue.state != "playing":
                return
            left = entry.track.duration - queue.elapsed(self.monotonic)
            if entry.track.kind != "radio" and left <= 0.001:
                self._end(queue)
                return
            queue.base, queue.at = queue.elapsed(self.monotonic), self.monotonic
            self._tell({"event": "queue_time_updated", "object_id": queue.id, "data": round(queue.base, 2)})
            self.later(TIME_EVENT_S if entry.track.kind == "radio" else min(TIME_EVENT_S, left), look)

        left = entry.track.duration - queue.elapsed(self.monotonic)
        self.later(TIME_EVENT_S if entry.track.kind == "radio" else max(0.0, min(TIME_EVENT_S, left)), look)

    def _end(self, queue: Queue) -> None:
        following = queue.next
        queue.base, queue.at = queue.elapsed(self.monotonic), self.monotonic
        queue.state = "idle"
        if following is None:
            queue.ended = self.schema >= 60
            self.speakers[queue.id].state = "idle"
            self._tell_speaker(self.speakers[queue.id])
            self._tell_queue(queue)
            return
        self._tell_queue(queue)
        index = queue.entries.index(following)
        self._starts[queue.id] = start = self._starts.get(queue.id, 0) + 1

        def go_on() -> None:
            if self._starts[queue.id] == start:
                queue.state, queue.index, queue.base, queue.at = "playing", index, 0.0, self.monotonic
                self._tell_queue(queue)
                self._plan_end(queue, start)

        self.later(GAP_S, go_on)

    # What people do, on the page or on the speaker.

    def pause(self, queue: Queue) -> None:
        if queue.state != "playing":
            return
        speaker = self.speakers[queue.id]
        queue.base, queue.at = queue.elapsed(self.monotonic), self.monotonic
        queue.state = speaker.state = "paused" if speaker.pauses else "idle"
        self._starts[queue.id] = start = self._starts.get(queue.id, 0) + 1
        self._tell_speaker(speaker)
        self._tell_queue(queue)

        def stop() -> None:
            if self._starts[queue.id] == start and queue.state == "paused":
                queue.state = speaker.state = "idle"
                self._tell_speaker(speaker)
                self._tell_queue(queue)

        self.later(PAUSE_MAX_S, stop)

    def resume(self, queue: Queue) -> None:
        if queue.state != "playing" and queue.current is not None:
            queue.state = "playing"
            speaker = self.speakers[queue.id]
            speaker.state, speaker.source, queue.at = "playing", queue.id, self.monotonic
            self._starts[queue.id] = start = self._starts.get(queue.id, 0) + 1
            self._tell_speaker(speaker)
            self._tell_queue(queue)
            self._plan_end(queue, start)

    def person_plays(self, uri: str, speaker: str = SPEAKER) -> None:
        self._play_media(self.queues[speaker], {"media": [uri], "option": "replace"})

    def person_skips(self, speaker: str = SPEAKER) -> None:
        queue = self.queues[speaker]
        self._begin(queue, min((queue.index or 0) + 1, len(queue.entries) - 1))

    def person_sets_volume(self, volume: int, speaker: str = SPEAKER) -> None:
        self._set_volume(self.speakers[speaker], volume)

    def plays_by_itself(self, source: str = "spotify", title: str = "Their Song") -> None:
        """Somebody plays on the speaker without Music Assistant."""
        speaker, queue = self.speakers[SPEAKER], self.queues[SPEAKER]
        queue.base, queue.at, queue.state, queue.active = queue.elapsed(self.monotonic), self.monotonic, "idle", False
        self._starts[queue.id] = self._starts.get(queue.id, 0) + 1
        speaker.source, speaker.state = source, "playing"
        speaker.media = {"uri": f"{source}:track:1", "media_type": "track", "title": title, "artist": "Them"}
        self._tell_speaker(speaker)
        self._tell_queue(queue)

    def group(self, leader: str | None) -> None:
        """Somebody groups the room's speaker under another one, or takes it out."""
        speaker = self.speakers[SPEAKER]
        speaker.synced_to = leader
        if leader is not None:
            self._starts[SPEAKER] = self._starts.get(SPEAKER, 0) + 1
            self.queues[SPEAKER].state = "idle"
            speaker.state, speaker.source = self.speakers[leader].state, leader
            self._tell_queue(self.queues[SPEAKER])
        else:
            speaker.state, speaker.source = "idle", None
        self._tell_speaker(speaker)

    def switch(self, *, on: bool, speaker: str = SPEAKER) -> None:
        """The speaker loses its power, or gets it back."""
        one, queue = self.speakers[speaker], self.queues[speaker]
        one.available = on
        if not on:
            self._starts[queue.id] = self._starts.get(queue.id, 0) + 1
            queue.base, queue.at, queue.state, one.state = queue.elapsed(self.monotonic), self.monotonic, "idle", "idle"
            self._tell_queue(queue)
        self._tell_speaker(one)

    def remove(self, speaker: str = SPEAKER) -> Speaker:
        one = self.speakers.pop(speaker)
        self._tell({"event": "player_removed", "object_id": speaker, "data": None})
        return one

    def add(self, speaker: Speaker) -> None:
        self.speakers[speaker.id] = speaker
        self._tell({"event": "player_added", "object_id": speaker.id, "data": speaker.as_dict(old=self.schema < 30)})

    # What is told.

    def _set_volume(self, speaker: Speaker, volume: int) -> None:
        if speaker.volume is not None:
            speaker.volume = volume
            self._tell_speaker(speaker)

    def _tell_speaker(self, speaker: Speaker) -> None:
        data = speaker.as_dict(old=self.schema < 30)
        self._tell({"event": "player_updated", "object_id": speaker.id, "data": data})

    def _tell_queue(self, queue: Queue) -> None:
        data = queue.as_dict(self.offset, old=self.schema < 30)
        self._tell({"event": "queue_updated", "object_id": queue.id, "data": data})

    def _tell(self, event: dict[str, Any]) -> None:
        for client in list(self._clients):
            if self.schema < 28 or id(client) in self._signed_in:
                self._deliver(client, event)

    def _answer(self, client: Client, message_id: str, result: Any) -> None:
        self._deliver(client, {"message_id": message_id, "result": result, "partial": False})

    def _refuse(self, client: Client, message_id: str, code: int, words: str) -> None:
        self._deliver(client, {"message_id": message_id, "error_code": code, "details": words})

    def _deliver(self, client: Client, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        if client.open:
            self.messages.append(text)
            del self.messages[:-2000]
            client.deliver(text)
