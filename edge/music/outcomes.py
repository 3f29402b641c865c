"""What people make of the device's choices, read off what happens after one: skipped, left playing, and so on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from edge.music.playback import matches
from edge.music.tastes import Feedback, Outcome
from edge.values import Act, Command, Control, Music, Playback, Wish

# A song that somebody leaves within this time was skipped; later it was heard.
SKIP_WITHIN = 30.0
# Whoever takes over so long after a choice didn't like it; later they had another wish.
TAKEN_WITHIN = 300.0
# A choice that hasn't begun after so long won't, and what plays later is somebody's own.
EXPIRES = 900.0
# Of the ways to take over, those that say something about the music; a pause or a volume doesn't.
CHOSEN = ("song", "music")
# Players tell positions a second or two late, and songs fade out before their end.
END = 5.0


@dataclass(frozen=True)
class _Playing:
    """A choice that plays: since when, the song of it that was seen last and the one before, and if it was heard."""

    mood: str
    music: Music
    since: float
    song: str | None
    before: str | None = None
    heard: bool = False


class Outcomes:
    """Events in, outcomes out; used by one thread."""

    def __init__(self) -> None:
        self._asked: tuple[float, str, Music] | None = None
        self._now: _Playing | None = None
        self._last: Playback | None = None
        self._seen = 0.0
        self._present = True

    def of(self, event: Event) -> list[Outcome]:
        """The outcomes that an event shows, mostly none."""
        at = event.at
        match event:
            case DecisionMade(wish=wish):
                return self._decided(at, wish)
            case PlaybackChanged(playback=playback):
                return self._played(at, playback)
            case TakenOver(kind=kind):
                return self._taken(at, verdict=kind in CHOSEN)
            case ControlChanged(control=Control.HANDS_OFF):
                return self._taken(at, verdict=True)
            case CommandReceived(command=command):
                return self._commanded(at, command)
            case PresenceChanged(present=present):
                self._present = present
                return self._stayed(at)
            case (
                MoodUpdated()
                | MoodChanged()
                | ControlChanged()
                | Skipped()
                | Liked()
                | CameraSwitched()
                | SettingsReported()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                return self._stayed(at)
            case _:
                return assert_never(event)

    def _decided(self, at: float, wish: Wish) -> list[Outcome]:
        if wish.act is not Act.PLAY or wish.music is None:
            return self._stayed(at)
        done = self._stayed(at)
        self._asked = (at, wish.mood, wish.music)
        return done

    def _played(self, at: float, playback: Playback) -> list[Outcome]:
        """Another song, another playlist, or the same one from its beginning."""
        before, self._last = self._last, playback
        seen, self._seen = self._seen, at
        if playback.state != "playing" or playback.elsewhere:
            return self._stayed(at)
        # The song on now began then.
        began = at - (playback.position or 0.0)
        if self._asked is not None and _is_of(self._asked[2], playback):
            done = self._stayed(began)
            asked, mood, music = self._asked
            self._asked = None
            if at - asked <= EXPIRES:
                self._now = _Playing(mood, music, max(began, asked), playback.uri)
            return done
        now = self._now
        if now is None or playback.uri == now.song:
            return self._stayed(at)
        by_itself = _ended(before, began - seen)
        if began - now.since < SKIP_WITHIN and not by_itself:
            return self._close(began, Feedback.SKIP)
        done = self._stayed(began)
        if not _is_of(now.music, playback):
            self._now = None
            return done
        again = playback.uri is not None and playback.uri == now.before and not by_itself
        self._now = replace(self._now or now, song=playback.uri, before=now.song)
        return [*done, _outcome(at, now, Feedback.REPLAY)] if again else done

    def _taken(self, at: float, *, verdict: bool) -> list[Outcome]:
        now = self._now
        self._asked = None
        if now is None or not verdict or at - now.since > TAKEN_WITHIN:
            self._now = None
            return []
        return self._close(at, Feedback.HANDS_OFF)

    def _commanded(self, at: float, command: Command) -> list[Outcome]:
        now = self._now
        if now is None:
            return []
        asked = (command.name, command.value)
        if asked == ("playback", "next") and at - now.since < SKIP_WITHIN:
            return self._close(at, Feedback.SKIP)
        if asked == ("playback", "previous"):
            return [_outcome(at, now, Feedback.REPLAY)]
        if command.name == "like":
            return [_outcome(at, now, Feedback.LIKE)]
        return self._stayed(at)

    def _stayed(self, at: float) -> list[Outcome]:
        """Once a choice has played for a while, and somebody was there to hear it, it was left playing."""
        now = self._now
        if now is None or now.heard or at - now.since < SKIP_WITHIN or not self._present:
            return []
        self._now = replace(now, heard=True)
        return [_outcome(at, now, Feedback.STAYED)]

    def _close(self, at: float, verdict: Feedback) -> list[Outcome]:
        """The last word on what plays: a choice is skipped once."""
        now, self._now = self._now, None
        return [] if now is None else [_outcome(at, now, verdict)]


def _is_of(music: Music, playback: Playback) -> bool:
    """Whether what plays is what was chosen: its playlist, the song itself, or one of its songs."""
    return matches(music, playback) or (playback.uri is not None and playback.uri in (music.uri, *music.uris))


def _ended(before: Playback | None, later: float) -> bool:
    """Whether the song that played `later` seconds ago was over by now by itself."""
    if before is None or before.duration is None or before.position is None:
        return False
    return before.position + later >= before.duration - END


def _outcome(at: float, now: _Playing, verdict: Feedback) -> Outcome:
    return Outcome(at, now.mood, now.music.uri, now.music.name, verdict)
