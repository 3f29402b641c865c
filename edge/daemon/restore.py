"""What people have set on the device, kept over a restart, and written only when it changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from edge.events import (
    CameraSwitched,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
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
    assert_never,
)
from edge.system import state
from edge.values import Command

NAME = "settings"
# An override is for the evening: a restart ends it, a reload doesn't. The camera's switch has a file of its own.
KEPT = ("control", "profile", "scheduled", "held")
CONFIGURED = "configured_profile"
PROFILE = ("profile", "scheduled")


class Settings:
    """The file in the state directory; an outlet, which keeps what `settings` events tell."""

    def __init__(self, configured: str, folder: Path | None = None) -> None:
        """configured: the profile that the configuration names. folder: None for the state directory."""
        self._configured, self._folder = configured, folder
        self._written = self._read()

    def __call__(self, event: Event) -> None:
        match event:
            case SettingsReported(settings=settings):
                self.save(settings)
            case (
                MoodUpdated()
                | MoodChanged()
                | DecisionMade()
                | PlaybackChanged()
                | ControlChanged()
                | TakenOver()
                | Skipped()
                | Liked()
                | PresenceChanged()
                | CameraSwitched()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                pass
            case _:
                assert_never(event)

    def load(self) -> dict[str, str]:
        """What was set before the restart; a profile only while the configuration still names the same one."""
        found = {name: self._written[name] for name in KEPT if name in self._written}
        if self._written.get(CONFIGURED) != self._configured:
            # Somebody has edited the file since, and means it.
            for name in PROFILE:
                found.pop(name, None)
        return found

    def save(self, settings: Mapping[str, str]) -> None:
        """Keep what is to be kept of `Room.settings`."""
        new = {name: settings[name] for name in KEPT if name in settings} | {CONFIGURED: self._configured}
        if new != self._written:
            # Noted as written also where it can't be: the disk's verdict says so, and once is enough for the log.
            self._written = new
            state.write(NAME, json.dumps(new, ensure_ascii=False), self._folder)

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(state.read(NAME, self._folder) or "{}")
            return {str(name): str(value) for name, value in found.items()}
        except (ValueError, AttributeError):
            return {}


def over_reload(settings: Mapping[str, str], *, before: str, now: str) -> dict[str, str]:
    """What of `Room.settings` goes on after the configuration was read again; its profile's name before and now."""
    return {name: value for name, value in settings.items() if name not in PROFILE or before == now}


def as_commands(settings: Mapping[str, str]) -> list[Command]:
    """What has to be asked of a fresh room so that it is set as before; the rest is for `Room.as_before`."""
    names = {"control": "control", "profile": "profile", "override": "mood"}
    return [Command(names[name], value, origin="before") for name, value in settings.items() if name in names]
