"""Outcomes of the device's choices, from the events that follow: skipped, left playing, liked and so on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from edge.music.likes import Likes
from edge.music.playback import matches
from edge.music.tastes import Feedback, Outcome
from edge.values import PRESS, Act, Command, Control, Music, Playback, Wish

# A song that is left within this time was skipped; after it, the song was heard.
SKIP_WITHIN_S = 30.0
# A takeover within this time rejects the choice; a later one is only another wish.
TAKEOVER_WITHIN_S = 300.0
# A choice that hasn't begun after this time never will, and what plays later is a person's.
START_WITHIN_S = 900.0
# The takeovers that say something about the music; a pause or another volume doesn't.
MUSIC_TAKEOVERS = ("song", "music")
# A song was over this long before its end: players report positions a second or two late, and songs fade out.
SONG_END_S = 5.0


@dataclass(frozen=True)
class _CurrentChoice:
    """The choice that plays.

    since: when it began. song, previous_song: the addresses of its newest song and the one before. heard: STAYED was
    returned for it.
    """

    mood: str
    music: Music
    since: float
    song: str | None
    previous_song: str | None = None
    heard: bool = False


@dataclass(frozen=True)
class _RequestedChoice:
    """A choice that was requested and doesn't play yet."""

    at: float
    mood: str
    music: Music


class Outcomes:
    """Events in, outcomes out; used by one thread. likes: the songs whose like has been returned."""

    def __init__(self) -> None:
        self.likes = Likes()
        self._requested: _RequestedChoice | None = None
        self._current: _CurrentChoice | None = None
        self._playback: Playback | None = None
        self._playback_at = 0.0
        self._present = True

    def of(self, event: Event) -> list[Outcome]:
        """Return the outcomes that an event shows; mostly none."""
        at = event.at
        match event:
            case DecisionMade(wish=wish):
                return self._decided(at, wish)
            case PlaybackChanged(playback=playback):
                return self._played(at, playback)
            case TakenOver(kind=kind):
                return self._taken_over(at, about_music=kind in MUSIC_TAKEOVERS)
            case ControlChanged(control=Control.HANDS_OFF):
                return self._taken_over(at, about_music=True)
            case CommandReceived(command=command):
                return self._commanded(at, command)
            case PresenceChanged(present=present):
                self._present = present
                return self._note_stayed(at)
            case Liked(choice=choice, song=song):
                return self._like(at, event.mood, choice, song)
            case Unliked(choice=choice, song=song):
                return self._unlike(at, event.mood, choice, song)
            case ChoiceRefused(mood=mood, choice=refused, name=name):
                return self._refused(at, mood, refused, name)
            case (
                MoodUpdated()
                | MoodChanged()
                | ControlChanged()
                | Corrected()
                | Skipped()
                | CameraSwitched()
                | SettingsReported()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                return self._note_stayed(at)
            case _:
                return assert_never(event)

    def _decided(self, at: float, wish: Wish) -> list[Outcome]:
        outcomes = self._note_stayed(at)
        if wish.act is Act.PLAY and wish.music is not None:
            # Music that only tries the speaker says nothing about tastes.
            tries = wish.about != "music"
            self._requested = None if tries else _RequestedChoice(at, wish.mood, wish.music)
            self._current = None if tries else self._current
        return outcomes

    def _played(self, at: float, playback: Playback) -> list[Outcome]:
        """Another song, another playlist, or the same one from its beginning."""
        last, self._playback = self._playback, playback
        last_at, self._playback_at = self._playback_at, at
        if playback.state != "playing" or playback.elsewhere:
            return self._note_stayed(at)
        song_began = at - (playback.position or 0.0)
        requested = self._requested
        if requested is not None and _is_from(requested.music, playback):
            outcomes = self._note_stayed(song_began)
            self._requested = None
            if at - requested.at <= START_WITHIN_S:
                since = max(song_began, requested.at)
                self._current = _CurrentChoice(requested.mood, requested.music, since, playback.uri)
            return outcomes
        current = self._current
        if current is None or playback.uri == current.song:
            return self._note_stayed(at)
        by_itself = _was_over(last, song_began - last_at)
        if song_began - current.since < SKIP_WITHIN_S and not by_itself:
            return self._close(song_began, Feedback.SKIP)
        outcomes = self._note_stayed(song_began)
        if not _is_from(current.music, playback):
            self._current = None
            return outcomes
        replayed = playback.uri is not None and playback.uri == current.previous_song and not by_itself
        self._current = replace(self._current or current, song=playback.uri, previous_song=current.song)
        return [*outcomes, _outcome(at, current, Feedback.REPLAY)] if replayed else outcomes

    def _taken_over(self, at: float, *, about_music: bool) -> list[Outcome]:
        current = self._current
        self._requested = None
        if current is None or not about_music or at - current.since > TAKEOVER_WITHIN_S:
            self._current = None
            return []
        return self._close(at, Feedback.HANDS_OFF)

    def _commanded(self, at: float, command: Command) -> list[Outcome]:
        current = self._current
        if current is None:
            return []
        request = (command.name, command.value)
        if request == ("playback", "next") and at - current.since < SKIP_WITHIN_S:
            return self._close(at, Feedback.SKIP)
        if request == ("playback", "previous"):
            return [_outcome(at, current, Feedback.REPLAY)]
        if command.name == "like" and command.value in ("", PRESS):
            return self._like(at, current.mood, current.music.uri, current.song)
        return self._note_stayed(at)

    def _like(self, at: float, mood: str, choice: str | None, song: str | None) -> list[Outcome]:
        """Return LIKE, once for each song; after a restart the device's music may play on without a current choice."""
        liked = song or choice
        if choice is None or liked is None or liked in self.likes:
            return []
        self.likes.add(liked)
        current = self._current
        if current is not None and current.music.uri == choice:
            return [replace(_outcome(at, current, Feedback.LIKE), song=liked)]
        return [Outcome(at, mood, choice, choice, Feedback.LIKE, liked)]

    def _unlike(self, at: float, mood: str, choice: str | None, song: str | None) -> list[Outcome]:
        liked = song or choice
        if liked is None or liked not in self.likes:
            return []
        self.likes.remove(liked)
        return [Outcome(at, mood, choice or liked, choice or liked, Feedback.UNLIKE, liked)]

    def _refused(self, at: float, mood: str, choice: str, name: str) -> list[Outcome]:
        """Return NOT_THIS, whether the choice plays or waits; nothing that follows counts for it."""
        if self._current is not None and self._current.music.uri == choice:
            self._current = None
        if self._requested is not None and self._requested.music.uri == choice:
            self._requested = None
        return [*self._note_stayed(at), Outcome(at, mood, choice, name, Feedback.NOT_THIS)]

    def _note_stayed(self, at: float) -> list[Outcome]:
        """Return STAYED, once, for a choice that has played for a while with somebody there to hear it."""
        current = self._current
        if current is None or current.heard or at - current.since < SKIP_WITHIN_S or not self._present:
            return []
        self._current = replace(current, heard=True)
        return [_outcome(at, current, Feedback.STAYED)]

    def _close(self, at: float, feedback: Feedback) -> list[Outcome]:
        """Return the last outcome of the current choice; nothing that follows counts for it."""
        current, self._current = self._current, None
        return [] if current is None else [_outcome(at, current, feedback)]


def _is_from(music: Music, playback: Playback) -> bool:
    """True where what plays is the chosen playlist, the song itself, or one of its songs."""
    return matches(music, playback) or (playback.uri is not None and playback.uri in (music.uri, *music.uris))


def _was_over(playback: Playback | None, seconds: float) -> bool:
    """True where the song of this report had ended by itself `seconds` later."""
    if playback is None or playback.duration is None or playback.position is None:
        return False
    return playback.position + seconds >= playback.duration - SONG_END_S


def _outcome(at: float, choice: _CurrentChoice, feedback: Feedback) -> Outcome:
    return Outcome(at, choice.mood, choice.music.uri, choice.music.name, feedback)
