"""The outlet that turns events into what MQTT publishes."""

from __future__ import annotations

from typing import Any

from edge import messages
from edge.mqtt.device import MqttDevice
from edge.values import Control, Event, Playback

# Seconds between two reports of how the device is, where nothing is wrong with it.
HEALTH_EVERY = 120.0


# What of the settings has a topic of its own.
SETTINGS = ("camera", "control", "override", "profile")


class MqttOutlet:
    """Retained state and events on MQTT."""

    def __init__(self, mqtt: MqttDevice, *, offset: float) -> None:
        self._mqtt, self._offset = mqtt, offset
        self._playback: Playback | None = None
        self._control = Control.AUTO
        self._health: tuple[float, dict[str, Any]] | None = None

    def __call__(self, event: Event) -> None:
        if event.name in ("mood", "mood_changed"):
            self._mqtt.keep("mood", messages.mood(event.value, self._offset))
        elif event.name == "clock":
            self._offset = event.value
        elif event.name == "presence":
            self._mqtt.keep("presence", "ON" if event.value else "OFF")
        elif event.name == "health":
            if self._is_news(event):
                self._health = (event.at, event.value)
                self._mqtt.keep("health", event.value)
        elif event.name == "settings":
            for name in SETTINGS:
                if name in event.value:
                    self._mqtt.keep(name, event.value[name])
        elif event.name in ("player", "control"):
            if event.name == "player":
                self._playback = event.value
            else:
                self._control = event.value
            if self._playback is not None:
                self._mqtt.keep("player", messages.player(self._playback, self._control))
        told = messages.event(event, self._offset)
        if told is not None:
            self._mqtt.tell(told)

    def _is_news(self, event: Event) -> bool:
        """Whether a report says more than its last one: a problem came or went, or something is known at last."""
        if self._health is None or event.at - self._health[0] >= HEALTH_EVERY:
            return True
        before, now = self._health[1], event.value
        learned = any(value is not None and before.get(key) is None for key, value in now.items())
        return learned or before.get("problems") != now.get("problems")
