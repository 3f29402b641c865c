"""The metrics for Prometheus; its client library is imported with the first request."""

from __future__ import annotations

from typing import Any

from edge.values import EXPRESSIONS

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(parts: dict[str, Any], *, fresh: bool, listeners: int) -> bytes | None:
    """The board's parts in Prometheus' text format; None if prometheus-client isn't installed."""
    try:
        from prometheus_client import CollectorRegistry, Gauge, generate_latest
    except ModuleNotFoundError:
        return None
    registry = CollectorRegistry(auto_describe=False)

    def gauge(name: str, description: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"moodroom_{name}", description, registry=registry).set(value)

    mood, health, player = parts["mood"] or {}, parts["health"] or {}, parts["player"] or {}
    gauge("fresh", "1 while frames arrive, or are paused on purpose", fresh)
    moods = Gauge("moodroom_mood", "1 for the current mood of the room", ["mood"], registry=registry)
    for name in (*EXPRESSIONS, "absent", "unknown"):
        moods.labels(name).set(mood.get("mood", "unknown") == name)
    gauge("mood_confidence", "Confidence of the mood, 0 to 1", mood.get("confidence"))
    gauge("valence", "From unpleasant to pleasant, -1 to 1", mood.get("valence"))
    gauge("arousal", "From calm to excited, -1 to 1", mood.get("arousal"))
    gauge("people", "Faces in view", mood.get("people"))
    gauge("playing", "1 while music plays", player.get("state") == "playing")
    gauge("camera_on", "0 while the camera is switched off", (parts["settings"] or {}).get("camera") == "ON")
    gauge("frame_age_seconds", "Age of the newest frame at the last report", health.get("frame_age"))
    gauge("looks_per_minute", "Looks per minute", health.get("looks_per_minute"))
    gauge("cpu_share", "Share of one core, 0 to 1", health.get("cpu_share"))
    gauge("memory_bytes", "Resident memory", _bytes(health.get("memory_mb")))
    gauge("temperature_celsius", "Temperature of the processor", health.get("temperature"))
    gauge("problems", "Parts that have a problem", len(health.get("problems", [])))
    gauge("pages", "Open pages", listeners)
    return bytes(generate_latest(registry))


def _bytes(megabytes: float | None) -> float | None:
    return None if megabytes is None else megabytes * 2**20
