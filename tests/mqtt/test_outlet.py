"""What MQTT publishes for each event."""

from __future__ import annotations

from typing import Any

from edge.events import (
    ClockStepped,
    ControlChanged,
    DecisionMade,
    HealthReported,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    SettingsReported,
)
from edge.mqtt.outlet import MqttOutlet
from edge.values import Act, Control, Mood, Music, Playback, Wish

MOOD = Mood("happy", 0.83, 0.7, 0.4, 2, since=104.0)
PLAY = Wish(Act.PLAY, "happy", "the room is happy → Sigur Rós", Music("mpd:x", "Sigur Rós"))


class Broker:
    """Stands in for the MQTT connection: what is retained, and the events."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    def publish_state(self, topic: str, payload: Any) -> None:
        self.states[topic] = payload

    def publish_event(self, payload: dict[str, Any]) -> None:
        self.events.append(payload)


def test_each_event_reaches_its_topic() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)
    outlet(ControlChanged(1, Control.OFF))
    assert "player" not in broker.states, "nothing is known about the player yet"
    outlet(PlaybackChanged(1, Playback("playing", "dry_run")))
    assert (broker.states["player"]["control"], broker.states["player"]["state"]) == ("off", "dry_run")
    outlet(PlaybackChanged(1, Playback("playing", "mpd")))
    outlet(ControlChanged(2, Control.AUTO))
    assert (broker.states["player"]["control"], broker.states["player"]["state"]) == ("auto", "playing")
    outlet(PresenceChanged(3, True))
    assert broker.states["presence"] == "ON"
    outlet(PresenceChanged(4, False))
    assert broker.states["presence"] == "OFF"
    outlet(HealthReported(5, {"ages": {}}))
    assert broker.states["health"] == {"ages": {}}
    assert broker.events == []
    outlet(MoodUpdated(6, MOOD))
    assert broker.states["mood"]["mood"] == "happy" and broker.events == []
    outlet(MoodChanged(7, MOOD))
    outlet(DecisionMade(8, PLAY))
    assert [payload["event"] for payload in broker.events] == ["mood_changed", "music_changed"]


def test_settings_are_retained_as_they_are() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)
    outlet(SettingsReported(1, {"camera": "ON", "looking": "OFF", "profile": "everyday"}))
    assert broker.states == {"camera": "ON", "looking": "OFF", "profile": "everyday"}
    assert broker.events == []


def test_health_is_published_rarely_and_at_once_if_it_changed() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)
    published = []
    reports: list[tuple[float, dict[str, Any]]] = [
        (0, {"cpu_share": None, "looks": 1, "problems": []}),
        (5, {"cpu_share": 0.1, "looks": 2, "problems": []}),  # known at last
        (35, {"cpu_share": 0.2, "looks": 3, "problems": []}),
        (40, {"cpu_share": 0.2, "looks": 4, "problems": [{"part": "camera"}]}),  # a new problem
        (45, {"cpu_share": 0.2, "looks": 5, "problems": []}),  # and its end
        (164, {"cpu_share": None, "looks": 6, "problems": []}),
        (165, {"cpu_share": 0.2, "looks": 7, "problems": []}),  # two minutes on
    ]
    for at, report in reports:
        outlet(HealthReported(at, report))
        if broker.states["health"] is report:
            published.append(at)
    assert published == [0, 5, 40, 45, 165]


def test_after_a_step_of_the_wall_clock_times_follow_it() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)
    for event in (MoodChanged(105, MOOD), ClockStepped(106, 1.8e9), MoodChanged(107, MOOD)):
        outlet(event)
    assert broker.states["mood"]["since"] == "2027-01-15T08:01:44Z"
