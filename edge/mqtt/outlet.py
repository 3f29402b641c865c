"""The outlet that publishes events on MQTT."""

from __future__ import annotations

from edge import messages
from edge.events import (
    CameraSwitched,
    ChoiceRefused,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    Corrected,
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    RestartRequested,
    SettingsReported,
    Skipped,
    TakenOver,
    Unliked,
    assert_never,
)
from edge.mqtt.device import MqttDevice
from edge.values import Control, Playback

# The interval between two health reports while no problem comes or goes.
HEALTH_EVERY_S = 120.0
# The settings that have a topic of their own.
SETTINGS = ("camera", "looking", "control", "override", "profile", "presence_override")


class MqttOutlet:
    """Publishes retained state, and events on the topic `event`."""

    def __init__(self, mqtt: MqttDevice, *, offset: float) -> None:
        """offset: wall clock minus the events' clock, seconds."""
        self._mqtt, self._offset = mqtt, offset
        self._playback: Playback | None = None
        self._playback_at = 0.0
        self._control = Control.AUTO
        self._health: HealthReported | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case MoodUpdated(mood=mood) | MoodChanged(mood=mood):
                self._mqtt.publish_state("mood", messages.mood(mood, self._offset))
            case ClockStepped(offset=offset):
                self._offset = offset
            case PresenceChanged(present=present):
                self._mqtt.publish_state("presence", "ON" if present else "OFF")
            case HealthReported():
                if self._is_due(event):
                    self._health = event
                    self._mqtt.publish_state("health", event.report)
            case SettingsReported(settings=settings):
                for name in SETTINGS:
                    if name in settings:
                        self._mqtt.publish_state(name, settings[name])
            case PlaybackChanged(playback=playback):
                self._playback, self._playback_at = playback, event.at
                self._publish_player()
            case ControlChanged(control=control):
                self._control = control
                self._publish_player()
            case (
                DecisionMade()
                | TakenOver()
                | Corrected()
                | Skipped()
                | Liked()
                | Unliked()
                | ChoiceRefused()
                | CameraSwitched()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
            ):
                pass
            case _:
                assert_never(event)
        payload = messages.event(event, self._offset)
        if payload is not None:
            self._mqtt.publish_event(payload)

    def _publish_player(self) -> None:
        if self._playback is not None:
            at = self._playback_at + self._offset
            self._mqtt.publish_state("player", messages.player(self._playback, self._control, at))

    def _is_due(self, new: HealthReported) -> bool:
        """Whether a report differs enough: a problem came or went, or a value is known for the first time."""
        last = self._health
        if last is None or new.at - last.at >= HEALTH_EVERY_S:
            return True
        learned = any(value is not None and last.report.get(key) is None for key, value in new.report.items())
        return learned or last.report.get("problems") != new.report.get("problems")
