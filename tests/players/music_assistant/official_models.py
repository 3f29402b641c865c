"""Holds messages against Music Assistant's own models; runs in an environment that has them (Python 3.12 and later).

python official_models.py MESSAGES.json     prints what doesn't fit, and, as the last line, samples of the models
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from music_assistant_models.api import CommandMessage, ErrorResultMessage, ServerInfoMessage, SuccessResultMessage
from music_assistant_models.enums import EventType, MediaType, PlaybackState, PlayerType, QueueOption, RepeatMode
from music_assistant_models.event import MassEvent
from music_assistant_models.media_items import Album, ItemMapping, SearchResults, Track, media_from_dict
from music_assistant_models.player import DeviceInfo, Player, PlayerMedia
from music_assistant_models.player_queue import PlayerQueue
from music_assistant_models.queue_item import QueueItem

problems: list[str] = []


def same(what: str, official: Any, sent: Any) -> None:
    if official != sent:
        problems.append(f"{what}: {official!r} isn't {sent!r}")


def player(raw: dict[str, Any]) -> None:
    parsed = Player.from_dict(dict(raw))
    same("playback_state", parsed.playback_state.value, raw["playback_state"])
    for key in ("player_id", "name", "available", "volume_level", "synced_to", "active_source", "volume_control"):
        same(f"player.{key}", getattr(parsed, key), raw[key])


def item(raw: dict[str, Any] | None) -> None:
    if raw is None:
        return
    plain = dict(raw)
    media = media_from_dict(plain.pop("media_item"))
    parsed = QueueItem.from_dict(plain)
    same("queue_item_id", parsed.queue_item_id, raw["queue_item_id"])
    same("uri", media.uri, raw["media_item"]["uri"])
    same("name", media.name, raw["media_item"]["name"])


def queue(raw: dict[str, Any]) -> None:
    item(raw["current_item"])
    item(raw["next_item"])
    parsed = PlayerQueue.from_dict(dict(raw) | {"current_item": None, "next_item": None})
    same("state", parsed.state.value, raw["state"])
    same("repeat", parsed.repeat_mode.value, raw["repeat_mode"])
    same("sources", [source.uri for source in parsed.sources], [source["uri"] for source in raw["sources"]])
    for key in ("queue_id", "active", "elapsed_time", "elapsed_time_last_updated", "shuffle_enabled", "ended"):
        same(f"queue.{key}", getattr(parsed, key), raw[key])


def command(raw: dict[str, Any]) -> None:
    args = CommandMessage.from_dict(raw).args or {}
    if "option" in args:
        same("option", QueueOption(args["option"]).value, args["option"])
    if "repeat_mode" in args:
        same("repeat_mode", RepeatMode(args["repeat_mode"]).value, args["repeat_mode"])
    for kind in args.get("media_types", []):
        same("media_type", MediaType(kind).value, kind)


def received(raw: dict[str, Any], command_name: str) -> None:
    if "event" in raw:
        event = MassEvent.from_dict(raw)
        same("event", EventType(raw["event"]).value, raw["event"])
        if raw["event"] == "player_updated":
            player(event.data)
        elif raw["event"] == "queue_updated":
            queue(event.data)
    elif "server_version" in raw:
        same("schema", ServerInfoMessage.from_dict(raw).schema_version, raw["schema_version"])
    elif "error_code" in raw:
        ErrorResultMessage.from_dict(raw)
    else:
        result = SuccessResultMessage.from_dict(raw).result
        if command_name == "players/all":
            for one in result:
                player(one)
        elif command_name == "player_queues/get":
            queue(result)
        elif command_name == "player_queues/items":
            for one in result:
                item(one)
        elif command_name == "music/search":
            SearchResults.from_dict(result)


def samples() -> dict[str, Any]:
    """A player and a queue as the models write them."""
    album = Album(item_id="a", provider="library", name="An Album", provider_mappings=set())
    track = Track(item_id="7", provider="library", name="A Song", provider_mappings=set(), duration=201)
    track.artists.append(ItemMapping(item_id="b", provider="library", name="Somebody", media_type=MediaType.ARTIST))
    track.album = album
    current, following = QueueItem.from_media_item("q", track), QueueItem.from_media_item("q", track)
    sample_queue = PlayerQueue(
        queue_id="q",
        active=True,
        display_name="Den",
        available=True,
        items=2,
        state=PlaybackState.PLAYING,
        current_item=current,
        next_item=following,
        sources=[ItemMapping.from_item(album)],
        elapsed_time=12.5,
        repeat_mode=RepeatMode.ALL,
        shuffle_enabled=True,
    )
    sample_player = Player(
        player_id="q",
        provider="sonos",
        type=PlayerType.PLAYER,
        name="Den",
        available=True,
        device_info=DeviceInfo(),
        playback_state=PlaybackState.PAUSED,
        volume_level=33,
        volume_control="native",
        synced_to="other",
        active_source="line_in",
        current_media=PlayerMedia(uri="x://y", title="T", artist="A", image_url="http://h/i"),
    )
    return {"queue": sample_queue.to_dict(), "player": sample_player.to_dict()}


def main() -> None:
    recorded = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    names = {sent["message_id"]: sent["command"] for sent in recorded["sent"]}
    for sent in recorded["sent"]:
        command(sent)
    for message in recorded["received"]:
        received(message, names.get(message.get("message_id"), ""))
    print("\n".join(sorted(set(problems))))
    print(json.dumps(samples(), default=str))


if __name__ == "__main__":
    main()
