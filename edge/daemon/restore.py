"""What is restored after a restart or a reload: people's settings, and the device's own music."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edge.backup.contents import PENDING
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
from edge.music.director import Director
from edge.room.commands import RESTORED
from edge.system import state
from edge.text import parse_json, to_json
from edge.values import Basis, Command, Music

SETTINGS_FILE, PLAYBACK_FILE = "settings", "playing"
# An override ends with a restart, but not with a reload. The camera's switch has a file of its own.
SAVED_SETTINGS = ("control", "profile", "scheduled", "held", "unwanted")
CONFIGURED_PROFILE = "configured_profile"
# The settings that give way when the configuration names another profile.
PROFILE_SETTINGS = ("profile", "scheduled")


class SavedSettings:
    """What people have set, in a file; an outlet that writes the file only when something changed."""

    def __init__(self, configured_profile: str, folder: Path | None = None) -> None:
        """configured_profile: the profile that the configuration names. folder: None for the state directory."""
        self._configured, self._folder = configured_profile, folder
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
                | Corrected()
                | Skipped()
                | Liked()
                | Unliked()
                | ChoiceRefused()
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
        """What was set before the restart; the profile only if the configuration still names the same one."""
        settings = {name: self._written[name] for name in SAVED_SETTINGS if name in self._written}
        if self._written.get(CONFIGURED_PROFILE) != self._configured:
            # The user has chosen another profile in the file since.
            return {name: value for name, value in settings.items() if name not in PROFILE_SETTINGS}
        return settings

    def save(self, settings: Mapping[str, str]) -> None:
        """Write what is saved of `Room.settings`, if it changed."""
        new = {name: settings[name] for name in SAVED_SETTINGS if name in settings}
        new[CONFIGURED_PROFILE] = self._configured
        if new != self._written:
            # Counts as written even if the disk refuses it: `state.write` logs that, and once is enough.
            self._written = new
            state.write(SETTINGS_FILE, to_json(new), self._folder)

    def _read(self) -> dict[str, str]:
        try:
            settings = parse_json(state.read(SETTINGS_FILE, self._folder) or "{}")
            return {str(name): str(value) for name, value in settings.items()}
        except (ValueError, AttributeError):
            return {}


def after_reload(settings: Mapping[str, str], *, before: str, now: str) -> dict[str, str]:
    """What of `Room.settings` stays after a reload. before, now: the profile that the configuration named and names."""
    return {name: value for name, value in settings.items() if name not in PROFILE_SETTINGS or before == now}


def as_commands(settings: Mapping[str, str]) -> list[Command]:
    """The commands that set a new room like before; `Room.restore` does the rest."""
    names = {"control": "control", "profile": "profile", "override": "mood", "presence_override": "presence"}
    return [Command(names[name], value, origin=RESTORED) for name, value in settings.items() if name in names]


def backup_is_pending() -> bool:
    """Whether the page has taken in a backup that no session has restored yet."""
    return (state.directory() / PENDING).is_file()


def save_playback(director: Director, offset: float, folder: Path | None = None) -> None:
    """Write down the device's own music that plays at a stop, so that it isn't taken for a person's after the start.

    offset: wall clock minus the director's clock, seconds. folder: None for the state directory.
    """
    playing = director.situation.own_playback()
    saved = None
    if playing is not None:
        music, basis = playing
        ends = None if basis.ends is None else basis.ends + offset
        saved = {"uri": music.uri, "name": music.name, "context": basis.context, "song": basis.song, "ends": ends}
    if saved is not None or state.read(PLAYBACK_FILE, folder) not in (None, "null"):
        state.write(PLAYBACK_FILE, to_json(saved), folder)


def restore_playback(director: Director, offset: float, folder: Path | None = None) -> None:
    """Set what `save_playback` wrote; a damaged file counts as none."""
    try:
        saved = parse_json(state.read(PLAYBACK_FILE, folder) or "null")
        ends = None if saved["ends"] is None else float(saved["ends"]) - offset
        basis = Basis(True, saved["context"], saved["song"], ends)
        director.situation.own_before_restart = Music(str(saved["uri"]), str(saved["name"])), basis
    except (ValueError, TypeError, KeyError):
        director.situation.own_before_restart = None
