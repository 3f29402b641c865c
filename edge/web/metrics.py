"""The newest figures for Prometheus; its client library is loaded with the first question for them."""

from __future__ import annotations

from typing import Any

from edge.values import EXPRESSIONS

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(parts: dict[str, Any], *, fresh: bool, listeners: int) -> bytes | None:
    """The board's parts in Prometheus' text format; None where prometheus-client isn't installed."""
    try:
        from prometheus_client import CollectorRegistry, Gauge, generate_latest
    except ModuleNotFoundError:
        return None
    registry = CollectorRegistry(auto_describe=False)

    def gauge(name: str, about: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"moodroom_{name}", about, registry=registry).set(value)

    mood, health, player = parts["mood"] or {}, parts["health"] or {}, parts["player"] or {}
    gauge("fresh", "1 while pictures come, or a pause was declared", fresh)
    moods = Gauge("moodroom_mood", "1 for the mood that the room is in", ["mood"], registry=registry)
    for name in (*EXPRESSIONS, "absent", "unknown"):
        moods.labels(name).set(mood.get("mood", "unknown") == name)
    gauge("mood_confidence", "How sure the mood is, 0 to 1", mood.get("confidence"))
    gauge("valence", "Unpleasant to pleasant, -1 to 1", mood.get("valence"))
    gauge("arousal", "Calm to excited, -1 to 1", mood.get("arousal"))
    gauge("people", "Faces in view", mood.get("people"))
    gauge("playing", "1 while music plays", player.get("state") == "playing")
    gauge("camera_on", "0 while the camera is switched off", (parts["settings"] or {}).get("camera") == "ON")
    gauge("frame_age_seconds", "Age of the newest picture at the last report", health.get("frame_age"))
    gauge("looks_per_minute", "Looks at the room", health.get("looks_per_minute"))
    gauge("cpu_share", "Share of one core, 0 to 1", health.get("cpu_share"))
    gauge("memory_bytes", "Resident memory", _bytes(health.get("memory_mb")))
    gauge("temperature_celsius", "The processor's temperature", health.get("temperature"))
    gauge("problems", "Parts that have a problem", len(health.get("problems", [])))
    gauge("pages", "Open pages", listeners)
    return bytes(generate_latest(registry))


def _bytes(megabytes: float | None) -> float | None:
    return None if megabytes is None else megabytes * 2**20
