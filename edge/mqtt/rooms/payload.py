"""The topic `follow`: a device's report on music that moves between rooms, as JSON and back. Pure."""

from __future__ import annotations

from typing import Any

from edge.config.choices import NOTHING, addresses
from edge.music.following.report import MovingMusic, Offer, RoomReport
from edge.text import ADDRESS_MAX_CHARS, clean_or_none, parse_json
from edge.values import Music

# A report that a broker has kept for longer says nothing any more (MQTT 5 only).
REPORT_EXPIRES_S = 5.0
REPORT_MAX_BYTES = 65536
SONGS_MAX, ID_MAX_CHARS, SECONDS_MAX = 300, 200, 366 * 86400.0


def to_payload(report: RoomReport) -> dict[str, Any]:
    """The report as JSON; what isn't known or isn't there is left out."""
    payload: dict[str, Any] = {"boot": report.boot, "seq": report.seq}
    if report.present is not None:
        payload["present"] = report.present
    if report.for_s is not None:
        payload["for"] = round(report.for_s, 2)
    if report.taken is not None:
        payload |= {"taken": report.taken, "shared": report.shared}
    if report.declined is not None:
        payload["declined"] = report.declined
    if report.heard is not None:
        payload |= {"heard": report.heard, "kept": report.kept}
    if report.offer is not None:
        payload["offer"] = _offer_payload(report.offer)
    return payload


def _offer_payload(offer: Offer) -> dict[str, Any]:
    moving = offer.moving
    payload: dict[str, Any] = {"id": offer.id, "to": offer.to, "play": moving.music.uri, "name": moving.music.name}
    if moving.music.uris:
        payload["songs"] = list(moving.music.uris[:SONGS_MAX])
    payload |= {"mood": moving.mood, "profile": moving.profile, "player": moving.player}
    for name, value in (("speaker", moving.speaker), ("song", moving.song)):
        if value is not None:
            payload[name] = value
    if moving.position is not None:
        payload["position"] = round(moving.position, 2)
    return payload


def read_report(device: str, payload: bytes) -> RoomReport:
    """The report of a device. Raises ValueError with a sentence for what is none."""
    if len(payload) > REPORT_MAX_BYTES:
        raise ValueError(f"it is longer than {REPORT_MAX_BYTES} bytes")
    found = parse_json(payload)
    if not isinstance(found, dict):
        raise ValueError("it isn't a JSON object")
    boot, seq, present = _text(found, "boot"), found.get("seq"), found.get("present")
    if boot is None or not isinstance(seq, int) or isinstance(seq, bool):
        raise ValueError("it has no boot and seq")
    offer = found.get("offer")
    return RoomReport(
        device,
        boot,
        seq,
        present=present if isinstance(present, bool) else None,
        for_s=_seconds(found.get("for")),
        offer=_offer(device, offer) if isinstance(offer, dict) else None,
        taken=_text(found, "taken"),
        shared=found.get("shared") is True,
        declined=_text(found, "declined"),
        heard=_text(found, "heard"),
        kept=found.get("kept") is True,
    )


def _offer(device: str, found: dict[str, Any]) -> Offer:
    offer_id, to, play = _text(found, "id"), _text(found, "to"), found.get("play")
    if offer_id is None or to is None or not offer_id.startswith(f"{device}/"):
        raise ValueError("its offer has no id of that device")
    songs = found.get("songs")
    songs = songs[:SONGS_MAX] if isinstance(songs, list) else []
    try:
        # The rules for what a profile may play.
        playable = addresses(songs or play)
    except ValueError:
        raise ValueError("its offer names nothing that can be played") from None
    if playable == (NOTHING,):
        raise ValueError("its offer names nothing that can be played")
    name = clean_or_none(found.get("name")) or playable[0]
    music = Music(playable[0], name, playable if songs else ())
    moving = MovingMusic(
        music,
        _text(found, "mood") or "unknown",
        _text(found, "profile") or "",
        _text(found, "player") or "",
        clean_or_none(found.get("speaker")),
        clean_or_none(found.get("song"), ADDRESS_MAX_CHARS),
        _seconds(found.get("position")),
    )
    return Offer(offer_id, to, moving)


def _text(found: dict[str, Any], name: str) -> str | None:
    return clean_or_none(found.get(name), ID_MAX_CHARS)


def _seconds(value: Any) -> float | None:
    # Nothing compares with NaN; a whole number of JSON may be too large for a float.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= SECONDS_MAX else None
